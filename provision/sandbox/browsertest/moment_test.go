package browsertest

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"phonegate/provision/config"
	"phonegate/provision/engine"
	"phonegate/provision/ring"
	"phonegate/provision/sandbox/jsvm"
	"phonegate/templates"
)

// lag is how long the form of TestANewKeyThatIsOnItsWayIsWaitedFor is without the key, by the world's clock.
const lag = 30 * time.Second

// A host has many machines, and not all of them have a new key in the same moment. Whoever comes to one that is behind waits there
// until it has caught up, with and without JavaScript.
func TestANewKeyThatIsOnItsWayIsWaitedFor(t *testing.T) {
	found := findTools(t, "axe-core")
	s := newStage(t, config.Tenant{}, "standin")
	behind, caughtUp := s.machine(t, ring.New(time.Now())), s.machine(t, s.units(t)...)
	var first sync.Once
	var until time.Time
	s.Mount(s.host(t), http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		now := s.World().Now()
		first.Do(func() { until = now.Add(lag) })
		if now.Before(until) {
			behind.ServeHTTP(rw, r)
			return
		}
		caughtUp.ServeHTTP(rw, r)
	}))
	told := stateScript{script: s.script("", ""), ClockURL: s.Info().PhoneURL + "/clock"}
	told.States = []visit{{
		Name: "one moment", AuthorizeURL: s.newLogin().authorizeURL, Email: "visitor@example.com", Phone: "+15005550105",
	}}
	for _, j := range found.visit(t, told) {
		if j.Error != "" {
			t.Errorf("%s\nsteps: %v\nproblems: %q", j.Error, j.Steps, j.Problems)
		}
		s.checkPages(t, j)
	}
	s.checkTexts(t, "+15005550105", 1)
}

// units are the keys that the engine has made.
func (s *stage) units(t *testing.T) []ring.Unit {
	t.Helper()
	var all []ring.Unit
	for line := range strings.Lines(s.vault.Get("ring")) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		if u, ok := ring.Read(name, value); ok {
			all = append(all, u)
		}
	}
	if len(all) == 0 {
		t.Fatal("there is no key")
	}
	return all
}

// machine is one that runs the form with these keys.
func (s *stage) machine(t *testing.T, units ...ring.Unit) http.Handler {
	t.Helper()
	files, err := templates.Form(engine.Settings(s.spec))
	if err != nil {
		t.Fatal(err)
	}
	module := files[slices.IndexFunc(files, func(f templates.File) bool { return f.Path == templates.FormModule })]
	env := map[string]string{}
	for _, u := range units {
		env[u.Name()] = u.Value(true)
	}
	w := s.World()
	form, err := jsvm.NewFunction(jsvm.Surroundings{Network: s.Network(), Now: w.Now, Sleep: w.Sleep}, string(module.Data), env)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(form.Close)
	return form
}

func (s *stage) host(t *testing.T) string {
	t.Helper()
	u, err := url.Parse(s.formURL)
	if err != nil {
		t.Fatal(err)
	}
	return u.Host
}
