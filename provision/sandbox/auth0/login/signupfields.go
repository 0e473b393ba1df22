package login

import (
	"net/url"
	"regexp"
	"strings"

	"phonegate/provision/sandbox/auth0/reply"
	"phonegate/templates"
)

// separators are what a sign-up field's check ignores, as the deployed page does.
var separators = regexp.MustCompile(`[\s().\/\x{2010}-\x{2015}-]`)

// loginFields are the fields that a deployed login page asks for at sign-up; none for a page that phonegate has not
// made.
func loginFields(page string) []templates.Field {
	fields, err := templates.SignUpFieldsOf([]byte(page))
	if err != nil {
		return nil
	}
	return fields
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
