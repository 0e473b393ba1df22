package templates

import (
	"math"
	"strconv"
)

// The form's own colours; they are the same in form/verify.mjs.
const (
	lightPaper, lightInk = "#ffffff", "#16181d"
	darkPaper, darkInk   = "#121419", "#eceef2"
	defaultColour        = "#2457c5"
)

// look is what depends on light or dark.
type look struct {
	Accent string `json:"accent"` // the focus ring
	Edge   string `json:"edge"`   // the main button's border
}

// lookOn keeps the brand's colour where it stands out from the page (WCAG 2.2, 1.4.11: 3 to 1) and
// falls back to the ink where it does not, so that button and focus ring can always be seen.
func lookOn(paper, ink, brand string) look {
	if contrast(paper, brand) >= 3 {
		return look{Accent: brand, Edge: brand}
	}
	return look{Accent: ink, Edge: ink}
}

// textOn is the better readable of white and black on a colour. One of them always reaches 4.5 to 1.
func textOn(colour string) string {
	if contrast(colour, "#ffffff") >= contrast(colour, "#000000") {
		return "#ffffff"
	}
	return "#000000"
}

// contrast is the contrast ratio of WCAG 2.2 between two colours, 1 to 21.
func contrast(a, b string) float64 {
	la, lb := luminance(a), luminance(b)
	return (math.Max(la, lb) + 0.05) / (math.Min(la, lb) + 0.05)
}

// luminance is the relative luminance of #rrggbb.
func luminance(colour string) float64 {
	rgb, err := strconv.ParseUint(colour[1:], 16, 24)
	if err != nil {
		return 0
	}
	linear := func(channel uint64) float64 {
		v := float64(channel&0xff) / 255
		if v <= 0.04045 {
			return v / 12.92
		}
		return math.Pow((v+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(rgb>>16) + 0.7152*linear(rgb>>8) + 0.0722*linear(rgb)
}
