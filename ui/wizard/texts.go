package wizard

import (
	"strconv"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"phonegate/provision/config"
	"phonegate/ui/render"
)

// texts asks which Verify service sends the codes, under what name and how long they are.
type texts struct {
	sheet  sheet
	ready  bool
	number int // counts askings; an answer to an earlier one is stale
	err    error
}

type servicesMsg struct {
	number   int
	services []ServiceChoice
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
	number, ctx, backend, s := t.number, sh.jobs.ctx, sh.backend, sh.session.copy()
	return t, tea.Batch(sh.pulse(), func() tea.Msg {
		services, err := backend.Services(ctx, s)
		return servicesMsg{number, services, err}
	})
}

// lay builds the fields from the services that exist.
func (t texts) lay(sh *shared) texts {
	t.ready = true
	service := serviceField(sh)
	_ = service.take(&sh.session, service.value())
	existing := func(s Session) bool { return s.ServiceSID != newService }
	name := asked("twilio.service_name", "name", sh.session)
	name.must, name.hidden = true, existing
	length := asked("twilio.code_length", "digits", sh.session)
	length.hidden = existing
	now, _ := strconv.Atoi(length.value())
	for n := 4; n <= 10; n++ {
		length.options = append(length.options, config.Option{Value: strconv.Itoa(n), Label: strconv.Itoa(n), About: "Six is what people expect."})
		if n == now {
			length.pick = n - 4
		}
	}
	t.sheet = sh.sheet(service, name, length)
	t.sheet.fields[0].tall = true
	t.sheet = t.sheet.first()
	return t
}

// serviceField chooses between a new service and those that exist. Without any there is nothing to choose.
func serviceField(sh *shared) ask {
	services := sh.services
	f := ask{key: "twilio.service", label: "service", options: []config.Option{
		{Value: newService, Label: "New service", About: "Its name is in every text: give it the name your users know."},
	}}
	for i, s := range services {
		about := strconv.Itoa(s.CodeLength) + " digits"
		if s.Note != "" {
			about += ", " + s.Note
		}
		f.options = append(f.options, config.Option{Value: s.SID, Label: s.Name + " (" + render.Short(s.SID) + ")", About: render.Sentence(about)})
		if s.Name == sh.session.Spec.Twilio.ServiceName {
			f.pick = i + 1
		}
	}
	f.hidden = func(Session) bool { return len(services) == 0 }
	f.take = func(s *Session, v string) error {
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
			sh.services = append([]ServiceChoice{}, msg.services...)
		}
		return t.lay(sh), outcome{}
	case beat:
		if !t.ready {
			return t, doing(sh.pulse())
		}
	case tea.KeyPressMsg:
		if !t.ready {
			return t, outcome{}
		}
		if key.Matches(msg, sh.keys.Next) {
			var ok bool
			if t.sheet, ok = t.sheet.accept(); !ok {
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
	t.sheet, cmd = t.sheet.update(sh.keys, msg)
	return t, doing(cmd)
}

func (t texts) view(sh *shared, width int) ([]string, int) {
	st, s := sh.st, sh.session
	lines := title(sh.st, "Which Verify service sends the codes?", width)
	if !t.ready {
		return append(lines, "  "+spinner(sh)+" asking Twilio which there are"), 1
	}
	fields, at := t.sheet.view(st, width)
	focus := len(lines) + at
	lines = append(lines, fields...)
	lines = append(lines, "")
	if t.err != nil {
		lines = append(lines, problem(st, t.err, width)...)
	} else {
		lines = append(lines, t.sheet.advice(st, width)...)
	}
	lines = append(lines, "")
	box := phoneBox(st, "the text", smsText(orDash(s.Spec.Twilio.ServiceName), digits(s.Spec.Twilio.CodeLength)), min(width-6, 40), 4)
	for _, l := range box {
		lines = append(lines, "    "+l)
	}
	return lines, focus
}

func (t texts) keys(sh *shared) []key.Binding {
	keys := []key.Binding{sh.keys.Next, sh.keys.Back, as(sh.keys.Up, "move")}
	if t.ready && t.sheet.fields[t.sheet.at].choice() {
		keys = append(keys, sh.keys.Left)
	}
	return keys
}

func (t texts) typing(sh *shared) bool { return t.ready && t.sheet.typing() }
