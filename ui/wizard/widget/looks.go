package widget

import "phonegate/ui/render"

// Looks is all that a widget knows of the window: what things look like, which keys there are, and how much room there is.
type Looks struct {
	Styles render.Styles
	Keys   KeyMap
	Dark   bool // the window's background is
	Width  int  // of the window, in columns
	Height int  // of the window, in rows
}
