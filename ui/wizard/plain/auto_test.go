package plain

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"

	"phonegate/provision/event"
	"phonegate/provision/fault"
	"phonegate/ui/render"
	"phonegate/ui/wizard/flow"
	"phonegate/ui/wizard/flowtest"
)

func TestAutoTellsTheWholeStory(t *testing.T) {
	var out bytes.Buffer
	f := flowtest.NewSandbox()
	if err := Auto(context.Background(), f, &out, render.Options{Host: "vercel"}); err != nil {
		t.Fatal(err)
	}
	story := out.String()
	at := 0
	for _, want := range []string{
		"plays itself", "Connect", "Auth0", "acme-dev", "Answers", "verification code is: 123456", "plan for dev", "Verify service “Acme dev”",
		"Set up", "✓ done", "Action “Verify phone number”", "A whole login", "signed up", "code is: 418902", "typed  418902", "back at Auth0",
		"tokens", "record", "second login", "A whole first login", "Next",
	} {
		i := strings.Index(story[at:], want)
		if i < 0 {
			t.Fatalf("%q is missing, or in the wrong place:\n%s", want, story)
		}
		at += i
	}
	for _, secret := range []string{flowtest.Secret, flowtest.Token, flowtest.VercelToken} {
		if strings.Contains(story, secret) {
			t.Error("a secret is in the story")
		}
	}
	if strings.ContainsRune(story, '\x1b') {
		t.Error("an escape sequence is in plain lines")
	}
}

func TestAutoPlaysOnEveryHostOfTheSandbox(t *testing.T) {
	for kind, want := range map[string][]string{
		"cloudflare": {"Twilio Verify and Cloudflare are", "✓ done     Cloudflare acme's team", "acme-dev-verify on Cloudflare"},
		"bundle":     {"Twilio Verify and a server for the form are", "acme-dev-verify at https://acme-dev-verify.test"},
		"nowhere":    {"Twilio Verify and Vercel are"}, // as without a wish
	} {
		var out bytes.Buffer
		f := flowtest.NewSandbox()
		f.Kinds = []string{"vercel", "cloudflare", "bundle"}
		if err := Auto(context.Background(), f, &out, render.Options{Host: kind}); err != nil {
			t.Fatal(err)
		}
		for _, w := range want {
			if !strings.Contains(out.String(), w) {
				t.Errorf("%s: %q is missing:\n%s", kind, w, out.String())
			}
		}
	}
}

func TestAutoSaysWhatFailedAndStops(t *testing.T) {
	var out bytes.Buffer
	f := flowtest.NewSandbox()
	f.ApplyErr = fault.New(fault.Failed, "vercel.503", "Try again in a minute.", "Vercel is not answering")
	if err := Auto(context.Background(), f, &out, render.Options{}); fault.Of(err).Code != "vercel.503" {
		t.Errorf("ended with %v", err)
	}
	if s := out.String(); !strings.Contains(s, "Vercel is not answering.") || !strings.Contains(s, "→ Try again in a minute.") || strings.Contains(s, "A whole login") {
		t.Errorf("the story:\n%s", s)
	}
}

func TestAutoGivesUpOnACodeThatIsNeverAccepted(t *testing.T) {
	f := flowtest.NewSandbox()
	stubborn := &neverRight{f}
	err := Auto(context.Background(), stubborn, &bytes.Buffer{}, render.Options{})
	if err == nil || !strings.Contains(err.Error(), "not accepted") {
		t.Errorf("ended with %v", err)
	}
}

// neverRight refuses every code.
type neverRight struct{ *flowtest.Fake }

func (n *neverRight) Messages() <-chan flow.Message { return n.Inbox }

func (n *neverRight) LiveTest(ctx context.Context, _ flow.Session, _ flow.Test, p flow.Person, _ func(event.Event)) error {
	n.Inbox <- flow.Message{Code: "111111", Body: "1"}
	for {
		if _, err := p.Code(ctx, "", "no"); err != nil {
			return err
		}
	}
}

func TestAutoIsInterruptedByItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	err := Auto(ctx, flowtest.NewSandbox(), &bytes.Buffer{}, render.Options{})
	if fault.Of(err).Category != fault.Interrupted || !errors.Is(err, context.Canceled) {
		t.Errorf("ended with %v", err)
	}
}
