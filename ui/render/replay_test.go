package render_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"github.com/google/go-cmp/cmp"

	"phonegate/provision/event"
	"phonegate/ui/render"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// recorded reads a recorded event stream.
func recorded(t *testing.T, path string) []event.Event {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var events []event.Event
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var kind struct{ Type string }
		if err := json.Unmarshal(lines.Bytes(), &kind); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		switch kind.Type {
		case "plan":
			events = append(events, decoded[event.Plan](t, lines.Bytes()))
		case "step":
			events = append(events, decoded[event.Step](t, lines.Bytes()))
		case "result":
			events = append(events, decoded[event.Result](t, lines.Bytes()))
		default:
			t.Fatalf("%s: unknown type %q", path, kind.Type)
		}
	}
	return events
}

func decoded[E any](t *testing.T, line []byte) E {
	t.Helper()
	var e E
	d := json.NewDecoder(bytes.NewReader(line))
	d.DisallowUnknownFields()
	if err := d.Decode(&e); err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	return e
}

func tenantsOf(events []event.Event) []string {
	for _, e := range events {
		if r, ok := e.(event.Result); ok {
			var names []string
			for _, t := range r.Tenants {
				names = append(names, t.Name)
			}
			return names
		}
	}
	return nil
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs (-want +got); if that is right, run with -update:\n%s", path, diff)
	}
}

func streams(t *testing.T) map[string][]event.Event {
	t.Helper()
	paths, err := filepath.Glob("testdata/*.ndjson")
	if err != nil || len(paths) < 4 {
		t.Fatalf("recorded streams: %v, %v", paths, err)
	}
	all := map[string][]event.Event{}
	for _, p := range paths {
		all[strings.TrimSuffix(filepath.Base(p), ".ndjson")] = recorded(t, p)
	}
	return all
}

func TestPlainReplaysRecordedStreams(t *testing.T) {
	for name, events := range streams(t) {
		for _, width := range []int{40, 80, 120} {
			t.Run(fmt.Sprintf("%s/%d", name, width), func(t *testing.T) {
				var out bytes.Buffer
				r := render.Plain(&out, render.Options{Width: width, Host: "vercel", Tenants: tenantsOf(events)})
				for _, e := range events {
					r.Emit(e)
				}
				if err := r.Close(); err != nil {
					t.Fatal(err)
				}
				golden(t, fmt.Sprintf("%s-%d", name, width), out.String())
				for _, l := range strings.Split(out.String(), "\n") {
					if w := ansi.StringWidth(l); w > width {
						t.Errorf("%d columns in a window of %d: %q", w, width, l)
					}
					if strings.ContainsRune(l, '\x1b') {
						t.Errorf("an escape sequence in plain output: %q", l)
					}
				}
			})
		}
	}
}

func TestPlainColoursOnlyWhatItIsToldTo(t *testing.T) {
	for _, dark := range []bool{true, false} {
		var out bytes.Buffer
		r := render.Plain(&out, render.Options{Width: 80, Styles: render.NewStyles(dark, true)})
		for _, e := range streams(t)["failed"] {
			r.Emit(e)
		}
		golden(t, fmt.Sprintf("failed-dark-%t", dark), out.String())
	}
	var out bytes.Buffer
	r := render.Plain(&out, render.Options{Width: 80, Styles: render.NewStyles(true, false)})
	for _, e := range streams(t)["failed"] {
		r.Emit(e)
	}
	if strings.Contains(out.String(), "\x1b[3") {
		t.Errorf("a colour without colour: %q", out.String())
	}
}

func TestColoursLeaveTheWordsAsTheyAre(t *testing.T) {
	for name, events := range streams(t) {
		var plain, coloured bytes.Buffer
		for out, st := range map[*bytes.Buffer]render.Styles{&plain: {}, &coloured: render.NewStyles(true, true)} {
			r := render.Plain(out, render.Options{Width: 80, Host: "vercel", Tenants: tenantsOf(events), Styles: st})
			for _, e := range events {
				r.Emit(e)
			}
		}
		trimmed := regexp.MustCompile(`(?m) +$`).ReplaceAllString(ansi.Strip(coloured.String()), "")
		if diff := cmp.Diff(plain.String(), trimmed); diff != "" {
			t.Errorf("%s reads differently in colour (-plain +coloured):\n%s", name, diff)
		}
	}
}

func TestJSONGivesBackExactlyTheStructs(t *testing.T) {
	for name, events := range streams(t) {
		var out bytes.Buffer
		r := render.JSON(&out)
		for _, e := range events {
			r.Emit(e)
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		again := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(again, out.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(events, recorded(t, again)); diff != "" {
			t.Errorf("%s changed on its way through JSON:\n%s", name, diff)
		}
		recordedBytes, err := os.ReadFile("testdata/" + name + ".ndjson")
		if err != nil {
			t.Fatal(err)
		}
		if got, want := strings.Count(out.String(), "\n"), strings.Count(string(recordedBytes), "\n"); got != want {
			t.Errorf("%s: %d lines, want %d", name, got, want)
		}
	}
}

func TestJSONFillsTheTypeAndNeverSaysNullForAList(t *testing.T) {
	var out bytes.Buffer
	r := render.JSON(&out)
	r.Emit(event.Plan{Tenant: "dev"})
	r.Emit(event.Step{Resource: "twilio.service", Status: event.Done})
	r.Emit(event.Result{Command: "plan", OK: true})
	want := `{"type":"plan","tenant":"dev","changes":[]}
{"type":"step","tenant":"","resource":"twilio.service","status":"done","elapsed_ms":0,"detail":""}
{"type":"result","command":"plan","ok":true,"tenants":[],"requests":{},"elapsed_ms":0}
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Error(diff)
	}
}
