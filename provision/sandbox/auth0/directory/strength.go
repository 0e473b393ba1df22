package directory

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"phonegate/provision/sandbox/auth0/reply"
)

// passwordRule is one rule in the answer to a weak password.
type passwordRule struct {
	Message  string         `json:"message"`
	Format   []any          `json:"format,omitempty"`
	Code     string         `json:"code"`
	Items    []passwordRule `json:"items,omitempty"`
	Verified bool           `json:"verified"`
}

// checkStrength applies the connection's password policy: none, low (6 characters), fair (8, with lower, upper and
// digit), good and excellent (8 and 10, three of the four classes).
func checkStrength(policy, password string) (int, any) {
	lengths := map[string]int{"none": 1, "": 1, "low": 6, "fair": 8, "good": 8, "excellent": 10}
	need := lengths[policy]
	rules := []passwordRule{{Message: "At least %d characters in length", Format: []any{need}, Code: "lengthAtLeast", Verified: len([]rune(password)) >= need}}
	lines := []string{fmt.Sprintf("* At least %d characters in length", need)}
	classes := []passwordRule{
		{Message: "lower case letters (a-z)", Code: "lowerCase", Verified: strings.ContainsFunc(password, unicode.IsLower)},
		{Message: "upper case letters (A-Z)", Code: "upperCase", Verified: strings.ContainsFunc(password, unicode.IsUpper)},
		{Message: "numbers (i.e. 0-9)", Code: "numbers", Verified: strings.ContainsFunc(password, unicode.IsDigit)},
	}
	count := func() (n int) {
		for _, c := range classes {
			if c.Verified {
				n++
			}
		}
		return n
	}
	switch policy {
	case "fair":
		rules = append(rules, passwordRule{Message: "Should contain:", Code: "shouldContain", Items: classes, Verified: count() == 3})
		lines = append(lines, "* Should contain:\n * lower case letters (a-z)\n * upper case letters (A-Z)\n * numbers (i.e. 0-9)")
	case "good", "excellent":
		special := strings.ContainsFunc(password, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
		classes = append(classes, passwordRule{Message: "special characters (e.g. !@#$%^&*)", Code: "specialCharacters", Verified: special})
		rules = append(rules, passwordRule{
			Message: "Contain at least %d of the following %d types of characters:", Format: []any{3, 4}, Code: "containsAtLeast",
			Items: classes, Verified: count() >= 3,
		})
		lines = append(lines, "* Contain at least 3 of the following 4 types of characters:\n * lower case letters (a-z)\n * upper case letters (A-Z)\n * numbers (i.e. 0-9)\n * special characters (e.g. !@#$%^&*)")
	}
	if !slices.ContainsFunc(rules, func(r passwordRule) bool { return !r.Verified }) {
		return 0, nil
	}
	return 400, reply.AuthFailure{
		Name: "PasswordStrengthError", Message: "Password is too weak", Code: "invalid_password",
		Description: reply.Object{"rules": rules, "verified": false}, Policy: strings.Join(lines, "\n"), StatusCode: 400,
	}
}
