package wizard

import (
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"phonegate/ui/render"
	"phonegate/ui/wizard/flow"
	"phonegate/ui/wizard/widget"
)

// model is the root: it holds the screens, takes messages to the one that is shown and
// carries out what its outcome asks for. What a screen says or does is not its business.
type model struct {
	sh      *shared
	steps   map[flow.StopID]step
	at      flow.StopID
	trail   []flow.StopID // where back leads
	help    bool
	page    *widget.Pager
	leaving bool
	halted  bool // Ctrl-C has been pressed while work was under way
	colour  bool
}

// newModel is the wizard at its first screen.
func newModel(sh *shared, o flow.Options) model {
	at := flow.Welcome
	if o.Start == flow.StartSandbox {
		at = flow.Connect
	}
	return model{sh: sh, at: at, colour: !o.NoColor, steps: map[flow.StopID]step{
		flow.Welcome: welcome{direct: o.Start == flow.StartSandbox}, flow.Connect: connect{}, flow.Texts: texts{}, flow.Signup: signup{}, flow.Action: action{},
		flow.Form: form{}, flow.Review: review{}, flow.Apply: apply{}, flow.Live: live{}, flow.Done: done{},
	}}
}

// Init asks for the background's colour and enters the first screen.
func (m model) Init() tea.Cmd {
	return tea.Batch(tea.RequestBackgroundColor, m.sh.listen(), m.enter())
}

// enter comes to the screen at m.at.
func (m model) enter() tea.Cmd {
	s, cmd := m.steps[m.at].enter(m.sh)
	m.steps[m.at] = s
	m.sh.Keys = widget.NewKeyMap(s.typing(m.sh))
	return cmd
}

// Update takes one message.
func (m model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.sh.Width, m.sh.Height = msg.Width, msg.Height
		if m.page != nil {
			m.page.Resize(m.sh.Looks)
		}
		return m, nil
	case tea.BackgroundColorMsg:
		m.sh.Dark = msg.IsDark()
		m.sh.Styles = render.NewStyles(m.sh.Dark, m.colour)
		return m, nil
	case tea.EnvMsg: // the whole environment, secrets included: of no use here
		return m, nil
	case tea.KeyPressMsg:
		if key.Matches(msg, m.sh.Keys.Stop) {
			return m.interrupt()
		}
		if m.page != nil {
			return m.reading(msg)
		}
		if key.Matches(msg, m.sh.Keys.Help) {
			m.help = !m.help
			return m, nil
		}
		if key.Matches(msg, m.sh.Keys.Back) {
			return m.back(msg)
		}
	case arrivedMsg:
		m.sh.inbox = append(m.sh.inbox, flow.Message(msg))
		next, cmd := m.pass(msg)
		return next, tea.Batch(cmd, m.sh.listen())
	}
	return m.pass(msg)
}

// pass gives the message to the screen and follows its outcome.
func (m model) pass(msg tea.Msg) (tea.Model, tea.Cmd) {
	s, out := m.steps[m.at].update(m.sh, msg)
	m.steps[m.at] = s
	return m.follow(out)
}

// follow carries out an outcome.
func (m model) follow(out outcome) (tea.Model, tea.Cmd) {
	cmd := out.cmd
	if out.read != nil {
		m.page = out.read
		m.page.Resize(m.sh.Looks)
	}
	switch out.move {
	case forward:
		cmd = tea.Batch(cmd, m.to(flow.Next(m.at), true))
	case jump:
		cmd = tea.Batch(cmd, m.to(out.to, true))
	case backward:
		cmd = tea.Batch(cmd, m.pop())
	case leave:
		m.leaving = true
		cmd = tea.Batch(cmd, tea.Quit)
	}
	m.sh.Keys = widget.NewKeyMap(m.steps[m.at].typing(m.sh))
	return m, record(out.print, cmd)
}

// record puts finished lines above the frame, and then runs next: in sequence, so that lines keep
// their order however commands are scheduled. Each line is printed by itself, because the renderer loses
// some of a block that is higher than the room around the frame; and a line with nothing on it is
// not printed at all.
func record(lines []string, next tea.Cmd) tea.Cmd {
	if len(lines) == 0 {
		return next
	}
	var cmds []tea.Cmd
	for _, l := range lines {
		if l == "" {
			l = " "
		}
		cmds = append(cmds, tea.Println(l))
	}
	return tea.Sequence(append(cmds, next)...)
}

// to goes to a screen; with remember, back leads here again.
func (m *model) to(p flow.StopID, remember bool) tea.Cmd {
	if remember && m.at != flow.Apply {
		m.trail = append(m.trail[:len(m.trail):len(m.trail)], m.at)
	}
	m.at, m.help, m.halted = p, false, false
	return m.enter()
}

// pop goes back to where the person came from.
func (m *model) pop() tea.Cmd {
	if len(m.trail) == 0 {
		return nil
	}
	p := m.trail[len(m.trail)-1]
	m.trail = m.trail[:len(m.trail)-1]
	return m.to(p, false)
}

// backer is a step with pages inside itself, through which back leads first.
type backer interface {
	// back goes back one page, if there is one.
	back(sh *shared) (step, bool)
}

// back goes back. It never checks an answer and never loses one; only work under way holds it up.
func (m model) back(msg tea.Msg) (tea.Model, tea.Cmd) {
	if w, ok := m.steps[m.at].(worker); ok && w.busy() {
		return m, nil
	}
	if i, ok := m.steps[m.at].(backer); ok {
		if s, moved := i.back(m.sh); moved {
			m.steps[m.at] = s
			m.sh.Keys = widget.NewKeyMap(s.typing(m.sh))
			return m, nil
		}
	}
	cmd := m.pop()
	return m, cmd
}

// interrupt is Ctrl-C. While questions are asked it leaves at once. While work is under way the first
// one lets the call under way finish, the second leaves.
func (m model) interrupt() (tea.Model, tea.Cmd) {
	if w, ok := m.steps[m.at].(worker); ok && w.busy() && !m.halted {
		m.halted = true
		s, cmd := w.halt(m.sh)
		m.steps[m.at] = s
		return m, cmd
	}
	m.sh.reach.Interrupted = !m.sh.reach.Finished
	m.sh.jobs.cancel()
	m.page, m.leaving = nil, true
	return m, tea.Quit
}

// reading gives a key to what is being read.
func (m model) reading(msg tea.KeyPressMsg) (tea.Model, tea.Cmd) {
	if key.Matches(msg, m.sh.Keys.Close) {
		m.page = nil
		return m, nil
	}
	p, cmd := m.page.Update(msg)
	m.page = &p
	return m, cmd
}

// View is the frame. Inline, it ends in a line break: without one the last line is lost on exit.
func (m model) View() tea.View {
	if m.page != nil {
		v := tea.NewView(m.page.View(m.sh.Looks))
		v.AltScreen = true
		return v
	}
	s := m.steps[m.at]
	body, focus := s.view(m.sh, min(m.sh.Width, render.MaxWidth))
	keys := s.keys(m.sh)
	if m.help {
		keys = m.sh.Keys.All(keys)
	}
	if w, ok := s.(worker); !ok || !w.busy() {
		if !m.help {
			keys = append(keys, m.sh.Keys.Help)
		}
		keys = append(keys, m.sh.Keys.Stop)
	}
	if m.leaving {
		if m.at != flow.Done {
			return tea.NewView("\n")
		}
		keys = nil
	}
	// from Apply on the record is right above: keep the frame apart from it
	return tea.NewView(widget.Frame(m.sh.Looks, header(m.sh, m.at, min(m.sh.Width, render.MaxWidth)), flow.Index(m.at) >= flow.Index(flow.Apply), body, focus, keys, m.help))
}

// arrivedMsg is a message that the sandbox's phone received.
type arrivedMsg flow.Message

// listen waits for the phone's next message.
func (sh *shared) listen() tea.Cmd {
	if sh.phoneOf != sh.backend { // once for each backend: every call is a new subscription
		sh.phone, sh.phoneOf = sh.backend.Messages(), sh.backend
	}
	inbox := sh.phone
	if inbox == nil {
		return nil
	}
	done := sh.jobs.ctx.Done()
	return func() tea.Msg {
		select {
		case m, ok := <-inbox:
			if !ok {
				return nil
			}
			return arrivedMsg(m)
		case <-done:
			return nil
		}
	}
}
