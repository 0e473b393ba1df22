package wizard

import (
	"fmt"

	"github.com/charmbracelet/x/ansi"

	"phonegate/ui/render"
)

// crumb is a part of the way that the header shows.
type crumb struct {
	at   screenID
	name string
}

var crumbs = []crumb{
	{atConnect, "Connect"}, {atTexts, "Texts"}, {atSignup, "Sign-up"}, {atAction, "Action"},
	{atForm, "Form"}, {atReview, "Review"}, {atLive, "Live test"},
}

// header says whose set-up this is and where on the way.
func header(sh *shared, at screenID, width int) string {
	if at == atWelcome {
		return render.Ends("  "+sh.Styles.Title.Render("phonegate"), sh.Styles.Quiet.Render("verified phones for Auth0"), width)
	}
	name := sh.session.Tenant
	if sh.session.Sandbox {
		name = "sandbox"
	}
	here := at
	switch at {
	case atApply:
		here = atReview
	case atDone:
		here = atLive
	}
	long := "  " + sh.Styles.Title.Render(name) + "   "
	for i, c := range crumbs {
		if i > 0 {
			long += sh.Styles.Quiet.Render(" ─ ")
		}
		if c.at == here {
			long += sh.Styles.Accent.Render("● " + c.name)
		} else {
			long += sh.Styles.Quiet.Render(c.name)
		}
	}
	if ansi.StringWidth(long) <= width {
		return long
	}
	for i, c := range crumbs {
		if c.at == here {
			where := fmt.Sprintf("%d/%d ", i+1, len(crumbs))
			return render.Ends("  "+sh.Styles.Title.Render(name), sh.Styles.Quiet.Render(where)+sh.Styles.Accent.Render(c.name), width)
		}
	}
	return "  " + sh.Styles.Title.Render(name)
}
