package wizard

import (
	"fmt"
	"math"
	"strings"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"phonegate/provision/event"
	"phonegate/ui/render"
	"phonegate/ui/wizard/flow"
	"phonegate/ui/wizard/widget"
)

// noPlan is a plan that has not been made.
var noPlan = event.Plan{}

// grace is how long a question that came up by itself ignores Enter: one that was meant for
// the screen before must not start anything.
const grace = 500 * time.Millisecond

// review shows all that will happen, before anything does.
type review struct {
	number  int // counts plans; an earlier one's answer is stale
	ready   bool
	since   time.Time
	err     error
	editing bool
	menu    widget.Menu
	guard   string // the name to type first, where the tenant is protected
	confirm widget.Sheet
	asking  bool
	writing bool
	copied  bool
	line    int // how far a plan longer than the window is scrolled
}

type plannedMsg struct {
	number int
	plan   event.Plan
	guard  string
	err    error
}

type filesMsg struct {
	dir   string
	files []string
	err   error
}

// planNow makes the plan of the answers as they stand.
func planNow(sh *shared) tea.Cmd { return planAs(sh, 0) }

func planAs(sh *shared, number int) tea.Cmd {
	ctx, backend, s := sh.jobs.ctx, sh.backend, sh.session.Copy()
	return func() tea.Msg {
		p, err := backend.Plan(ctx, s, func(event.Event) {})
		return plannedMsg{number, p, backend.Guard(s), err}
	}
}

func (r review) enter(sh *shared) (step, tea.Cmd) {
	r = review{number: r.number + 1}
	if sh.again != nil {
		sh.again.planned = false // whoever goes back from here has not agreed to anything
	}
	return r, tea.Batch(sh.pulse(), planAs(sh, r.number))
}

func (r review) update(sh *shared, msg tea.Msg) (step, outcome) {
	switch msg := msg.(type) {
	case plannedMsg:
		if msg.number == r.number {
			r.ready, r.since = true, sh.now()
			sh.plan, r.guard, r.err = msg.plan, msg.guard, msg.err
		}
	case filesMsg:
		r.writing = false
		if r.err = msg.err; msg.err != nil {
			return r, outcome{}
		}
		sh.reach.Files, sh.reach.Finished = msg.files, true
		return r, outcome{move: jump, to: flow.Done}
	case tick:
		if !r.ready {
			return r, doing(sh.pulse())
		}
	case tea.KeyPressMsg:
		return r.press(sh, msg)
	case tea.PasteMsg:
		if r.asking {
			var cmd tea.Cmd
			r.confirm, cmd = r.confirm.Update(sh.Keys, msg)
			return r, doing(cmd)
		}
	}
	return r, outcome{}
}

func (r review) press(sh *shared, msg tea.KeyPressMsg) (step, outcome) {
	next := key.Matches(msg, sh.Keys.Next)
	switch {
	case !r.ready || r.writing:
		return r, outcome{}
	case r.asking:
		if !next {
			var cmd tea.Cmd
			r.confirm, cmd = r.confirm.Update(sh.Keys, msg)
			return r, doing(cmd)
		}
		if r.confirm.Fields[0].Value() != r.guard {
			r.confirm.Wrong = "that is not the tenant's name"
			return r, outcome{}
		}
		return r.begin(sh)
	case r.editing:
		if !next {
			r.menu = r.menu.Update(sh.Keys, msg)
			return r, outcome{}
		}
		return r, outcome{move: jump, to: flow.Crumbs()[r.menu.At].ID}
	case key.Matches(msg, sh.Keys.Edit):
		r.editing, r.menu = true, editMenu(sh)
	case key.Matches(msg, sh.Keys.Diff):
		return r, outcome{read: differences(sh, plannedMsg{plan: sh.plan, err: r.err})}
	case key.Matches(msg, sh.Keys.Copy) && r.err != nil:
		r.copied = true
		return r, doing(tea.SetClipboard(details(sh.session, "plan", nil, r.err)))
	case key.Matches(msg, sh.Keys.Retry) && r.err != nil:
		s, cmd := r.enter(sh)
		return s, doing(cmd)
	case key.Matches(msg, sh.Keys.Write):
		r.writing = true
		backend, s := sh.backend, sh.session.Copy()
		dir := filesDir(s.Tenant)
		return r, doing(func() tea.Msg {
			files, err := backend.WriteFiles(s, dir)
			return filesMsg{dir, files, err}
		})
	case key.Matches(msg, sh.Keys.Up):
		r.line = max(r.line-1, 0)
	case key.Matches(msg, sh.Keys.Down):
		r.line = min(r.line+1, 4*(len(sh.plan.Changes)+len(sh.plan.Warnings)))
	case next && r.err == nil && sh.now().Sub(r.since) >= grace:
		if flow.Changes(sh.plan) == 0 {
			if sh.again != nil {
				sh.again.planned = true
			}
			return r, outcome{move: jump, to: flow.Live}
		}
		if r.guard != "" {
			r.asking, r.confirm = true, sh.sheet(flow.Ask{Key: "confirm", Label: "tenant", Help: flow.GuardedBy(r.guard, sh.session)})
			return r, outcome{}
		}
		return r.begin(sh)
	}
	return r, outcome{}
}

// begin lets it happen.
func (r review) begin(sh *shared) (step, outcome) {
	if sh.again != nil {
		sh.again.planned = true
	}
	return r, outcome{move: forward, print: planRecord(sh)}
}

// filesDir is the folder that "write the files only" writes to.
func filesDir(tenant string) string { return "phonegate-" + tenant }

// planRecord is the plan as it goes to the scrollback.
func planRecord(sh *shared) []string {
	width := render.Width(sh.Width)
	lines := []string{"", "  " + sh.Styles.Title.Render("Plan for "+sh.session.Tenant)}
	for _, c := range sh.plan.Changes {
		lines = append(lines, render.ChangeLines(c, sh.Styles, width, sh.session.Spec.Host.Kind, false)...)
	}
	return append(append(lines, render.WarningLines(sh.plan, sh.Styles, width)...), "")
}

// editMenu lists the answers, by screen.
func editMenu(sh *shared) widget.Menu {
	s := sh.session.Spec
	about := map[flow.StopID]string{
		flow.Connect: "the three accounts", flow.Texts: "“" + s.Twilio.ServiceName + "”", flow.Signup: "number from the " + s.Capture,
		flow.Action: "code checked by the " + s.CodeCheck, flow.Form: s.Host.Project + ", " + s.Brand.Name,
	}
	var m widget.Menu
	for _, c := range flow.Crumbs() {
		if c.ID == flow.Review {
			break
		}
		m.Choices = append(m.Choices, widget.Choice{Label: c.Crumb, About: about[c.ID]})
	}
	return m
}

// differences is all that a plan would change in what exists.
func differences(sh *shared, p plannedMsg) *widget.Pager {
	if p.err != nil {
		return widget.NewPager("Differences", problem(sh.Styles, p.err, min(sh.Width, render.MaxWidth)))
	}
	var lines []string
	for _, c := range p.plan.Changes {
		if c.Diff == "" {
			continue
		}
		n := render.NameOf(c.Resource).At(sh.session.Spec.Host.Kind)
		lines = append(lines, sh.Styles.Title.Render(n.Who+" "+n.What), "")
		lines = append(append(lines, widget.DiffLines(sh.Styles, c.Diff)...), "")
	}
	if lines == nil {
		lines = []string{" No existing resource changes."}
	}
	return widget.NewPager("Differences", lines)
}

// back leaves the menu of answers or the question for the name.
func (r review) back(*shared) (step, bool) {
	was := r.editing || r.asking
	r.editing, r.asking = false, false
	return r, was
}

func (r review) view(sh *shared, width int) ([]string, int) {
	st := sh.Styles
	switch {
	case !r.ready:
		return append(widget.Title(sh.Styles, r.heading(sh), width), "", "  "+spinner(sh)+" looking at what is there already"), 2
	case r.err != nil:
		lines := append(append(widget.Title(sh.Styles, "The plan could not be made", width), ""), problem(st, r.err, width)...)
		if r.copied {
			lines = append(lines, widget.Styled(st.Quiet.Render, render.Hang("    ", copied, width))...)
		}
		return lines, 0
	case r.editing:
		lines, focus := r.menu.View(st, width)
		return append(append(widget.Title(sh.Styles, "Which answer?", width), ""), lines...), focus + 2
	}
	lines := []string{render.Ends("  "+st.Title.Render(r.heading(sh)), st.Quiet.Render(wide(width, "where from")), width)}
	lines = append(lines, render.WarningLines(sh.plan, st, width)...) // first: a long plan is scrolled
	for _, c := range sh.plan.Changes {
		lines = append(lines, render.ChangeLine(c, st, width, sh.session.Spec.Host.Kind)...)
	}
	for _, text := range estimate(sh) {
		lines = append(lines, widget.Styled(st.Quiet.Render, render.Hang("  ", text, width))...)
	}
	if r.asking {
		fields, _ := r.confirm.View(st, width)
		lines = append(append(lines, fields...), r.confirm.Advice(st, width)...)
		return lines, len(lines) - 1
	}
	if r.writing {
		lines = append(lines, "  "+render.Working.Mark(st)+" writing the files")
	}
	return lines, min(r.line+widget.MaxRows/3, len(lines)-1)
}

// heading says what the plan is for.
func (r review) heading(sh *shared) string {
	if sh.again != nil {
		return "This would repair it"
	}
	return "This is what will happen"
}

// wide is s in a window wide enough for columns.
func wide(width int, s string) string {
	if width < 60 {
		return ""
	}
	return s
}

// estimate says what the plan costs, and how it is undone.
func estimate(sh *shared) []string {
	switch {
	case flow.Changes(sh.plan) == 0 && sh.again != nil:
		return []string{"There is nothing to repair: everything is as it would be made.",
			"phonegate doctor checks every part; phonegate rotate makes a new key for Action and form."}
	case flow.Changes(sh.plan) == 0:
		return []string{"No changes: the tenant is as these answers say."}
	}
	all, auth0 := 0, 0
	for _, c := range sh.plan.Changes {
		all += c.Requests
		if strings.HasPrefix(c.Resource, "auth0.") {
			auth0 += c.Requests
		}
	}
	undo := "Undo: phonegate destroy --tenant " + sh.session.Tenant
	if sh.session.Sandbox {
		undo = "It all happens inside this program."
	}
	if all == 0 {
		return []string{undo}
	}
	text := render.Count(all, "request")
	if rate := sh.accounts["auth0"].Rate; rate > 0 {
		seconds := max(int(math.Ceil(float64(auth0)/rate)), (all-auth0)/2) // the others' go on beside them
		text += fmt.Sprintf(", about %d s at your tenant's rate of %g a second", max(seconds, 1), rate)
	}
	return []string{text + ".", undo}
}

func (r review) keys(sh *shared) []key.Binding {
	k := sh.Keys
	switch {
	case !r.ready:
		return []key.Binding{k.Back}
	case r.err != nil:
		return []key.Binding{k.Retry, k.Edit, k.Copy, k.Back, k.Write}
	case r.editing:
		return []key.Binding{k.Up, widget.As(k.Next, "change it"), k.Back}
	case r.asking:
		return []key.Binding{widget.As(k.Next, "do it"), k.Back}
	case flow.Changes(sh.plan) == 0:
		next := "live test"
		if sh.again != nil {
			next = "test again"
		}
		return []key.Binding{widget.As(k.Next, next), k.Edit, k.Write, k.Back}
	}
	return []key.Binding{widget.As(k.Next, "do it"), k.Edit, k.Write, k.Diff, k.Back}
}

func (r review) typing(*shared) bool { return r.asking }
