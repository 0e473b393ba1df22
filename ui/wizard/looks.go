package wizard

import "phonegate/ui/render"

// looks is all that a widget knows of the window: what things look like, which keys there are, and how much room there is.
type looks struct {
	st     render.Styles
	keys   keyMap
	dark   bool // the window's background is
	width  int  // of the window, in columns
	height int  // of the window, in rows
}
