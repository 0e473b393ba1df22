package templates

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// The form's own colours; they are the same in form/parts/html.mjs.
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

// lookOn keeps the brand's colour where it stands out from the page (WCAG 2.2, 1.4.11: 3 to 1) and otherwise moves it
// towards the ink until it does, so that button and focus ring can always be seen.
func lookOn(paper, ink, brand string) look {
	colour := brand
	for step := 1; contrast(paper, colour) < 3; step++ {
		colour = mix(brand, ink, float64(step)/20)
	}
	return look{Accent: colour, Edge: colour}
}

// mix is the colour that lies the given share of the way from one colour to another.
func mix(from, to string, share float64) string {
	a, b := channels(from), channels(to)
	var out [3]uint8
	for i := range out {
		out[i] = uint8(math.Round(float64(a[i]) + (float64(b[i])-float64(a[i]))*min(share, 1)))
	}
	return fmt.Sprintf("#%02x%02x%02x", out[0], out[1], out[2])
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
	var linear [3]float64
	for i, c := range channels(colour) {
		v := float64(c) / 255
		if v <= 0.04045 {
			linear[i] = v / 12.92
		} else {
			linear[i] = math.Pow((v+0.055)/1.055, 2.4)
		}
	}
	return 0.2126*linear[0] + 0.7152*linear[1] + 0.0722*linear[2]
}

// channels is red, green and blue of #rrggbb; black for what is no such colour.
func channels(colour string) [3]uint8 {
	rgb, err := strconv.ParseUint(strings.TrimPrefix(colour, "#"), 16, 24)
	if err != nil {
		return [3]uint8{}
	}
	return [3]uint8{uint8(rgb >> 16), uint8(rgb >> 8), uint8(rgb)}
}
