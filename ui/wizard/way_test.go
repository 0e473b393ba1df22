package wizard

import (
	"bytes"
	"maps"
	"slices"
	"strings"
	"testing"

	"phonegate/provision/config"
	"phonegate/provision/fault"
	"phonegate/ui/render"
	"phonegate/ui/wizard/flow"
	"phonegate/ui/wizard/flowtest"
	"phonegate/ui/wizard/plain"
	"phonegate/ui/wizard/widget"
)

func TestEveryStopHasAScreenAndEveryScreenAStop(t *testing.T) {
	m := newModel(newShared(t.Context(), flow.Options{Backend: flowtest.New()}), flow.Options{})
	var stops []flow.StopID
	for _, s := range flow.Way {
		stops = append(stops, s.ID)
		if m.steps[s.ID] == nil {
			t.Errorf("the stop %s has no screen", s.ID)
		}
		if (s.Asks == nil) != (s.Tell == nil) {
			t.Errorf("the stop %s asks what --auto does not tell, or the other way round", s.ID)
		}
	}
	for id := range m.steps {
		if !slices.Contains(stops, id) {
			t.Errorf("the screen %s is no stop of the Way", id)
		}
	}
	if d := len(slices.Compact(slices.Sorted(slices.Values(stops)))); d != len(stops) {
		t.Errorf("%d stops have %d names", len(stops), d)
	}
}

// fileOnly are the questions that no player asks, and why.
var fileOnly = map[string]string{
	"auth0.custom_domains":        "read from the tenant, or written by whoever has unusual ones",
	"auth0.connection":            "the one database that most tenants have is the default",
	"no_phone":                    "its default follows from where the number is asked for",
	"countries":                   "a list; texts go everywhere until it is narrowed",
	"enforce.users_created_after": "a rollout is planned, not answered in passing",
	"enforce.skip_clients":        "a rollout is planned, not answered in passing",
	"enforce.skip_connections":    "a rollout is planned, not answered in passing",
	"claims":                      "for whoever reads ID tokens elsewhere",
	"protected":                   "set when the tenant gets real users",
}

// TestQuestionsAreAsked plays the screens and the line dialogue to the review, for a form at a host and for one on a server, and
// holds what they asked against the table.
func TestQuestionsAreAsked(t *testing.T) {
	screens, dialogue := map[string]bool{}, map[string]bool{}
	for _, host := range []string{"vercel", "bundle"} {
		maps.Copy(screens, askedByScreens(t, host))
		maps.Copy(dialogue, askedByDialogue(t, host))
	}
	for _, q := range config.Questions() {
		why := fileOnly[q.Key]
		for who, asked := range map[string]bool{"the full-screen wizard": screens[q.Key], "the line dialogue": dialogue[q.Key]} {
			switch {
			case !asked && why == "":
				t.Errorf("%s does not ask %s, and fileOnly does not say why", who, q.Key)
			case asked && why != "":
				t.Errorf("%s asks %s, which fileOnly names", who, q.Key)
			}
		}
	}
	for key := range fileOnly {
		if _, ok := config.Find(key); !ok {
			t.Errorf("fileOnly names %s, which is no question", key)
		}
	}
}

// openTenant is a fake whose file has a tenant prod with every answer, but no credentials.
func openTenant() *flowtest.Fake {
	f := flowtest.New()
	f.InFile = []flow.TenantStatus{{Name: "prod", Spec: config.Complete("prod", config.Tenant{
		Auth0:  config.Auth0{Domain: "acme-dev.us.auth0.com", LoginPage: "client", ClientID: "5fKwabcdefghq2Lm5fKwabcdefghq2Lm"},
		Twilio: config.Twilio{AccountSID: "AC" + strings.Repeat("1", 32)},
		Host:   config.Host{URL: "https://verify.acme.example"},
	})}}
	return f
}

// askedByScreens are the keys whose fields the screens showed on the way to the review.
func askedByScreens(t *testing.T, host string) map[string]bool {
	t.Helper()
	asked := map[string]bool{}
	d := newDriver(t, openTenant(), flow.StartWelcome)
	look := func() {
		var s widget.Sheet
		switch step := d.m.steps[d.m.at].(type) {
		case connect:
			s = step.sheet
		case texts:
			s = step.sheet
		case signup:
			s = step.sheet
		case action:
			s = step.sheet
		case form:
			s = step.sheet
		}
		for i, f := range s.Fields {
			if s.Asks(i) {
				asked[f.Key] = true
				asked[flow.AlsoAnswers[f.Key]] = true
			}
		}
	}
	d.until("What would you like to do?")
	d.press("down", "enter", "ctrl+u", "prod", "enter").until("client ID")
	look()
	d.press("client-id", "tab", flowtest.Secret, "enter").until("auth token")
	look()
	d.press(flowtest.Token, "enter").until("Paste it here")
	for !strings.Contains(d.frame(), "Account Settings") { // the file says where the form runs; back asks for it again
		d.send(<-d.msgs)
	}
	d.press("esc").until("Where does the form run?")
	look()
	if host == "bundle" {
		d.press("down", "down", "enter")
	} else {
		d.press("enter", flowtest.VercelToken, "enter")
	}
	d.until("Nothing has been changed yet")
	for d.press("enter").until("●"); d.m.at != flow.Review; d.press("enter") {
		if d.m.at == flow.Texts {
			d.until("verification code is")
		}
		look()
	}
	return asked
}

// askedByDialogue are the keys whose prompts the line dialogue wrote on the way to the plan.
func askedByDialogue(t *testing.T, host string) map[string]bool {
	t.Helper()
	answers := []string{"2", "prod", "", "client-id", flowtest.Secret, "", flowtest.Token}
	if host == "bundle" {
		answers = append(answers, "3")
	} else {
		answers = append(answers, "1", flowtest.VercelToken)
	}
	answers = append(answers, make([]string, 20)...)
	var out bytes.Buffer
	f := openTenant()
	f.PlanErr = fault.New(fault.Failed, "test", "", "The questions are over.") // nothing after them is of interest
	_, err := plain.Accessible(t.Context(), flow.Options{
		Backend: f, In: strings.NewReader(strings.Join(answers, "\n") + "\n"), Out: &out, Start: flow.StartWelcome, File: "phonegate.yaml",
	}, render.Options{Host: host})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "The questions are over.") {
		t.Fatalf("the dialogue did not come to the plan:\n%s", out.String())
	}
	asked := map[string]bool{}
	for _, q := range config.Questions() {
		for _, end := range []string{": ", " [", "\n"} {
			if strings.Contains(out.String(), q.Prompt+end) {
				asked[q.Key] = true
			}
		}
	}
	return asked
}
