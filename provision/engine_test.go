package provision_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"phonegate/provision"
	"phonegate/provision/config"
	"phonegate/provision/event"
	"phonegate/provision/sandbox"
	"phonegate/provision/sandbox/world"
	"phonegate/provision/secret"
	"phonegate/provision/state"
)

// bench is a sandbox and a project directory in which engines are opened.
type bench struct {
	t     *testing.T
	box   *sandbox.Sandbox
	dir   string
	spec  config.Tenant
	vault secret.Vault
}

func newBench(t *testing.T) *bench {
	t.Helper()
	box, err := sandbox.Start(t.Context(), sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = box.Close() })
	spec := config.Complete("dev", config.Tenant{
		Auth0:          config.Auth0{Domain: sandbox.Auth0Domain},
		Twilio:         config.Twilio{AccountSID: sandbox.TwilioAccountSID, ServiceName: "Acme dev"},
		Brand:          config.Brand{Name: "Acme"},
		DefaultCountry: "AU",
	})
	return &bench{t: t, box: box, dir: t.TempDir(), spec: spec, vault: secret.MemoryVault()}
}

// open is an engine as a new process would have it; the vault stays as a keyring would.
func (b *bench) open(emit func(event.Event)) *provision.Tenant {
	b.t.Helper()
	st, err := state.Open(filepath.Join(b.dir, ".phonegate"), "dev")
	if err != nil {
		b.t.Fatal(err)
	}
	creds, _ := secret.FromEnv("dev", func(name string) string { return sandbox.Credentials()[name] })
	t, err := provision.Open(provision.Options{
		Name: "dev", Spec: b.spec, Credentials: creds, Vault: b.vault, State: st,
		Endpoints: b.box.Endpoints(), Poll: 5 * time.Millisecond, Emit: emit,
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return t
}

func (b *bench) apply() event.Outcome {
	b.t.Helper()
	e := b.open(nil)
	if _, err := e.Plan(b.t.Context()); err != nil {
		b.t.Fatal("plan:", err)
	}
	o, err := e.Apply(b.t.Context())
	if err != nil {
		b.t.Fatal("apply:", err)
	}
	return o
}

func (b *bench) destroy() event.Outcome {
	b.t.Helper()
	e := b.open(nil)
	if _, err := e.PlanDestroy(b.t.Context()); err != nil {
		b.t.Fatal("plan:", err)
	}
	o, err := e.Destroy(b.t.Context())
	if err != nil {
		b.t.Fatal("destroy:", err)
	}
	return o
}

// world is all that the providers hold, as text that can be compared.
func (b *bench) world() string {
	b.t.Helper()
	text, err := json.MarshalIndent(b.box.State(), "", "  ")
	if err != nil {
		b.t.Fatal(err)
	}
	return string(text)
}

// writes are the requests since n that could have changed something at a provider, tokens aside.
func (b *bench) writes(n int) []world.Request {
	var all []world.Request
	for _, r := range b.box.World().Requests()[n:] {
		if r.Write() && r.Path != "/oauth/token" && r.By == "api" {
			all = append(all, r)
		}
	}
	return all
}

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

func TestNoSecretReachesStateOrEvents(t *testing.T) {
	b := newBench(t)
	var said strings.Builder
	e := b.open(func(ev event.Event) {
		line, err := json.Marshal(ev)
		if err != nil {
			t.Error(err)
		}
		said.Write(line)
	})
	if _, err := e.Plan(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := e.Apply(t.Context()); err != nil {
		t.Fatal(err)
	}
	kept, err := os.ReadFile(filepath.Join(b.dir, ".phonegate", "dev.json"))
	if err != nil {
		t.Fatal(err)
	}
	secrets := []string{sandbox.Auth0ClientSecret, sandbox.TwilioAuthToken, sandbox.VercelToken}
	for _, name := range []string{"session", "verdict", "twilio-key"} {
		v := b.vault.Get(name)
		if v == "" {
			t.Fatalf("the vault has no %s", name)
		}
		secrets = append(secrets, v)
	}
	for _, s := range secrets {
		if strings.Contains(said.String(), s) {
			t.Error("an event holds a secret")
		}
		if strings.Contains(string(kept), s) {
			t.Error("the state holds a secret")
		}
	}
}
