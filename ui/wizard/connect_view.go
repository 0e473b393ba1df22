package wizard

import (
	"strings"

	"phonegate/ui/render"
)

func (c connect) view(sh *shared, width int) (lines []string, focus int) {
	st := sh.st
	if c.page == pageName {
		lines = append(title(sh.st, "What shall this tenant be called here?", width), "")
		fields, at := c.sheet.view(st, width)
		focus = len(lines) + at
		if lines = append(append(lines, fields...), ""); c.err != nil {
			return append(lines, problem(st, c.err, width)...), focus
		}
		return append(lines, c.sheet.advice(st, width)...), focus
	}
	for i, p := range providers {
		a, ok := sh.accounts[p.id]
		if !ok || c.page != pageAll && i > c.at || c.page < pageNoted && i == c.at {
			continue
		}
		if c.page < pageAll && i < c.at {
			a.Notes = nil // they have been read
			if width < 60 {
				a.Name, _, _ = strings.Cut(a.Name, ",")
			}
		}
		lines = append(lines, accountLines(st, p.name(sh.session), a, width)...)
	}
	p := providers[c.at]
	switch c.page {
	case pageAll:
		lines = append(lines, "")
		lines = append(lines, styled(st.Quiet.Render, render.Hang("  ", c.answers(sh.session)+" Nothing has been changed yet.", width))...)
		return lines, len(lines) - 1
	case pageNoted:
		return lines, len(lines) - 1
	}
	if c.busy {
		return append(lines, "  "+spinner(sh)+" "+render.Pad(p.name(sh.session), accountColumn)+st.Quiet.Render("asking")), len(lines)
	}
	if len(lines) > 0 {
		lines = append(lines, "")
	}
	switch c.page {
	case pageChoice:
		lines = append(lines, title(sh.st, "Where does the form run?", width)...)
		fields, at := c.sheet.fields[0].list(st, true, width)
		focus = len(lines) + at
		if lines = append(lines, fields...); c.err != nil {
			lines = append(append(lines, ""), problem(st, c.err, width)...)
		}
		return lines, focus
	case pageOffer:
		return c.offer(sh, lines, width)
	}
	lines = append(lines, "  "+st.Title.Render(p.name(sh.session)))
	fields, at := c.sheet.view(st, width)
	focus = len(lines) + at
	lines = append(lines, fields...)
	lines = append(lines, "")
	switch {
	case c.err != nil:
		lines = append(lines, problem(st, c.err, width)...)
	case c.notice != "":
		lines = append(lines, render.Hang("    ", "No browser opened. The page is "+c.notice, width)...)
	case c.said != "" && c.sheet.wrong == "":
		lines = append(lines, styled(st.Quiet.Render, render.Hang("    ", c.said, width))...)
	default:
		lines = append(lines, c.sheet.advice(st, width)...)
	}
	return lines, focus
}

// offer draws the logins that are offered, below lines.
func (c connect) offer(sh *shared, lines []string, width int) ([]string, int) {
	lines = append(lines, title(sh.st, offerTitle(c.offered), width)...)
	choices, focus := c.menu.view(sh.st, width)
	focus += len(lines)
	lines = append(append(lines, choices...), "")
	if c.menu.at < len(c.offered) {
		lines = append(lines, styled(sh.st.Quiet.Render, render.Hang("    ", offerNote(c.offered[c.menu.at], sh.session.Lasting), width))...)
	}
	return lines, focus
}

// answers says how many accounts answer.
func (c connect) answers(s Session) string {
	if len(providers[len(providers)-1].slots(s)) == 0 {
		return "Both accounts answer."
	}
	return "All three answer."
}

// spinner turns with the clock.
func spinner(sh *shared) string {
	frames := []rune("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏")
	n := int(sh.now().UnixMilli()/int64(beatEvery.Milliseconds())) % len(frames)
	return sh.st.Accent.Render(string(frames[n]))
}
