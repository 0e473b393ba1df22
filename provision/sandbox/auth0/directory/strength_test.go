package directory

import (
	"testing"

	"phonegate/provision/sandbox/auth0/reply"
)

func TestWeakPasswordsAreRefused(t *testing.T) {
	for policy, bad := range map[string]string{"low": "12345", "fair": "abcdefgh", "good": "abcdefgh", "excellent": "Abcdefgh1"} {
		status, body := checkStrength(policy, bad)
		f, _ := body.(reply.AuthFailure)
		if status != 400 || f.Name != "PasswordStrengthError" || f.Code != "invalid_password" {
			t.Errorf("%s accepted %q: %d %v", policy, bad, status, body)
		}
		if status, _ := checkStrength(policy, "Abcdefgh1!"); status != 0 {
			t.Errorf("%s refused a good one", policy)
		}
	}
}
