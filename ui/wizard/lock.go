package wizard

import (
	"strings"

	"phonegate/templates"
	"phonegate/ui/render"
	"phonegate/ui/wizard/widget"
)

// lockPage shows how a Lock in a page of one's own gets the phone field, and the file with the field below it.
func lockPage(sh *shared) outcome {
	files, err := sh.backend.Artefacts(sh.session.Copy())
	if err != nil {
		return outcome{read: widget.NewPager("The files could not be generated", problem(sh.Styles, err, min(sh.Width, render.MaxWidth)))}
	}
	lines := guideLines(sh, string(templates.LockGuide()))
	for _, f := range files {
		if strings.HasSuffix(f.Path, "sign-up-fields.js") {
			lines = append(lines, "", sh.Styles.Title.Render(" additional-sign-up-fields.js"), "")
			lines = append(lines, widget.CodeLines(sh.Styles, string(f.Data))...)
		}
	}
	return outcome{read: widget.NewPager("Lock in a page of your own", lines)}
}

// guideLines draws a little Markdown: paragraphs, and code between fences. Headings are left out, since the pager has one.
func guideLines(sh *shared, text string) []string {
	var lines, block []string
	code := false
	end := func() {
		if len(block) == 0 {
			return
		}
		if code {
			lines = append(lines, widget.CodeLines(sh.Styles, strings.Join(block, "\n"))...)
		} else {
			lines = append(lines, render.Hang(" ", strings.ReplaceAll(strings.Join(block, " "), "`", ""), render.Width(sh.Width))...)
		}
		lines, block = append(lines, ""), nil
	}
	for l := range strings.SplitSeq(text, "\n") {
		switch {
		case strings.HasPrefix(l, "```"):
			end()
			code = !code
		case !code && l == "":
			end()
		case !code && strings.HasPrefix(l, "#"):
		default:
			block = append(block, l)
		}
	}
	end()
	return lines
}
