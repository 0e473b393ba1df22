package command

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/nyaruka/phonenumbers"
	"github.com/spf13/cobra"

	"phonegate/provision/config"
	"phonegate/provision/engine"
	"phonegate/provision/event"
	"phonegate/provision/fault"
	"phonegate/provision/rehearsal"
	"phonegate/provision/smoke"
	"phonegate/ui/wizard/flow"
)

func (p *program) smokeCommand() *cobra.Command {
	var test flow.Test
	c := p.onTenants("smoke", "Run a live test: a code by text, the Action, a whole login", `Does what a user will do, then deletes what the test created. The levels:

  sms     sends a code to --to and checks it
  action  checks the deployed Action and form, and sends the form forged tokens
  login   all of that and a whole login: sign-up, code, tokens, record, second login`,
		func(ctx context.Context, jobs []*job) error { // one after the other: there is one person, with one phone
			return p.work(ctx, "smoke", jobs, func(ctx context.Context, j *job, t *engine.Tenant) (event.Outcome, error) {
				if err := p.testable(j, test); err != nil {
					return event.Outcome{}, err
				}
				plan, o, err := p.ready(ctx, j, t)
				if err != nil {
					return o, err
				}
				return o, p.liveTest(ctx, j, plan, test, nil, t.Emit)
			})
		})
	c.Flags().StringVar(&test.Level, "level", smoke.LevelLogin, "how far to go: sms, action or login")
	c.Flags().StringVar(&test.Phone, "to", "", "the number to text, in E.164 (+61491570156)")
	return c
}

// testable says what is wrong with a test before anything is called or sent.
func (p *program) testable(j *job, test flow.Test) error {
	if smoke.Steps(test.Level) == nil {
		return fault.New(fault.Usage, "smoke.level", "Use --level sms, action or login.", "There is no test level %q.", test.Level)
	}
	if _, err := numberOf(test.Phone, j.spec); err != nil {
		return err
	}
	if test.Level != smoke.LevelAction { // which makes no user and sends no text
		if err := p.mayChange("smoke", j.at); err != nil {
			return err
		}
	}
	if !j.at.sandboxed && !p.interactive() && test.Level != smoke.LevelAction {
		return fault.New(fault.Usage, "smoke.person", "Run it in a terminal, or use --level action or --sandbox.", "This test needs a person to type the code, and there is no terminal to ask on.")
	}
	return nil
}

// numberOf is a typed number in E.164, "" for none.
func numberOf(typed string, spec config.Tenant) (string, error) {
	if typed == "" {
		return "", nil
	}
	n, err := phonenumbers.Parse(typed, spec.DefaultCountry)
	if err != nil || !phonenumbers.IsValidNumber(n) {
		return "", fault.New(fault.Usage, "smoke.to", "Include the country code: --to +61491570156", "%q is not a phone number.", typed)
	}
	return phonenumbers.Format(n, phonenumbers.E164), nil
}

// ready makes sure that there is something to test. A sandbox in this process begins empty and is set up first.
func (p *program) ready(ctx context.Context, j *job, t *engine.Tenant) (*engine.Plan, event.Outcome, error) {
	plan, err := t.Plan(ctx)
	if err != nil {
		return nil, event.Outcome{}, err
	}
	switch {
	case j.at.embedded != nil:
		o, err := p.carryOut(ctx, j, t, plan)
		return plan, o, err
	case plan.Pending():
		return plan, plan.Outcome(), fault.New(fault.Differences, "smoke.not_applied", "First run "+p.again("apply", j.name)+".", "%s differs from its configuration, so it can't be tested yet.", j.name)
	}
	return plan, plan.Outcome(), nil
}

// liveTest runs the smoke steps of a tenant that is in order. person is who is asked for codes in the wizard; nil on the
// command line.
func (p *program) liveTest(ctx context.Context, j *job, plan *engine.Plan, test flow.Test, person flow.Person, emit func(event.Event)) error {
	o := plan.Smoke()
	o.Level, o.Emit = test.Level, emit
	var err error
	if o.To, err = numberOf(test.Phone, j.spec); err != nil {
		return err
	}
	if o.To == "" && j.at.sandboxed {
		o.To = exampleNumber(j.spec)
	}
	if j.at.sandboxed {
		return p.sandboxTest(ctx, j.at, o, person)
	}
	return p.realTest(ctx, o, person)
}

// sandboxTest has the test drive its own browser. Codes are read off the virtual phone, or typed by a person in the wizard.
func (p *program) sandboxTest(ctx context.Context, at *environment, o smoke.Options, person flow.Person) error {
	read := at.messages
	codes := func(ctx context.Context, to string, since time.Time) (string, error) {
		return waitForCode(ctx, read, to, since)
	}
	o.Pause = 20 * time.Millisecond
	o.Texts = func() int {
		all, err := read(ctx, o.To)
		if err != nil {
			return 0
		}
		return len(all)
	}
	automatic := &smoke.Automatic{HTTP: o.HTTP, Codes: codes}
	if at.embedded != nil {
		o.Now, automatic.Now = at.embedded.World().Now, at.embedded.World().Now
	}
	o.Person = automatic
	if person != nil {
		// The code of the plain text test reads itself; the one of the login is the person's to type.
		automatic.Type = person.Code
	}
	return smoke.Run(ctx, o)
}

// waitForCode is the newest code that the phone got for a number since a moment.
func waitForCode(ctx context.Context, read func(context.Context, string) ([]rehearsal.Text, error), to string, since time.Time) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	for {
		all, err := read(ctx, to)
		if err != nil {
			return "", err
		}
		for _, m := range all {
			if !m.Time.Before(since.Add(-time.Second)) && m.Code != "" {
				return m.Code, nil
			}
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-ctx.Done():
			return "", fault.New(fault.Failed, "smoke.no_text", "Check the virtual phone: phonegate sandbox serve prints its address.", "No text arrived at %s within 15 seconds.", smoke.Masked(to))
		}
	}
}

// messages reads the virtual phone of a sandbox in this process or of a sandbox server.
func (at *environment) messages(ctx context.Context, to string) ([]rehearsal.Text, error) {
	if at.embedded != nil {
		return at.embedded.Phone().Messages(to), nil
	}
	if at.phone == "" {
		return nil, fault.New(fault.Usage, "smoke.phone", "Set PHONEGATE_PHONE_URL to the phone's address that phonegate sandbox serve printed.", "PHONEGATE_PHONE_URL is not set, so the sandbox's phone can't be read.")
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(at.phone, "/")+"/messages?"+url.Values{"to": {to}}.Encode(), nil)
	if err != nil {
		return nil, err
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, fault.Wrap(err, fault.Failed, "smoke.phone", "Check that phonegate sandbox serve is still running.", "The sandbox's phone does not respond.")
	}
	defer res.Body.Close()
	var all []rehearsal.Text
	if err := json.NewDecoder(res.Body).Decode(&all); err != nil {
		return nil, fault.Wrap(err, fault.Failed, "smoke.phone", "Check PHONEGATE_PHONE_URL.", "%s is not the address of a sandbox's phone.", at.phone)
	}
	return all, nil
}

// realTest has a person at the browser and at the phone.
func (p *program) realTest(ctx context.Context, o smoke.Options, person flow.Person) error {
	if person == nil {
		person = atTerminal{p}
	}
	o.Person = &smoke.Interactive{
		Codes: func(ctx context.Context, to string, _ time.Time) (string, error) {
			return person.Code(ctx, smoke.Masked(to), "")
		},
		Open: person.Open,
	}
	return smoke.Run(ctx, o)
}

// atTerminal is a person who is asked line by line.
type atTerminal struct{ p *program }

// Code asks for the code.
func (a atTerminal) Code(ctx context.Context, to, problem string) (string, error) {
	if problem != "" {
		fmt.Fprintln(a.p.Err, problem)
	}
	return a.p.line(ctx, "Code sent to "+to+": ")
}

// Open shows the address; a terminal makes it a link.
func (a atTerminal) Open(_ context.Context, address string) error {
	fmt.Fprintf(a.p.Err, "Open this in a browser and log in:\n\n  %s\n\n", address)
	return nil
}

// exampleNumber is a mobile number that the tenant's answers allow, from the ranges that are shown in examples.
func exampleNumber(t config.Tenant) string {
	country := t.DefaultCountry
	if country == "" && len(t.Countries) > 0 {
		country = t.Countries[0]
	}
	if country == "" || country == "AU" {
		return "+61491570156" // reserved for fiction by the Australian regulator
	}
	if n := phonenumbers.GetExampleNumberForType(country, phonenumbers.MOBILE); n != nil {
		return phonenumbers.Format(n, phonenumbers.E164)
	}
	return "+61491570156"
}
