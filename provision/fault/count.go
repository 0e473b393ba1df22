package fault

import "strconv"

// Count is a number of things in a sentence: "1 key", "3 keys".
func Count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return strconv.Itoa(n) + " " + thing + "s"
}
