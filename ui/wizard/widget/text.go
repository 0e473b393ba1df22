package widget

import "phonegate/ui/render"

// Styled puts every line into a style.
func Styled(look func(...string) string, lines []string) []string {
	for i, l := range lines {
		lines[i] = look(l)
	}
	return lines
}

// Title is the question of a screen.
func Title(st render.Styles, text string, width int) []string {
	return Styled(st.Title.Render, render.Hang("  ", text, width))
}
