package engine_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestApplyTwiceChangesNothingTheSecondTime(t *testing.T) {
	b := newBench(t)
	first := b.apply()
	// The login page that is there is somebody's: it is replaced, all else is made.
	if first.Created != 8 || first.Updated != 1 || first.FormURL == "" || first.ActionID == "" || !strings.HasPrefix(first.ServiceSID, "VA") {
		t.Errorf("the first run ended as %+v", first)
	}
	held, n := b.world(), len(b.box.World().Requests())
	second := b.apply()
	if second.Created+second.Updated+second.Deleted != 0 || second.Unchanged != 9 {
		t.Errorf("the second run ended as %+v", second)
	}
	if w := b.writes(n); len(w) > 0 {
		t.Errorf("the second run wrote: %+v", w)
	}
	if diff := cmp.Diff(held, b.world()); diff != "" {
		t.Errorf("the second run changed something:\n%s", diff)
	}
}

func TestDestroyLeavesTheProvidersAsTheyWere(t *testing.T) {
	b := newBench(t)
	before := b.world()
	page := b.auth0("GET", globalClient, nil)["custom_login_page"]
	b.apply()
	if b.world() == before {
		t.Fatal("apply changed nothing")
	}
	b.destroy()
	if diff := cmp.Diff(before, b.world()); diff != "" {
		t.Errorf("something is left behind or missing:\n%s", diff)
	}
	if len(b.units()) > 0 {
		t.Error("the keyring still has a key")
	}
	// Nothing is remembered. The copy of somebody's own page is theirs to delete.
	var left []string
	err := filepath.WalkDir(filepath.Join(b.dir, ".phonegate"), func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			left = append(left, path)
		}
		return err
	})
	if err != nil || len(left) != 1 || filepath.Base(filepath.Dir(left[0])) != "pages" {
		t.Fatalf("the files %q are still there, %v", left, err)
	}
	if kept, err := os.ReadFile(left[0]); err != nil || string(kept) != page {
		t.Errorf("what is kept is not the page that was there before: %v", err)
	}
}

func TestLosingStateAndSecretsChangesNothing(t *testing.T) {
	b := newBench(t)
	b.apply()
	for _, lost := range []string{"state", "secrets", "state and secrets"} {
		if strings.Contains(lost, "state") {
			b.forgetState()
		}
		if strings.Contains(lost, "secrets") {
			b.forgetSecrets()
		}
		held, n := b.world(), len(b.box.World().Requests())
		if o := b.apply(); o.Created+o.Updated+o.Deleted != 0 || o.Unchanged != 9 {
			t.Errorf("without %s the run ended as %+v", lost, o)
		}
		if w := b.writes(n); len(w) > 0 {
			t.Errorf("without %s it wrote: %+v", lost, w)
		}
		if diff := cmp.Diff(held, b.world()); diff != "" {
			t.Errorf("without %s something changed:\n%s", lost, diff)
		}
		b.inOrder()
	}
}

func TestAChangedAnswerUpdatesOnlyWhatItShapes(t *testing.T) {
	b := newBench(t)
	b.apply()
	b.spec.Claims = "https://acme.example/"
	o := b.apply()
	if o.Updated != 1 || o.Created+o.Deleted != 0 {
		t.Errorf("claims only shape the Action, but the run ended as %+v", o)
	}
	b.spec.Brand.Color = "#aa3300"
	b.apply()
	b.spec.Twilio.CodeLength = 7
	if o = b.apply(); o.Created+o.Deleted != 0 || o.Updated == 0 {
		t.Errorf("a longer code ended as %+v", o)
	}
	if again := b.apply(); again.Created+again.Updated+again.Deleted != 0 {
		t.Errorf("the run after it ended as %+v", again)
	}
	b.inOrder()
}

func TestNoSecretLeavesTheVault(t *testing.T) {
	for host, fresh := range map[string]func(*testing.T) *bench{"vercel": newBench, "cloudflare": newWorker} {
		t.Run(host, func(t *testing.T) {
			b := fresh(t)
			var known []string
			for _, c := range []command{applying, rotating, destroying} {
				known = append(known, b.secrets()...)
				if err := c.run(t.Context(), b, b.hear); err != nil {
					t.Fatal(err)
				}
				if want := map[bool]int{false: 1}[c.name == "destroy"]; len(b.units()) != want {
					t.Fatalf("after %s the vault has %d keys", c.name, len(b.units()))
				}
				b.keptSecret(append(known, b.secrets()...))
			}
		})
	}
	t.Run("bundle", func(t *testing.T) {
		b := newBundle(t)
		if err := applying.run(t.Context(), b, b.hear); err == nil || len(b.units()) != 1 {
			t.Fatalf("nobody runs the form yet: %v; the vault has %d keys", err, len(b.units()))
		}
		b.keptSecret(b.secrets()) // not in the folder either
		b.runForm()
		if err := applying.run(t.Context(), b, b.hear); err != nil {
			t.Fatal(err)
		}
		b.keptSecret(b.secrets())
	})
}
