package wizard

import (
	"fmt"

	"github.com/charmbracelet/x/ansi"

	"phonegate/ui/render"
	"phonegate/ui/wizard/flow"
)

// header says whose set-up this is and where on the way.
func header(sh *shared, at flow.StopID, width int) string {
	if at == flow.Welcome {
		return render.Ends("  "+sh.Styles.Title.Render("phonegate"), sh.Styles.Quiet.Render("verified phones for Auth0"), width)
	}
	name := sh.session.Tenant
	if sh.session.Sandbox {
		name = "sandbox"
	}
	here, crumbs := flow.CrumbOf(at), flow.Crumbs()
	long := "  " + sh.Styles.Title.Render(name) + "   "
	for i, c := range crumbs {
		if i > 0 {
			long += sh.Styles.Quiet.Render(" ─ ")
		}
		if c.ID == here {
			long += sh.Styles.Accent.Render("● " + c.Crumb)
		} else {
			long += sh.Styles.Quiet.Render(c.Crumb)
		}
	}
	if ansi.StringWidth(long) <= width {
		return long
	}
	for i, c := range crumbs {
		if c.ID == here {
			where := fmt.Sprintf("%d/%d ", i+1, len(crumbs))
			return render.Ends("  "+sh.Styles.Title.Render(name), sh.Styles.Quiet.Render(where)+sh.Styles.Accent.Render(c.Crumb), width)
		}
	}
	return "  " + sh.Styles.Title.Render(name)
}
