package render_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"phonegate/provision/event"
	"phonegate/ui/render"
)

func TestRenderersTakeEventsFromSeveralGoroutines(t *testing.T) {
	for name, open := range map[string]func(*bytes.Buffer) render.Renderer{
		"json":  func(b *bytes.Buffer) render.Renderer { return render.JSON(b) },
		"plain": func(b *bytes.Buffer) render.Renderer { return render.Plain(b, render.Options{}) },
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			r := open(&out)
			var wg sync.WaitGroup
			for g := range 8 {
				wg.Go(func() {
					for i := range 50 {
						r.Emit(event.Step{Tenant: fmt.Sprint(g), Resource: "auth0.action", Status: event.Done, Detail: fmt.Sprintf("whole line %d", i)})
					}
				})
			}
			wg.Wait()
			if err := r.Close(); err != nil {
				t.Fatal(err)
			}
			lines := strings.Split(strings.TrimSpace(out.String()), "\n")
			if len(lines) != 400 {
				t.Fatalf("%d lines, want 400", len(lines))
			}
			for _, l := range lines {
				if strings.Count(l, "whole line") != 1 {
					t.Fatalf("lines are mixed: %q", l)
				}
			}
		})
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

func TestCloseReportsThatWritingFailed(t *testing.T) {
	for _, r := range []render.Renderer{render.JSON(full{}), render.Plain(full{}, render.Options{})} {
		r.Emit(event.Plan{Tenant: "dev"})
		r.Emit(event.Plan{Tenant: "dev"})
		if err := r.Close(); err == nil {
			t.Errorf("%T hid the writer's error", r)
		}
	}
}

func TestEveryResourceOfTheContractHasAName(t *testing.T) {
	for _, r := range strings.Fields(`twilio.service twilio.key host.project host.env host.deployment auth0.action auth0.binding auth0.login_page auth0.client former
		auth0.account twilio.account host.account
		sms.send sms.check action.deployed action.test form.reachable form.rejects_forgery login.signup login.redirect login.code login.continue login.tokens
		login.record login.second_login cleanup`) {
		n := render.NameOf(r)
		if n.Who == "" || n.What == "" || strings.ContainsAny(n.Who+n.What, "._") {
			t.Errorf("%s is called %+v", r, n)
		}
	}
	if n := render.NameOf("queue.dead_letters"); n.Who != "queue" || n.What != "dead letters" {
		t.Errorf("an unknown resource is called %+v", n)
	}
}

func TestPrintableDisarmsForeignText(t *testing.T) {
	for in, want := range map[string]string{
		"plain":                          "plain",
		"two\nlines\tand tab":            "two lines and tab",
		"\x1b[2J\x1b[31mred\x1b[0m":      "red",
		"bell\a back\b del\x7f c1\u009b": "bell back del c1",
		"“Größe” ✓":                      "“Größe” ✓",
	} {
		if got := render.Printable(in); got != want {
			t.Errorf("Printable(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestElapsedIsReadable(t *testing.T) {
	for d, want := range map[time.Duration]string{
		40 * time.Millisecond: "0.0 s", 412 * time.Millisecond: "0.4 s", 9940 * time.Millisecond: "9.9 s",
		12 * time.Second: "12 s", 125 * time.Second: "2 min 5 s",
	} {
		if got := render.Elapsed(d); got != want {
			t.Errorf("Elapsed(%v) = %q, want %q", d, got, want)
		}
	}
}

func FuzzLinesStayInsideTheWindow(f *testing.F) {
	f.Add("Verify service “Acme”", "typed", "message", "do this", 40)
	f.Add(strings.Repeat("長い", 60), "kept: 1", "\x1b[31m", "\n\n", 23)
	f.Fuzz(func(t *testing.T, detail, from, message, hint string, width int) {
		if width < 20 || width > 300 {
			return
		}
		var out bytes.Buffer
		r := render.Plain(&out, render.Options{Width: width})
		r.Emit(event.Plan{Tenant: "dev", Changes: []event.Change{{Resource: "auth0.action", Op: event.Create, Detail: detail, From: from}}})
		r.Emit(event.Step{Resource: "auth0.action", Status: event.Failed, Detail: detail, ElapsedMS: 99999, Error: &event.Error{Message: message, Hint: hint}})
		for _, l := range strings.Split(out.String(), "\n") {
			if w := ansi.StringWidth(l); w > width {
				t.Errorf("%d columns in a window of %d: %q", w, width, l)
			}
		}
	})
}
