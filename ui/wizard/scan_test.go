package wizard

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"phonegate/ui/wizard/flow"
	"phonegate/ui/wizard/flowtest"
)

func TestFormIsShownAsAQRCodeWhereItFits(t *testing.T) {
	d := atHost(t, flowtest.New())
	d.press("enter").see("Vercel", "token")
	d.press(flowtest.VercelToken, "enter").until("All three answer")
	d.press("enter").until("verification code is")
	d.press("enter", "enter", "enter", "enter").until("where from")
	d.press("enter").until("Shall we try it?")
	d.press("down", "down", "down", "enter").see("has not been tested yet", "q QR code", "l Lock in your own page")
	d.golden("done-set-up")
	d.m.sh.session.Sandbox = true // there it is not what its name says
	d.seeNot("QR code")
	d.m.sh.session.Sandbox = false
	d.press("q").see("▀", "https://acme-dev-verify.vercel.app")
	d.fits40()
	d.press("q").see("has not been tested yet")
	d.m.sh.Width = 32
	d.seeNot("QR code")
	d.press("q").untilQuit()
}

func TestLongAddressIsNotOfferedAsAQRCode(t *testing.T) {
	f := flowtest.New()
	f.InFile = []flow.TenantStatus{{Name: "dev", OK: true, State: "in order"}}
	d := newDriver(t, f, flow.StartWelcome)
	d.until("dev ✓ in order")
	d.press("down", "down", "down", "enter").until("Shall we try it?")
	d.press("enter").until("No browser opened here")
	d.seeNot("QR code")
	d.m.sh.Width, d.m.sh.Height = 200, 80
	d.see("q QR code")
	d.press("q").see("Its last page")
	d.press("esc").see("q QR code")
	d.press("ctrl+c").until("Stopped, as you asked.")
}

func TestLockGuideIsReadOverTheWholeWindow(t *testing.T) {
	d := atReviewed(t, flowtest.NewSandbox())
	d.press("enter").until("Shall we try it?")
	d.press("down", "down", "down", "enter").see("l Lock in your own page")
	d.press("l").see("Lock in a page of your own", "nothing to do in the")
	page := ansi.Strip(strings.Join(d.m.page.Lines, "\n"))
	for _, want := range []string{"useEffect", "onMounted", "user_metadata.phone_number", "additional-sign-up-fields.js"} {
		if !strings.Contains(page, want) {
			t.Errorf("%q is missing:\n%s", want, page)
		}
	}
	d.press("q").see("has not been tested yet")
}

// fits40 checks that the page that is open is no wider than a narrow window.
func (d *driver) fits40() {
	d.t.Helper()
	d.m.sh.Width = 40
	d.m.page.Resize(d.m.sh.Looks)
	for _, l := range d.m.page.Lines {
		if strings.ContainsAny(l, "▀▄█") && ansi.StringWidth(l) > 40 {
			d.t.Errorf("a line of %d columns", ansi.StringWidth(l))
		}
	}
	d.m.sh.Width = 80
	d.m.page.Resize(d.m.sh.Looks)
}
