package smoke_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"phonegate/provision/config"
	"phonegate/provision/engine"
	"phonegate/provision/event"
	"phonegate/provision/fault"
	"phonegate/provision/sandbox"
	"phonegate/provision/secret"
	"phonegate/provision/smoke"
	"phonegate/provision/state"
)

const number = "+61491570156"

// tape keeps the events of a test.
type tape struct {
	mu    sync.Mutex
	steps []event.Step
}

func (t *tape) emit(e event.Event) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if s, ok := e.(event.Step); ok {
		t.steps = append(t.steps, s)
	}
}

// final is how each step ended, in the order in which they ended.
func (t *tape) final() (names []string, by map[string]event.Step) {
	t.mu.Lock()
	defer t.mu.Unlock()
	by = map[string]event.Step{}
	for _, s := range t.steps {
		if s.Status != event.Running {
			names = append(names, s.Resource)
			by[s.Resource] = s
		}
	}
	return names, by
}

// stage is a sandbox in which a tenant has been set up, and a test about to run.
type stage struct {
	box    *sandbox.Sandbox
	tenant *engine.Tenant
	tape   *tape
	o      smoke.Options
}

func setUp(t *testing.T, spec config.Tenant, behaviours ...string) *stage {
	t.Helper()
	ctx := t.Context()
	options := sandbox.Options{Speed: 100, Behaviours: map[string]string{}}
	for _, b := range behaviours {
		name, value, _ := strings.Cut(b, "=")
		options.Behaviours[name] = value
	}
	box, err := sandbox.Start(ctx, options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = box.Close() })
	st, err := state.Open(t.TempDir(), "dev")
	if err != nil {
		t.Fatal(err)
	}
	spec.Auth0.Domain = sandbox.Auth0Domain
	spec = config.Complete("dev", spec)
	if err := config.Validate("dev", spec); err != nil {
		t.Fatal(err)
	}
	var c secret.Credentials
	for name, value := range sandbox.Credentials() {
		c.Set(name, value)
	}
	tenant, err := engine.Open(engine.Options{Name: "dev", Spec: spec, Credentials: c, State: st, Endpoints: box.Endpoints(), Poll: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	plan, err := tenant.Plan(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := plan.Apply(ctx); err != nil {
		t.Fatal(err)
	}
	s := &stage{box: box, tenant: tenant, tape: &tape{}, o: plan.Smoke()}
	s.o.Level, s.o.To, s.o.Emit, s.o.Now, s.o.Pause = smoke.LevelLogin, number, s.tape.emit, box.World().Now, time.Millisecond
	s.o.Texts = func() int { return len(box.Phone().Messages(number)) }
	s.o.Person = &smoke.Automatic{HTTP: s.o.HTTP, Codes: s.read, Now: box.World().Now}
	return s
}

// read is the code of the newest text.
func (s *stage) read(_ context.Context, to string, since time.Time) (string, error) {
	for _, m := range s.box.Phone().Messages(to) {
		if !m.Time.Before(since) {
			return m.Code, nil
		}
	}
	return "", errors.New("no text arrived")
}

// users are the e-mail addresses of the tenant's users.
func (s *stage) users() (all []string) {
	users, _ := s.box.Auth0().State()["users"].([]any)
	for _, u := range users {
		email, _ := u.(map[string]any)["email"].(string)
		all = append(all, email)
	}
	return all
}

func TestAWholeLoginGoesThroughInEachShape(t *testing.T) {
	for name, spec := range map[string]config.Tenant{
		"the form checks, sign-up asks": {},
		"the Action checks":             {CodeCheck: "action"},
		"the form asks for the number":  {Capture: "form"},
		"four digits, one country":      {Twilio: config.Twilio{CodeLength: 4}, Countries: []string{"AU"}, DefaultCountry: "AU"},
	} {
		t.Run(name, func(t *testing.T) {
			s := setUp(t, spec)
			if err := smoke.Run(t.Context(), s.o); err != nil {
				t.Errorf("Run: %v (%s)", err, fault.Of(err).Hint)
			}
			names, by := s.tape.final()
			if want := smoke.Steps(smoke.LevelLogin); !slices.Equal(names, want) {
				t.Errorf("steps %v, want %v", names, want)
			}
			for _, step := range by {
				if step.Status != event.Done || step.Detail == "" || step.Error != nil {
					t.Errorf("%s: %s %q %+v", step.Resource, step.Status, step.Detail, step.Error)
				}
			}
			if users := s.users(); len(users) != 0 {
				t.Errorf("left behind: %v", users)
			}
			if texts := s.box.Phone().Messages(number); len(texts) != 2 {
				t.Errorf("%d texts, want one for sms.send and one for the login", len(texts))
			}
		})
	}
}

func TestAWholeLoginGoesThroughWhereAuth0IsUncertain(t *testing.T) {
	for _, behaviour := range []string{"auth0.login_page=deployed", "auth0.continue_cookie=required", "auth0.user_search=late", "auth0.deploy=slow",
		"auth0.resume_version=suspended", "auth0.patch_without_secrets=cleared"} {
		t.Run(behaviour, func(t *testing.T) {
			s := setUp(t, config.Tenant{}, behaviour)
			if err := smoke.Run(t.Context(), s.o); err != nil {
				t.Errorf("Run: %v (%s)", err, fault.Of(err).Hint)
			}
			if users := s.users(); len(users) != 0 {
				t.Errorf("left behind: %v", users)
			}
		})
	}
}

func TestAHumanMayMistypeTheCode(t *testing.T) {
	s := setUp(t, config.Tenant{})
	var problems []string
	automatic := s.o.Person.(*smoke.Automatic)
	automatic.Type = func(ctx context.Context, to, problem string) (string, error) {
		if to != smoke.Masked(number) {
			t.Errorf("asked for the code to %s", to)
		}
		if problems = append(problems, problem); len(problems) == 1 {
			return "000000", nil
		}
		return s.read(ctx, number, time.Time{})
	}
	if err := smoke.Run(t.Context(), s.o); err != nil {
		t.Errorf("Run: %v", err)
	}
	if want := []string{"", "That code isn’t right. 4 tries left."}; !slices.Equal(problems, want) {
		t.Errorf("problems %q, want %q", problems, want)
	}
}

func TestWithoutANumberTheLoginLevelLeavesTheTextsOut(t *testing.T) {
	s := setUp(t, config.Tenant{})
	s.o.To = ""
	_ = smoke.Run(t.Context(), s.o)
	if _, by := s.tape.final(); by["sms.send"].Status != event.Skipped || by["sms.check"].Status != event.Skipped || by["form.rejects_forgery"].Status != event.Done {
		t.Errorf("steps %+v", by)
	}
}

func TestLevelsRunTheirStepsAndNoOthers(t *testing.T) {
	s := setUp(t, config.Tenant{})
	for _, level := range []string{smoke.LevelSMS, smoke.LevelAction} {
		s.o.Level, s.tape.steps = level, nil
		if err := smoke.Run(t.Context(), s.o); err != nil {
			t.Errorf("%s: %v", level, err)
		}
		if names, _ := s.tape.final(); !slices.Equal(names, smoke.Steps(level)) {
			t.Errorf("%s: steps %v", level, names)
		}
	}
	if texts := s.box.Phone().Messages(""); len(texts) != 1 {
		t.Errorf("%d texts, want that of the sms level alone", len(texts))
	}
	s.o.Level = "all"
	if err := smoke.Run(t.Context(), s.o); fault.Of(err).Category != fault.Usage {
		t.Errorf("an unknown level: %v", err)
	}
}

func TestEventsHoldNeitherCodeNorNumber(t *testing.T) {
	s := setUp(t, config.Tenant{})
	if err := smoke.Run(t.Context(), s.o); err != nil {
		t.Fatal(err)
	}
	for _, step := range s.tape.steps {
		for _, m := range s.box.Phone().Messages("") {
			if strings.Contains(step.Detail, m.Code) || strings.Contains(step.Detail, m.To) {
				t.Errorf("%s says %q", step.Resource, step.Detail)
			}
		}
	}
}

func TestAFailureNamesItsStepSkipsTheRestAndCleansUp(t *testing.T) {
	for name, tt := range map[string]struct {
		broken, code string
		change       func(s *stage)
	}{
		"a wrong code at the form": {"login.code", "smoke.page", func(s *stage) {
			first := true
			s.o.Person = &smoke.Automatic{HTTP: s.o.HTTP, Now: s.o.Now, Codes: func(ctx context.Context, to string, since time.Time) (string, error) {
				if first { // the one of sms.check
					first = false
					return s.read(ctx, to, since)
				}
				return "000000", nil
			}}
		}},
		"nobody reads the phone": {"sms.check", "failed", func(s *stage) {
			s.o.Person = &smoke.Automatic{HTTP: s.o.HTTP, Now: s.o.Now, Codes: func(context.Context, string, time.Time) (string, error) {
				return "", errors.New("no text arrived")
			}}
		}},
		"another service than the tenant's": {"sms.send", "", func(s *stage) { s.o.ServiceSID = "VA00000000000000000000000000000000" }},
		"no Action":                         {"action.deployed", "smoke.no_action", func(s *stage) { s.o.ActionID = "" }},
		"an Action that is gone":            {"action.test", "", func(s *stage) { s.o.ActionID = "11111111-2222-4333-8444-555555555555" }},
		"a form that is elsewhere":          {"form.reachable", "", func(s *stage) { s.o.FormURL = "https://nobody-home.vercel.app/" }},
		"a form that takes all":             {"form.reachable", "smoke.form_missing", func(s *stage) { s.o.FormURL = "https://" + sandbox.Auth0Domain + "/.well-known/jwks.json" }},
		"no such connection":                {"login.signup", "smoke.signup", func(s *stage) { s.o.Connection = "Nowhere" }},
		"a number of another country":       {"sms.send", "", func(s *stage) { s.o.To = "+999" }},
	} {
		t.Run(name, func(t *testing.T) {
			s := setUp(t, config.Tenant{})
			tt.change(s)
			err := smoke.Run(t.Context(), s.o)
			if err == nil {
				t.Fatal("no error")
			}
			names, by := s.tape.final()
			if tt.code != "" && fault.Of(err).Code != tt.code {
				t.Errorf("error %+v, want %s", fault.Of(err), tt.code)
			}
			if got := by[tt.broken]; got.Status != event.Failed || got.Error == nil || got.Error.Message == "" {
				t.Errorf("%s: %+v", tt.broken, got)
			}
			all := smoke.Steps(smoke.LevelLogin)
			if len(names) != len(all) {
				t.Errorf("steps %v, want each once", names)
			}
			at := slices.Index(all, tt.broken)
			for i, step := range all {
				want := event.Done
				if i > at {
					want = event.Skipped
				}
				if step == "cleanup" && at >= slices.Index(all, "login.signup") {
					want = event.Done
				}
				if i != at && by[step].Status != want {
					t.Errorf("%s: %s, want %s", step, by[step].Status, want)
				}
			}
			if users := s.users(); len(users) != 0 {
				t.Errorf("left behind: %v", users)
			}
		})
	}
}

func TestAnInterruptedTestStillCleansUp(t *testing.T) {
	s := setUp(t, config.Tenant{})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	first := true
	s.o.Person = &smoke.Automatic{HTTP: s.o.HTTP, Now: s.o.Now, Codes: func(c context.Context, to string, since time.Time) (string, error) {
		if first {
			first = false
			return s.read(c, to, since)
		}
		if len(s.users()) != 1 {
			t.Error("the user is not there yet")
		}
		cancel()
		return "", c.Err()
	}}
	err := smoke.Run(ctx, s.o)
	if fault.Of(err).Category != fault.Interrupted {
		t.Errorf("error = %+v", fault.Of(err))
	}
	if users := s.users(); len(users) != 0 {
		t.Errorf("left behind: %v", users)
	}
	if _, by := s.tape.final(); by["login.code"].Status != event.Failed || by["cleanup"].Status != event.Done {
		t.Errorf("code %v, cleanup %v", by["login.code"].Status, by["cleanup"].Status)
	}
}
