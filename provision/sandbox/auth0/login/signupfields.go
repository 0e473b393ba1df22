package login

import (
	"encoding/json"
	"net/url"
	"regexp"
	"strings"

	"phonegate/provision/sandbox/auth0/reply"
)

// separators are what a sign-up field's check ignores, as the deployed page does.
var separators = regexp.MustCompile(`[\s().\/\x{2010}-\x{2015}-]`)

// field is one of the fields that a login page gives Lock for its sign-up.
type field struct{ Name, Placeholder, Hint, Pattern, Prefill, Icon string }

// loginFields are the fields that a deployed login page asks for at sign-up. The sandbox runs no Lock: it reads the literal that
// phonegate's login page passes to it, and finds none in other pages.
func loginFields(page string) []field {
	if !strings.Contains(page, "phonegate:login-page") {
		return nil
	}
	_, literal, _ := strings.Cut(page, "/* phonegate:config */ ")
	var config struct{ Fields []field }
	// A decoder stops by itself at the literal's end, whatever its strings hold.
	if json.NewDecoder(strings.NewReader(literal)).Decode(&config) != nil {
		return nil
	}
	return config.Fields
}

// readFields checks the fields as Lock's validator would, and gives user_metadata, or the hint to show.
func readFields(page string, f url.Values) (reply.Object, string) {
	meta := reply.Object{}
	for _, field := range loginFields(page) {
		value := strings.TrimSpace(f.Get(field.Name))
		pattern, err := regexp.Compile(field.Pattern)
		if err == nil && !pattern.MatchString(separators.ReplaceAllString(value, "")) {
			return nil, field.Hint
		}
		meta[field.Name] = value
	}
	return meta, ""
}
