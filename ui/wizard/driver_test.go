package wizard

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"github.com/google/go-cmp/cmp"

	"phonegate/ui/render"
	"phonegate/ui/wizard/flow"
	"phonegate/ui/wizard/flowtest"
	"phonegate/ui/wizard/widget"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// driver plays the event loop by hand: keys go in, commands run, frames come out.
type driver struct {
	t       *testing.T
	m       model
	f       *flowtest.Fake
	clock   time.Time
	msgs    chan tea.Msg
	printed []string
	quit    bool
	clip    string // what went to the clipboard
	mu      sync.Mutex
	opened  []string // by commands, on goroutines of their own
	// secrets must never be in any frame.
	secrets []string
}

func newDriver(t *testing.T, f *flowtest.Fake, start string) *driver {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	d := &driver{t: t, f: f, clock: time.Unix(1_700_000_000, 0), msgs: make(chan tea.Msg, 256)}
	o := flow.Options{Backend: f, Start: start, File: "phonegate.yaml"}
	sh := newShared(ctx, o)
	sh.now = func() time.Time { return d.clock }
	sh.after = func(time.Duration, tea.Msg) tea.Cmd { return nil }
	sh.open = func(url string) error {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.opened = append(d.opened, url)
		return errors.New("there is no display here")
	}
	t.Cleanup(func() { cancel(); sh.close() })
	d.m = newModel(sh, o)
	d.run(d.m.Init())
	d.send(tea.WindowSizeMsg{Width: 80, Height: 24})
	return d
}

// run starts a command; what it says arrives in order of its end.
func (d *driver) run(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	go func() { d.msgs <- cmd() }()
}

// send gives one message to the model.
func (d *driver) send(msg tea.Msg) {
	d.t.Helper()
	switch v := reflect.ValueOf(msg); {
	case msg == nil:
		return
	case reflect.TypeOf(msg) == reflect.TypeOf(tea.QuitMsg{}):
		d.quit = true
		return
	case v.Kind() == reflect.Slice && v.Type().Elem() == reflect.TypeOf(tea.Cmd(nil)): // a batch or a sequence
		ordered := strings.Contains(v.Type().String(), "sequence")
		for i := range v.Len() {
			cmd := v.Index(i).Interface().(tea.Cmd)
			if ordered && i < v.Len()-1 {
				d.send(cmd())
			} else {
				d.run(cmd)
			}
		}
		return
	case strings.Contains(v.Type().String(), "printLine"):
		line := v.Field(0).String()
		if line == "" || strings.Contains(line, "\n") {
			d.t.Errorf("printed %q: the renderer drops empty lines and loses parts of blocks", line)
		}
		d.printed = append(d.printed, line)
		d.checkSecrets(v.Field(0).String())
		return
	case strings.Contains(v.Type().String(), "setClipboardMsg"):
		d.clip = v.String()
		d.checkSecrets(d.clip)
		return
	case strings.Contains(v.Type().String(), "backgroundColorMsg"): // the question, not the answer
		return
	}
	next, cmd := d.m.Update(msg)
	d.m = next.(model)
	d.run(cmd)
	d.checkSecrets(d.frame())
}

// visits are the addresses that were opened in a browser.
func (d *driver) visits() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.opened)
}

func (d *driver) checkSecrets(s string) {
	d.t.Helper()
	for _, secret := range d.secrets {
		if strings.Contains(s, secret) || len(secret) > 12 && (strings.Contains(s, secret[:8]) || strings.Contains(s, secret[len(secret)-8:])) {
			d.t.Fatalf("a secret is on the screen:\n%s", s)
		}
	}
}

// frame is what is on the screen, without its looks.
func (d *driver) frame() string { return ansi.Strip(d.m.View().Content) }

// until lets commands end until the frame shows the text.
func (d *driver) until(text string) {
	d.t.Helper()
	deadline := time.After(5 * time.Second)
	for !strings.Contains(d.frame(), text) {
		select {
		case m := <-d.msgs:
			d.send(m)
		case <-deadline:
			d.t.Fatalf("never came: %q. The frame:\n%s\nprinted:\n%s", text, d.frame(), strings.Join(d.printed, "\n"))
		}
	}
	d.clock = d.clock.Add(time.Second) // whoever reads a screen takes a while
}

// untilQuit lets commands end until the program does.
func (d *driver) untilQuit() {
	d.t.Helper()
	deadline := time.After(5 * time.Second)
	for !d.quit {
		select {
		case m := <-d.msgs:
			d.send(m)
		case <-deadline:
			d.t.Fatalf("never quit. The frame:\n%s", d.frame())
		}
	}
}

// named are the keys that are not letters.
var named = map[string]tea.KeyPressMsg{
	"enter": {Code: tea.KeyEnter}, "esc": {Code: tea.KeyEscape}, "tab": {Code: tea.KeyTab}, "shift+tab": {Code: tea.KeyTab, Mod: tea.ModShift},
	"up": {Code: tea.KeyUp}, "down": {Code: tea.KeyDown}, "left": {Code: tea.KeyLeft}, "right": {Code: tea.KeyRight},
	"backspace": {Code: tea.KeyBackspace}, "f1": {Code: tea.KeyF1}, "ctrl+c": {Code: 'c', Mod: tea.ModCtrl}, "ctrl+u": {Code: 'u', Mod: tea.ModCtrl},
	"ctrl+o": {Code: 'o', Mod: tea.ModCtrl}, "ctrl+p": {Code: 'p', Mod: tea.ModCtrl},
}

// press sends keys: by name, or a text letter by letter.
func (d *driver) press(keys ...string) *driver {
	d.t.Helper()
	for _, k := range keys {
		if m, ok := named[k]; ok {
			d.send(m)
			continue
		}
		for _, r := range k {
			d.send(tea.KeyPressMsg{Code: r, Text: string(r)})
		}
	}
	return d
}

// see fails unless the frame shows all texts.
func (d *driver) see(texts ...string) {
	d.t.Helper()
	for _, s := range texts {
		if !strings.Contains(d.frame(), s) {
			d.t.Fatalf("not on the screen: %q. The frame:\n%s", s, d.frame())
		}
	}
}

// see not fails if the frame shows the text.
func (d *driver) seeNot(text string) {
	d.t.Helper()
	if strings.Contains(d.frame(), text) {
		d.t.Fatalf("still on the screen: %q. The frame:\n%s", text, d.frame())
	}
}

// appearances are the ways a frame is drawn for the golden files.
var appearances = []struct {
	name         string
	dark, colour bool
}{{"dark", true, true}, {"light", false, true}, {"NO_COLOR", true, false}}

// golden compares the present frame, at three widths and in three looks, with a file; and checks
// that it fits every window there is.
func (d *driver) golden(name string) {
	d.t.Helper()
	sh := d.m.sh
	width, height, st := sh.Width, sh.Height, sh.Styles
	defer func() { sh.Width, sh.Height, sh.Styles = width, height, st }()
	var all strings.Builder
	for _, w := range []int{40, 80, 120} {
		for _, l := range appearances {
			sh.Width, sh.Height, sh.Styles = w, 24, render.NewStyles(l.dark, l.colour)
			content := d.m.View().Content
			fmt.Fprintf(&all, "== %d columns, %s\n%s", w, l.name, content)
			if !l.colour && strings.Contains(content, "\x1b[38;") {
				d.t.Errorf("%s: a colour under NO_COLOR", name)
			}
		}
	}
	d.fits(name)
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			d.t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(all.String()), 0o644); err != nil {
			d.t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		d.t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), all.String()); diff != "" {
		d.t.Errorf("%s differs (-want +got); if that is right, run with -update:\n%s", path, diff)
	}
}

// fits checks the present frame in windows of all sizes.
func (d *driver) fits(name string) {
	d.t.Helper()
	sh := d.m.sh
	width, height, help := sh.Width, sh.Height, d.m.help
	defer func() { sh.Width, sh.Height, d.m.help = width, height, help }()
	for w := 30; w <= 120; w++ {
		for _, h := range []int{6 + w%12, 24} {
			for _, full := range []bool{w%2 == 0} {
				sh.Width, sh.Height, d.m.help = w, h, full
				fitting(d.t, name, d.m)
			}
		}
	}
}

// fitting checks one frame in one window.
func fitting(t *testing.T, name string, m model) {
	t.Helper()
	w, h, content := m.sh.Width, m.sh.Height, m.View().Content
	if !strings.HasSuffix(content, "\n") {
		t.Fatalf("%s at %dx%d does not end in a line break", name, w, h)
	}
	lines := strings.Split(strings.TrimSuffix(content, "\n"), "\n")
	if len(lines) > min(widget.MaxRows, h-1) {
		t.Fatalf("%s has %d rows in a window of %dx%d:\n%s", name, len(lines), w, h, ansi.Strip(content))
	}
	for _, l := range lines {
		if n := ansi.StringWidth(l); n > min(w, render.MaxWidth) {
			t.Fatalf("%s has a line of %d columns in a window of %d: %q", name, n, w, l)
		}
	}
}
