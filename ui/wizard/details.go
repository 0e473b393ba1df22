package wizard

import (
	"fmt"
	"regexp"
	"runtime"
	"strings"
	"time"

	"phonegate/provision/event"
	"phonegate/provision/fault"
	"phonegate/provision/secret"
	"phonegate/ui/render"
	"phonegate/ui/wizard/flow"
	"phonegate/ui/wizard/widget"
)

var (
	// query is all that is behind the path of an address: tokens travel there.
	query = regexp.MustCompile(`(https?://[^\s?#"'<>]+)[?#][^\s"'<>]*`)
	// fullNumber is a phone number with its country code, written in one piece.
	fullNumber = regexp.MustCompile(`\+[1-9][0-9]{6,14}`)
	// mailbox is an e-mail address.
	mailbox = regexp.MustCompile(`[A-Za-z0-9._%+-]+@([A-Za-z0-9.-]+\.[A-Za-z]{2,})`)
)

// details is a failure as it can be sent to somebody else: what was done, what broke, and the shape of the set-up, without
// secrets, numbers, people and what stands behind an address.
func details(s flow.Session, what string, steps []event.Step, err error) string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("phonegate (%s/%s): %s, tenant %s", runtime.GOOS, runtime.GOARCH, what, s.Tenant)
	line("host %s, code checked by the %s, number from the %s, login page %s",
		flow.OrDash(s.Spec.Host.Kind), flow.OrDash(s.Spec.CodeCheck), flow.OrDash(s.Spec.Capture), flow.OrDash(s.Spec.Auth0.LoginPage))
	for _, st := range steps {
		text := fmt.Sprintf("%s %-22s %s", render.StateOf(st.Status).Glyph(), st.Resource, st.Detail)
		if st.ElapsedMS > 0 {
			text += fmt.Sprintf(" (%s)", render.Elapsed(time.Duration(st.ElapsedMS)*time.Millisecond))
		}
		line("%s", strings.TrimRight(text, " "))
	}
	if f := fault.Of(err); f != nil {
		line("%s: %s", f.Code, f.Message)
		if f.Hint != "" {
			line("next: %s", f.Hint)
		}
		if f.RequestID != "" {
			line("request: %s", f.RequestID)
		}
	}
	var lines []string // printable first: nothing may come together only after it was looked for
	for l := range strings.Lines(b.String()) {
		lines = append(lines, widget.PrintableLine(strings.TrimRight(l, "\n")))
	}
	var hide secret.Redactor
	hide.AddCredentials(s.Credentials)
	text := hide.Redact(strings.Join(lines, "\n") + "\n")
	text = query.ReplaceAllString(text, "$1?"+secret.Hidden)
	text = fullNumber.ReplaceAllString(text, "+…")
	return mailbox.ReplaceAllString(text, "…@$1")
}

// copied says that something went to the clipboard, as far as one can know.
const copied = "Copied, without secrets and numbers. Not every terminal takes it: --log-file FILE writes it down."
