package provision_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"phonegate/provision/secret"
)

func TestApplyTwiceChangesNothingTheSecondTime(t *testing.T) {
	b := newBench(t)
	first := b.apply()
	if first.Created != 9 || first.FormURL == "" || first.ActionID == "" || !strings.HasPrefix(first.ServiceSID, "VA") {
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
	b.apply()
	if b.world() == before {
		t.Fatal("apply changed nothing")
	}
	b.destroy()
	if diff := cmp.Diff(before, b.world()); diff != "" {
		t.Errorf("something is left behind or missing:\n%s", diff)
	}
	if entries, _ := os.ReadDir(filepath.Join(b.dir, ".phonegate")); len(entries) > 0 {
		t.Errorf("the state is still there: %v", entries)
	}
}

func TestLosingStateAndSecretsMakesNothingTwice(t *testing.T) {
	b := newBench(t)
	b.apply()
	for _, lost := range []string{"state", "secrets", "state and secrets"} {
		if strings.Contains(lost, "state") {
			if err := os.RemoveAll(filepath.Join(b.dir, ".phonegate")); err != nil {
				t.Fatal(err)
			}
		}
		if strings.Contains(lost, "secrets") {
			b.vault = secret.MemoryVault()
		}
		o := b.apply()
		if services := strings.Count(b.world(), `"Acme dev"`); services != 1 {
			t.Errorf("without %s: there are %d services %q", lost, services, "Acme dev")
		}
		if lost == "secrets" && o.Created+o.Updated != 0 {
			t.Errorf("without secrets nothing needs them, yet the run ended as %+v", o)
		}
		again := b.apply()
		if again.Created+again.Updated+again.Deleted != 0 {
			t.Errorf("without %s: the run after the repair ended as %+v", lost, again)
		}
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
	if again := b.apply(); again.Updated != 0 {
		t.Errorf("the run after it ended as %+v", again)
	}
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
				if c.name != "destroy" && len(b.vaulted()) != 3 {
					t.Fatalf("after %s the vault has %d secrets", c.name, len(b.vaulted()))
				}
				b.keptSecret(append(known, b.secrets()...))
			}
		})
	}
	t.Run("bundle", func(t *testing.T) {
		b := newBundle(t)
		if err := applying.run(t.Context(), b, b.hear); err == nil || len(b.vaulted()) != 3 {
			t.Fatalf("nobody runs the form yet: %v; the vault has %d secrets", err, len(b.vaulted()))
		}
		b.keptSecret(b.secrets()) // not in the folder either
		b.runForm()
		if err := applying.run(t.Context(), b, b.hear); err != nil {
			t.Fatal(err)
		}
		b.keptSecret(b.secrets())
	})
}
