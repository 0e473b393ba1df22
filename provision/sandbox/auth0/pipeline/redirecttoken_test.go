package pipeline

import (
	"testing"

	"phonegate/provision/sandbox/auth0/reply"
	"phonegate/provision/sandbox/auth0/tenant"
	"phonegate/provision/sandbox/world"
)

func FuzzValidateToken(f *testing.F) {
	const secretKey = "0123456789abcdef0123456789abcdef"
	s := New(tenant.New(world.New(world.Options{}), "acme-dev.us.auth0.test", nil), nil, nil, nil, nil)
	good, err := s.encodeToken(secretKey, 60, map[string]any{"state": "s", "iss": "x"}, s.t.Domain(), "auth0|1", "::1")
	if err != nil {
		f.Fatal(err)
	}
	for _, t := range []string{good, "", "a.b.c", "e30.e30.", good[:len(good)-1]} {
		f.Add(t)
	}
	f.Fuzz(func(t *testing.T, token string) {
		_, err := s.validateToken(secretKey, "", request{query: reply.Object{"state": "s"}, body: reply.Object{"session_token": token}}, "auth0|1")
		if err == nil && token != good {
			// Only the last character of a signature has bits that don't count.
			if len(token) != len(good) || token[:len(token)-1] != good[:len(good)-1] {
				t.Errorf("accepted %q", token)
			}
		}
	})
}
