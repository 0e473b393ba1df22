package wizard

import (
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"phonegate/provision/smoke"
	"phonegate/ui/render"
	"phonegate/ui/wizard/flow"
	"phonegate/ui/wizard/widget"
)

// done sums up and says what one might do next.
type done struct{}

func (d done) enter(*shared) (step, tea.Cmd) { return d, nil }

func (d done) update(sh *shared, msg tea.Msg) (step, outcome) {
	k, ok := msg.(tea.KeyPressMsg)
	form := sh.reach.Outcome.FormURL
	switch {
	case !ok:
	case key.Matches(k, sh.Keys.Code) && scannable(sh, form):
		return d, outcome{read: qrPage(sh, "The form", form, "A phone that opens this reaches the form. It has nothing to ask for yet: people come to it from a login.")}
	case key.Matches(k, sh.Keys.Lock) && d.embeds(sh):
		return d, lockPage(sh)
	case key.Matches(k, sh.Keys.Next, sh.Keys.Close):
		sh.reach.Finished = true
		return d, outcome{move: leave}
	}
	return d, outcome{}
}

// embeds reports whether an application may have to put the phone field into a Lock of its own.
func (d done) embeds(sh *shared) bool { return sh.session.Spec.Capture == "lock" }

func (d done) view(sh *shared, width int) ([]string, int) {
	st, r := sh.Styles, sh.reach
	var lines []string
	say := func(state render.State, text string) {
		lines = append(lines, render.Hang("  "+state.Mark(st)+" ", text, width)...)
	}
	name := accountName(sh)
	switch {
	case len(r.Files) > 0:
		dir := filesDir(sh.session.Tenant)
		if !sh.session.Sandbox {
			dir = flow.NextTo(sh.file, dir)
		}
		say(render.OK, render.Count(len(r.Files), "file")+" written to "+dir+". Nothing else was changed.")
		for _, f := range r.Files[:min(len(r.Files), 6)] {
			if _, inside, ok := strings.Cut(f, dir+"/"); ok {
				f = inside
			}
			lines = append(lines, "    "+st.Quiet.Render(render.Fit(f, width-4)))
		}
		return append(lines, nextLines(sh, width)...), 0
	case r.Tested && sh.session.Sandbox:
		say(render.OK, passed(sh.tested))
		say(render.OK, "Your own tenant would get the same files, to the byte.")
	case r.Tested:
		say(render.OK, name+" asks for a verified phone. The live test passed and left nothing behind.")
		if sh.tested != smoke.LevelLogin {
			say(render.OK, passed(sh.tested))
		}
	case r.Err != nil:
		say(render.Warn, name+" is set up, but the live test did not pass.")
		lines = append(lines, problem(st, r.Err, width)...)
	case r.Applied:
		say(render.OK, name+" asks for a verified phone. It has not been tested yet.")
	default:
		say(render.OK, name+": nothing was changed.")
	}
	if !sh.session.Sandbox && r.Applied && sh.file != "" {
		lines = append(lines, "")
		for _, f := range [][2]string{{sh.file, "the answers: commit it"}, {flow.NextTo(sh.file, ".phonegate"), "a cache: do not commit it"}} {
			lines = append(lines, render.Fit("    "+render.Pad(f[0], 26)+st.Quiet.Render(f[1]), width))
		}
	}
	return append(lines, nextLines(sh, width)...), 0
}

// passed says what a live test has shown.
func passed(level string) string {
	switch level {
	case smoke.LevelSMS:
		return "The text arrived, and its code was accepted."
	case smoke.LevelAction:
		return "The Action and the form are in place and sound."
	}
	return "A whole first login, and a second one without a text."
}

// accountName is the tenant as Auth0 calls it, or else as the file does.
func accountName(sh *shared) string {
	if a := sh.accounts["auth0"].Name; a != "" {
		name, _, _ := strings.Cut(a, ",")
		return render.Printable(name)
	}
	return sh.session.Tenant
}

// nextLines are the commands that come next.
func nextLines(sh *shared, width int) []string {
	var next []render.Command
	switch {
	case sh.session.Sandbox && !sh.reach.Tested:
		next = []render.Command{{Line: "phonegate sandbox", Why: "once more, with the live test"}, {Line: "phonegate", Why: "set up a tenant of your own"}}
	case sh.session.Sandbox:
		next = []render.Command{{Line: "phonegate", Why: "set up a tenant of your own"}, {Line: "phonegate sandbox serve", Why: "the sandbox as servers, for tests"}}
	case len(sh.reach.Files) > 0:
		next = []render.Command{{Line: "phonegate", Why: "let it put them in place"}}
	case !sh.reach.Tested:
		next = []render.Command{{Line: "phonegate smoke --tenant " + sh.session.Tenant, Why: "test it"}, {Line: "phonegate doctor", Why: "what is in order, what is not"}}
	default:
		next = []render.Command{{Line: "phonegate doctor", Why: "is everything in order?"}, {Line: "phonegate export github-actions --out .", Why: "keep it so from CI"}}
	}
	lines := render.Commands(next, sh.Styles, width-2)
	for i, l := range lines {
		if l != "" {
			lines[i] = "  " + l
		}
	}
	return lines
}

func (d done) keys(sh *shared) []key.Binding {
	keys := []key.Binding{widget.As(sh.Keys.Next, "finish")}
	if d.embeds(sh) {
		keys = append(keys, sh.Keys.Lock)
	}
	if scannable(sh, sh.reach.Outcome.FormURL) {
		keys = append(keys, sh.Keys.Code)
	}
	return keys
}

func (d done) typing(*shared) bool { return false }
