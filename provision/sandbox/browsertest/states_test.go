package browsertest

import (
	"encoding/json"
	"fmt"
	"testing"

	"phonegate/provision/config"
)

// stateScript tells the driver which states of the form to look at.
type stateScript struct {
	script
	ClockURL string  `json:"clock_url"`
	States   []visit `json:"states"`
}

// visit is one person's way into a state.
type visit struct {
	Name         string `json:"name"`
	AuthorizeURL string `json:"authorize_url"`
	Email        string `json:"email"`
	Phone        string `json:"phone"`
}

// TestEveryStateOfTheFormIsOpenToEverybody leads Chromium into the form's states. The driver checks what is said and has
// axe look at each; here is checked what may not happen in any.
func TestEveryStateOfTheFormIsOpenToEverybody(t *testing.T) {
	tests := map[string]struct {
		answers config.Tenant
		states  []string
	}{
		"code": {
			config.Tenant{},
			[]string{"code", "wrong code, then the right one", "back button", "double submit", "two tabs", "no JavaScript", "send again, call, limit", "expired"},
		},
		"number": {config.Tenant{Capture: "form"}, []string{"number", "Arabic", "Japanese"}},
	}
	found := findTools(t, "axe-core")
	number := 110
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, test.answers, "standin")
			told := stateScript{script: s.script("", ""), ClockURL: s.Info().PhoneURL + "/clock"}
			for _, state := range test.states {
				number++
				told.States = append(told.States, visit{
					Name: state, AuthorizeURL: s.newLogin().authorizeURL,
					Email: fmt.Sprintf("visitor%d@example.com", number), Phone: fmt.Sprintf("+15005550%d", number),
				})
			}
			made := found.visit(t, told)
			if len(made) != len(told.States) {
				t.Errorf("only %d of %d states were visited", len(made), len(told.States))
			}
			for _, j := range made {
				if j.Error != "" {
					t.Errorf("%s: %s\nsteps: %v\nproblems: %q", j.Name, j.Error, j.Steps, j.Problems)
				}
				s.checkPages(t, j)
			}
		})
	}
}

// visit has the driver look at the states.
func (f tools) visit(t *testing.T, told stateScript) []journey {
	t.Helper()
	told.Chromium, told.Artefacts = f.chromium, artefacts(t)
	given, err := json.Marshal(told)
	if err != nil {
		t.Fatal(err)
	}
	var made []journey
	if out := f.runNode(t, "states.mjs", string(given)); json.Unmarshal(out, &made) != nil {
		t.Fatalf("the driver printed %q", out)
	}
	t.Logf("screenshots: %s", told.Artefacts)
	return made
}
