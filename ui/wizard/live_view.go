package wizard

import (
	"charm.land/bubbles/v2/key"

	"phonegate/provision/fault"
	"phonegate/ui/render"
	"phonegate/ui/wizard/flow"
	"phonegate/ui/wizard/widget"
)

func (l live) view(sh *shared, width int) ([]string, int) {
	st := sh.Styles
	switch {
	case l.err != nil:
		return l.failure(sh, width), 0
	case l.dialing:
		fields, _ := l.number.View(st, width)
		lines := append(append(widget.Title(sh.Styles, "Which phone shall get the text?", width), ""), fields...)
		return append(append(lines, ""), l.number.Advice(st, width)...), 2
	case !l.chosen:
		lines, focus := l.menu.View(st, width)
		return append(append(widget.Title(sh.Styles, "Shall we try it?", width), ""), lines...), focus + 2
	}
	column := width
	phone := l.phone(sh, width)
	if phone != nil && width >= 72 {
		column = 44
	}
	var left []string
	if l.ask != nil {
		left = append(left, "  "+st.Title.Render("Type the code")+st.Quiet.Render(flow.SentTo(l.ask.to)), "", "    "+l.code.View(st), "")
		if l.ask.problem != "" {
			left = append(left[:3], widget.Styled(st.Bad.Render, render.Hang("  "+render.Bad.Glyph()+" ", render.Sentence(l.ask.problem), column))...)
			left = append(left, "")
		}
	}
	rows, _ := rowLines(sh, l.rows, min(column, 59))
	left = append(left, rows...)
	if len(rows) == 0 {
		left = append(left, "  "+spinner(sh)+" finishing")
	}
	lines := left
	if phone != nil && width >= 72 {
		lines = widget.Beside(left, phone, column+2, width)
	} else if phone != nil {
		lines = append(phone, left...)
	}
	if l.url != "" && l.ask == nil {
		lines = append([]string{}, widget.Title(sh.Styles, "Go through the login in the browser", width)...)
		lines = append(lines, widget.Styled(st.Quiet.Render, render.Hang("  ", "Any password will do. It comes back here by itself, and the test's user is removed.", width))...)
		if l.noticed != "" {
			lines = append(lines, widget.Styled(st.Warn.Render, render.Hang("  ! ", l.noticed, width))...)
		}
		lines = append(append(lines, ""), left...)
	}
	if l.stopping {
		lines = append(lines, widget.Styled(st.Warn.Render, render.Hang("  ", "Stopping the test and cleaning up. ctrl+c again: leave now.", width))...)
	}
	return lines, 2
}

// phone is the sandbox's phone with its newest message; nil at a real tenant, whose phone lies elsewhere.
func (l live) phone(sh *shared, width int) []string {
	if !sh.session.Sandbox {
		return nil
	}
	body := "no message yet"
	if n := len(sh.inbox); n > 0 {
		body = sh.inbox[n-1].Body
	}
	if width >= 72 {
		return widget.PhoneBox(sh.Styles, "phone", body, 30, 5)
	}
	box := widget.PhoneBox(sh.Styles, "phone", body, min(width-2, 40), 4)
	for i, b := range box {
		box[i] = "  " + b
	}
	return box
}

// failure is the broken link, the evidence, and the next thing to do.
func (l live) failure(sh *shared, width int) []string {
	st := sh.Styles
	var lines []string
	if l.broken != "" && fault.Of(l.err).Category != fault.Interrupted {
		lines = append(lines, "  "+render.Bad.Mark(st)+" "+st.Title.Render(render.NameOf(l.broken).Now()))
	}
	lines = append(lines, problem(st, l.err, width)...)
	if l.copied {
		lines = append(lines, widget.Styled(st.Quiet.Render, render.Hang("    ", copied, width))...)
	}
	return lines
}

func (l live) keys(sh *shared) []key.Binding {
	k := sh.Keys
	switch {
	case l.ask != nil && sh.session.Sandbox:
		return []key.Binding{widget.As(k.Next, "check"), widget.As(k.Auto, "type it for me"), widget.As(k.Stop, "stop the test")}
	case l.ask != nil:
		return []key.Binding{widget.As(k.Next, "check"), widget.As(k.Stop, "stop the test")}
	case l.busy() && l.url != "":
		keys := []key.Binding{widget.As(k.Open, "open the browser again")}
		if scannable(sh, l.url) {
			keys = append(keys, k.Code)
		}
		return append(keys, widget.As(k.Stop, "stop the test"))
	case l.busy():
		return []key.Binding{widget.As(k.Stop, "stop the test")}
	case l.mendable():
		return []key.Binding{widget.As(k.Retry, "repair"), k.Test, k.Copy, widget.As(k.Next, "leave it"), k.Back}
	case l.err != nil:
		return []key.Binding{k.Test, widget.As(k.Next, "leave it"), k.Back}
	case l.dialing:
		return []key.Binding{widget.As(k.Next, "send the text"), k.Back}
	}
	return []key.Binding{k.Up, k.Next, k.Back}
}

func (l live) typing(*shared) bool { return l.dialing }
