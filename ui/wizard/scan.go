package wizard

import "phonegate/ui/render"

// scannable reports whether there is a QR code of the address to show in the window. What the sandbox serves is on this
// computer, whatever it is called.
func scannable(sh *shared, address string) bool {
	return !sh.session.Sandbox && public(address) && qrLines(address, sh.dark, sh.width, qrRows(sh)) != nil
}

// qrRows is how many lines the pager has.
func qrRows(sh *shared) int { return sh.height - 4 }

// qrPage shows an address as a QR code, with what there is to know about opening it on a phone.
func qrPage(sh *shared, name, address, about string) *pager {
	lines := qrLines(address, sh.dark, sh.width, qrRows(sh))
	lines = append(lines, " "+render.Printable(address))
	for _, l := range render.Hang(" ", about, render.Width(sh.width)) {
		lines = append(lines, sh.st.Quiet.Render(l))
	}
	return newPager(name, lines)
}
