package wizard

import (
	"phonegate/ui/render"

	"phonegate/ui/wizard/widget"
)

// scannable reports whether there is a QR code of the address to show in the window. What the sandbox serves is on this
// computer, whatever it is called.
func scannable(sh *shared, address string) bool {
	return !sh.session.Sandbox && widget.Public(address) && widget.QRLines(address, sh.Dark, sh.Width, qrRows(sh)) != nil
}

// qrRows is how many lines the pager has.
func qrRows(sh *shared) int { return sh.Height - 4 }

// qrPage shows an address as a QR code, with what there is to know about opening it on a phone.
func qrPage(sh *shared, name, address, about string) *widget.Pager {
	lines := widget.QRLines(address, sh.Dark, sh.Width, qrRows(sh))
	lines = append(lines, " "+render.Printable(address))
	for _, l := range render.Hang(" ", about, render.Width(sh.Width)) {
		lines = append(lines, sh.Styles.Quiet.Render(l))
	}
	return widget.NewPager(name, lines)
}
