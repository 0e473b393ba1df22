package command

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"phonegate/provision/secret"
	"phonegate/ui/render"
)

// tellKnown shows what is known of one tenant.
func (p *program) tellKnown(j *job, all []known, several bool) {
	hide := &secret.Redactor{} // notes hold no secret; should one ever, it is not shown
	hide.AddCredentials(j.creds)
	out := censored{p.Out, hide}
	if p.json {
		facts := []fact{}
		for _, k := range all {
			facts = append(facts, k.facts...)
		}
		encoder := json.NewEncoder(out)
		encoder.SetEscapeHTML(false)
		_ = encoder.Encode(struct {
			Type   string `json:"type"`
			Tenant string `json:"tenant"`
			Domain string `json:"domain"`
			Known  []fact `json:"known"`
		}{"state", j.name, j.spec.Auth0.Domain, facts})
		return
	}
	styles := p.plainOptions(nil).Styles
	if several {
		fmt.Fprintf(out, "%s\n", styles.Title.Render(j.name))
	}
	for i, k := range all {
		if i > 0 || several {
			fmt.Fprintln(out)
		}
		writeKnown(out, k, styles, render.Width(p.plainOptions(nil).Width))
	}
}

// writeKnown writes one place's facts in two columns.
func writeKnown(w io.Writer, k known, st render.Styles, width int) {
	column := 0
	for _, f := range k.facts {
		column = max(column, len(f.What))
	}
	fmt.Fprintln(w, st.Bright.Render(k.title))
	if len(k.facts) == 0 {
		for _, line := range render.Hang("  ", k.nothing, width) {
			fmt.Fprintln(w, st.Quiet.Render(line))
		}
	}
	in, of := "  ", ""
	for _, f := range k.facts {
		if f.Where == "providers" && f.From != of { // whose it is stands above it
			in, of = "    ", f.From
			fmt.Fprintf(w, "  %s\n", st.Quiet.Render(render.Printable(of)))
		}
		value := short(f.Value)
		switch {
		case f.Where != "credentials":
		case f.From == "":
			value = "not known here"
		case f.From == f.What:
			value = "environment"
		case strings.HasPrefix(f.From, "PHONEGATE_"):
			value = "environment, as " + f.From
		default:
			value = f.From
		}
		for _, line := range render.Hang(in+render.Pad(f.What, column)+"  ", value, width) {
			fmt.Fprintln(w, strings.TrimRight(line, " "))
		}
	}
}

// short is a value that fits on a line; of a whole page, how long it is.
func short(value string) string {
	const most = 100
	if len(value) > most || strings.Contains(value, "\n") {
		return fmt.Sprintf("(%d bytes, see --json)", len(value))
	}
	return render.Printable(value)
}
