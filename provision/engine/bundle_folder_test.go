package engine_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"phonegate/provision/event"
	"phonegate/provision/fault"
)

func TestTheFolderIsKeptInOrderAndWhatIsThePersonsIsLeft(t *testing.T) {
	b := newBundle(t)
	b.stopped(applying)
	b.runForm()
	b.apply()
	read := func(name string) string {
		data, err := os.ReadFile(b.file(name))
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	write := func(name, text string) {
		if err := os.WriteFile(b.file(name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	server, form := read("server.mjs"), read("verify.mjs")
	write("server.mjs", server+"// a backdoor\n")
	write("fly.toml", `app = "mine"`)
	if err := os.Remove(b.file("Dockerfile")); err != nil {
		t.Fatal(err)
	}
	p, err := b.open(nil).Plan(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range p.Shown.Changes {
		if c.Resource == "host.project" && (c.Op != event.Update ||
			c.Detail != "phonegate-form/acme-verify: Dockerfile missing; server.mjs edited, is restored; fly.toml edited by you and kept") {
			t.Errorf("the plan says %+v", c)
		}
	}
	if o := b.apply(); o.Updated != 1 || o.Created != 0 {
		t.Errorf("it ended as %+v", o)
	}
	if read("server.mjs") != server || read("fly.toml") != `app = "mine"` || read("verify.mjs") != form || read("Dockerfile") == "" {
		t.Error("the folder is not as it should be")
	}
	b.nothingToDo()
	// New answers make new files, but not of what is the person's. The form has to be started anew.
	b.spec.Brand.Name, b.spec.Host.URL = "Acme & Sons", "https://login.acme.test"
	b.stopped(applying)
	if diff := cmp.Diff(form, read("verify.mjs")); diff == "" || !strings.Contains(read("README.md"), "https://login.acme.test") || read("fly.toml") != `app = "mine"` {
		t.Error("the folder does not follow the answers")
	}
	b.runForm()
	b.apply()
	b.left()
	entries, err := os.ReadDir(filepath.Dir(b.file("x")))
	if err != nil || len(entries) != 1 || entries[0].Name() != "fly.toml" {
		t.Errorf("after destroy there are %v, %v", entries, err)
	}
}

func TestWhatIsNotPhonegatesIsNotReplaced(t *testing.T) {
	b := newBundle(t)
	if err := os.MkdirAll(filepath.Dir(b.file("x")), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(b.file("server.mjs"), []byte("// my own server\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	err := applying.run(t.Context(), b, nil)
	if f := fault.Of(err); f == nil || f.Code != "bundle.file_taken" {
		t.Errorf("it ended with %v", err)
	}
	b.asBefore()
}
