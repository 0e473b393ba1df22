package wizard

import "phonegate/ui/render"

// styled puts every line into a style.
func styled(look func(...string) string, lines []string) []string {
	for i, l := range lines {
		lines[i] = look(l)
	}
	return lines
}

// title is the question of a screen.
func title(st render.Styles, text string, width int) []string {
	return styled(st.Title.Render, render.Hang("  ", text, width))
}
