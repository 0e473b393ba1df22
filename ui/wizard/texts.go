package wizard

import (
	"strconv"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"phonegate/provision/config"
	"phonegate/ui/wizard/flow"
	"phonegate/ui/wizard/widget"
)

// texts asks which Verify service sends the codes, under what name and how long they are.
type texts struct {
	sheet  widget.Sheet
	ready  bool
	number int // counts askings; an answer to an earlier one is stale
	err    error
}

type servicesMsg struct {
	number   int
	services []flow.ServiceChoice
	err      error
}

func (t texts) enter(sh *shared) (step, tea.Cmd) {
	if sh.services != nil {
		t = t.lay(sh)
		return t, nil
	}
	t.number++
	t.ready = false
	number, ctx, backend, s := t.number, sh.jobs.ctx, sh.backend, sh.session.Copy()
	return t, tea.Batch(sh.pulse(), func() tea.Msg {
		services, err := backend.Services(ctx, s)
		return servicesMsg{number, services, err}
	})
}

// lay builds the fields from the services that exist.
func (t texts) lay(sh *shared) texts {
	t.ready = true
	asks := flow.AsksAt(flow.Texts, sh.session, sh.seen())
	_ = asks[0].Take(&sh.session, asks[0].Value())
	now, _ := strconv.Atoi(asks[2].Value())
	for n := 4; n <= 10; n++ { // turned through rather than typed
		asks[2].Options = append(asks[2].Options, config.Option{Value: strconv.Itoa(n), Label: strconv.Itoa(n), About: "Six is what people expect."})
		if n == now {
			asks[2].Pick = n - 4
		}
	}
	t.sheet = sh.sheet(asks...)
	t.sheet.Fields[0].Tall = true
	t.sheet = t.sheet.First()
	return t
}

func (t texts) update(sh *shared, msg tea.Msg) (step, outcome) {
	switch msg := msg.(type) {
	case servicesMsg:
		if msg.number != t.number {
			return t, outcome{}
		}
		t.err = msg.err
		if msg.err == nil {
			sh.services = append([]flow.ServiceChoice{}, msg.services...)
		}
		return t.lay(sh), outcome{}
	case tick:
		if !t.ready {
			return t, doing(sh.pulse())
		}
	case tea.KeyPressMsg:
		if !t.ready {
			return t, outcome{}
		}
		if key.Matches(msg, sh.Keys.Next) {
			var ok bool
			if t.sheet, ok = t.sheet.Accept(); !ok {
				return t, outcome{}
			}
			return t, outcome{move: forward}
		}
		return t.edit(sh, msg)
	case tea.PasteMsg:
		return t.edit(sh, msg)
	}
	return t, outcome{}
}

func (t texts) edit(sh *shared, msg tea.Msg) (step, outcome) {
	var cmd tea.Cmd
	t.sheet, cmd = t.sheet.Update(sh.Keys, msg)
	return t, doing(cmd)
}

func (t texts) view(sh *shared, width int) ([]string, int) {
	st, s := sh.Styles, sh.session
	lines := widget.Title(sh.Styles, "Which Verify service sends the codes?", width)
	if !t.ready {
		return append(lines, "  "+spinner(sh)+" asking Twilio which there are"), 1
	}
	fields, at := t.sheet.View(st, width)
	focus := len(lines) + at
	lines = append(lines, fields...)
	lines = append(lines, "")
	if t.err != nil {
		lines = append(lines, problem(st, t.err, width)...)
	} else {
		lines = append(lines, t.sheet.Advice(st, width)...)
	}
	lines = append(lines, "")
	box := widget.PhoneBox(st, "the text", flow.SMSText(flow.OrDash(s.Spec.Twilio.ServiceName), flow.Digits(s.Spec.Twilio.CodeLength)), min(width-6, 40), 4)
	for _, l := range box {
		lines = append(lines, "    "+l)
	}
	return lines, focus
}

func (t texts) keys(sh *shared) []key.Binding {
	keys := []key.Binding{sh.Keys.Next, sh.Keys.Back, widget.As(sh.Keys.Up, "move")}
	if t.ready && t.sheet.Fields[t.sheet.At].Choice() {
		keys = append(keys, sh.Keys.Left)
	}
	return keys
}

func (t texts) typing(sh *shared) bool { return t.ready && t.sheet.Typing() }
