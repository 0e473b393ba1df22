package wizard

import (
	"strconv"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"phonegate/provision/config"
	"phonegate/ui/render"
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

// newService is the choice's value for a service that does not exist yet.
const newService = ""

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
	service := serviceField(sh)
	_ = service.Take(&sh.session, service.Value())
	existing := func(s flow.Session) bool { return s.ServiceSID != newService }
	name := flow.Asked("twilio.service_name", "name", sh.session)
	name.Must, name.Hidden = true, existing
	length := flow.Asked("twilio.code_length", "digits", sh.session)
	length.Hidden = existing
	now, _ := strconv.Atoi(length.Value())
	for n := 4; n <= 10; n++ {
		length.Options = append(length.Options, config.Option{Value: strconv.Itoa(n), Label: strconv.Itoa(n), About: "Six is what people expect."})
		if n == now {
			length.Pick = n - 4
		}
	}
	t.sheet = sh.sheet(service, name, length)
	t.sheet.Fields[0].Tall = true
	t.sheet = t.sheet.First()
	return t
}

// serviceField chooses between a new service and those that exist. Without any there is nothing to choose.
func serviceField(sh *shared) flow.Ask {
	services := sh.services
	f := flow.Ask{Key: "twilio.service", Label: "service", Options: []config.Option{
		{Value: newService, Label: "New service", About: "Its name is in every text: give it the name your users know."},
	}}
	for i, s := range services {
		about := strconv.Itoa(s.CodeLength) + " digits"
		if s.Note != "" {
			about += ", " + s.Note
		}
		f.Options = append(f.Options, config.Option{Value: s.SID, Label: s.Name + " (" + render.Short(s.SID) + ")", About: render.Sentence(about)})
		if s.Name == sh.session.Spec.Twilio.ServiceName {
			f.Pick = i + 1
		}
	}
	f.Hidden = func(flow.Session) bool { return len(services) == 0 }
	f.Take = func(s *flow.Session, v string) error {
		s.ServiceSID = v
		for _, x := range services {
			if x.SID == v {
				s.Spec.Twilio.ServiceName, s.Spec.Twilio.CodeLength = x.Name, x.CodeLength
			}
		}
		return nil
	}
	return f
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
