package wizard

import (
	"strings"

	"phonegate/ui/render"
	"phonegate/ui/wizard/flow"
	"phonegate/ui/wizard/widget"
)

func (c connect) view(sh *shared, width int) (lines []string, focus int) {
	st := sh.Styles
	if c.page == pageName {
		lines = append(widget.Title(sh.Styles, "What shall this tenant be called here?", width), "")
		fields, at := c.sheet.View(st, width)
		focus = len(lines) + at
		if lines = append(append(lines, fields...), ""); c.err != nil {
			return append(lines, problem(st, c.err, width)...), focus
		}
		return append(lines, c.sheet.Advice(st, width)...), focus
	}
	for i, p := range flow.Providers {
		a, ok := sh.accounts[p.ID]
		if !ok || c.page != pageAll && i > c.at || c.page < pageNoted && i == c.at {
			continue
		}
		if c.page < pageAll && i < c.at {
			a.Notes = nil // they have been read
			if width < 60 {
				a.Name, _, _ = strings.Cut(a.Name, ",")
			}
		}
		lines = append(lines, flow.AccountLines(st, p.Name(sh.session), a, width)...)
	}
	p := flow.Providers[c.at]
	switch c.page {
	case pageAll:
		lines = append(lines, "")
		lines = append(lines, widget.Styled(st.Quiet.Render, render.Hang("  ", c.answers(sh.session)+" Nothing has been changed yet.", width))...)
		return lines, len(lines) - 1
	case pageNoted:
		return lines, len(lines) - 1
	}
	if c.busy {
		return append(lines, "  "+spinner(sh)+" "+render.Pad(p.Name(sh.session), flow.AccountColumn)+st.Quiet.Render("asking")), len(lines)
	}
	if len(lines) > 0 {
		lines = append(lines, "")
	}
	switch c.page {
	case pageChoice:
		lines = append(lines, widget.Title(sh.Styles, "Where does the form run?", width)...)
		fields, at := c.sheet.Fields[0].List(st, true, width)
		focus = len(lines) + at
		if lines = append(lines, fields...); c.err != nil {
			lines = append(append(lines, ""), problem(st, c.err, width)...)
		}
		return lines, focus
	case pageOffer:
		return c.offer(sh, lines, width)
	}
	lines = append(lines, "  "+st.Title.Render(p.Name(sh.session)))
	fields, at := c.sheet.View(st, width)
	focus = len(lines) + at
	lines = append(lines, fields...)
	lines = append(lines, "")
	switch {
	case c.err != nil:
		lines = append(lines, problem(st, c.err, width)...)
	case c.notice != "":
		lines = append(lines, render.Hang("    ", "No browser opened. The page is "+c.notice, width)...)
	case c.said != "" && c.sheet.Wrong == "":
		lines = append(lines, widget.Styled(st.Quiet.Render, render.Hang("    ", c.said, width))...)
	default:
		lines = append(lines, c.sheet.Advice(st, width)...)
	}
	return lines, focus
}

// offer draws the logins that are offered, below lines.
func (c connect) offer(sh *shared, lines []string, width int) ([]string, int) {
	lines = append(lines, widget.Title(sh.Styles, flow.OfferTitle(c.offered), width)...)
	choices, focus := c.menu.View(sh.Styles, width)
	focus += len(lines)
	lines = append(append(lines, choices...), "")
	if c.menu.At < len(c.offered) {
		lines = append(lines, widget.Styled(sh.Styles.Quiet.Render, render.Hang("    ", flow.OfferNote(c.offered[c.menu.At], sh.session.Persisted), width))...)
	}
	return lines, focus
}

// answers says how many accounts answer.
func (c connect) answers(s flow.Session) string {
	if len(flow.Providers[len(flow.Providers)-1].Slots(s)) == 0 {
		return "Both accounts answer."
	}
	return "All three answer."
}

// spinner turns with the clock.
func spinner(sh *shared) string {
	frames := []rune("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏")
	n := int(sh.now().UnixMilli()/tickEvery.Milliseconds()) % len(frames)
	return sh.Styles.Accent.Render(string(frames[n]))
}
