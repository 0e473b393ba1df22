package engine_test

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"phonegate/provision/fault"
)

// stop is what a person does who stops the form's server.
func (b *bench) stop() {
	if b.server != nil {
		b.box.Mount(b.formHost(), nil)
	}
}

func TestDestroyFromAComputerWithoutState(t *testing.T) {
	everyHost(t, func(t *testing.T, b *bench) {
		b.mustOperate(applying)
		b.mustOperate(rotating)
		second := b.elsewhere()
		if b.server != nil { // what only its owner can stop is named, and nothing else is left
			err := destroying.run(t.Context(), second, second.hear)
			if f := fault.Of(err); f == nil || f.Code != "destroy.left" || f.Category != fault.Failed || !strings.Contains(f.Message, "verify.acme.test") {
				t.Fatalf("destroy of a form that still runs ended with %+v", f)
			}
			b.stop()
		}
		if err := destroying.run(t.Context(), second, second.hear); err != nil {
			t.Fatalf("destroy: %v (%+v)", err, fault.Of(err))
		}
		second.asBefore()
		// Twice is once, on the computer that still remembers as well.
		for _, computer := range []*bench{second, b} {
			n := len(b.box.World().Requests())
			if err := destroying.run(t.Context(), computer, nil); err != nil || len(computer.writes(n)) > 0 {
				t.Errorf("again: %v, %d writes", err, len(computer.writes(n)))
			}
		}
	})
}

func TestDestroyLeavesWhatPeopleMadeOfIt(t *testing.T) {
	const page = "<html><body>Our own page</body></html>"
	for what, c := range map[string]struct {
		change func(b *bench)
		left   string              // part of what the error names; "" for none
		stays  func(b *bench) bool // what must still be there
	}{
		"a page of their own": {func(b *bench) {
			b.auth0("PATCH", globalClient, at{"custom_login_page": page, "custom_login_page_on": true})
		}, "", func(b *bench) bool { return strings.Contains(b.world(), "Our own page") }},
		"our page, edited": {func(b *bench) {
			html := b.auth0("GET", globalClient, nil)["custom_login_page"].(string)
			b.auth0("PATCH", globalClient, at{"custom_login_page": strings.Replace(html, "<body", "<!-- theirs --><body", 1)})
		}, "login page", func(b *bench) bool { return strings.Contains(b.world(), "!-- theirs --") }},
		"a variable of their own": {func(b *bench) {
			b.vercel("POST", "/v10/projects/"+b.held("project")+"/env", at{"key": "THEIRS", "value": "x", "type": "plain", "target": []string{"production"}})
		}, "project", func(b *bench) bool {
			h := b.holdings()
			return len(h.Vercel.Projects) == 1 && len(h.Vercel.Projects[0].Env) == 1 && h.Vercel.Projects[0].Env[0].Key == "THEIRS"
		}},
		"a renamed service": {func(b *bench) { b.ask("POST", b.service(), url.Values{"FriendlyName": {"Theirs now"}}) }, "",
			func(b *bench) bool { return len(b.holdings().Twilio.Services) == 0 }},
		"another Action of theirs": {func(b *bench) {
			b.auth0("POST", "/actions/actions", at{"name": "Mentions phonegate", "code": "// phonegate\nexports.onExecutePostLogin = async () => {};",
				"supported_triggers": []at{{"id": "post-login", "version": "v3"}}})
		}, "", func(b *bench) bool { return strings.Contains(b.world(), "Mentions phonegate") }},
		"another tenant's key": {func(b *bench) {
			b.ask("POST", accountURL+"/Keys.json", url.Values{"FriendlyName": {"phonegate 00000000 0123456789abcdef"}})
		}, "", func(b *bench) bool { return len(b.holdings().Twilio.Keys) == 1 }},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			b.apply()
			c.change(b)
			second := b.elsewhere()
			err := destroying.run(t.Context(), second, second.hear)
			f := fault.Of(err)
			switch {
			case c.left == "" && err != nil:
				t.Errorf("destroy: %+v", f)
			case c.left != "" && (f == nil || f.Code != "destroy.left" || f.Category.ExitCode() != 1 || !strings.Contains(f.Message, c.left)):
				t.Errorf("destroy ended with %+v, and was to name the %s", f, c.left)
			}
			if !c.stays(b) {
				t.Error("what was theirs is not as it was")
			}
			if forms := b.holdings().Vercel.Aliases; len(forms) > 0 {
				t.Errorf("a form is still public: %v", forms)
			}
			if strings.Contains(b.world(), "PHONEGATE_KEY_") {
				t.Error("a key is still there")
			}
		})
	}
}

func TestDestroyGivesBackWhatWasAdopted(t *testing.T) {
	const page = "<html><body>The page before</body></html>"
	b := newBench(t)
	b.auth0("PATCH", globalClient, at{"custom_login_page": page, "custom_login_page_on": true})
	b.ask("POST", "https://verify.twilio.com/v2/Services", url.Values{"FriendlyName": {"Acme dev"}, "CodeLength": {"5"}})
	b.vercel("POST", "/v11/projects", at{"name": b.spec.Host.Project})
	b.vercel("PATCH", "/v9/projects/"+b.spec.Host.Project, at{"nodeVersion": "20.x"})
	before := b.world()
	b.apply()
	if b.world() == before || !strings.Contains(b.world(), "phonegate:page") {
		t.Fatal("apply changed nothing")
	}
	kept, err := filepath.Glob(filepath.Join(b.dir, ".phonegate", "pages", "*.html"))
	if err != nil || len(kept) != 1 {
		t.Errorf("the page before is not kept in a file: %v, %v", kept, err)
	} else if data, _ := os.ReadFile(kept[0]); string(data) != page {
		t.Errorf("the file holds %q", data)
	}
	second := b.elsewhere()
	if err := destroying.run(t.Context(), second, nil); err != nil {
		t.Fatalf("%+v", fault.Of(err))
	}
	b.bare = before
	b.asBefore()
}
