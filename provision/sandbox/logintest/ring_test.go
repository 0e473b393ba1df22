package logintest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"

	"phonegate/provision/ring"
	"phonegate/provision/secret"
	"phonegate/templates"
)

// units are the keys whose values this computer has, oldest first.
func (s *stage) units() []ring.Unit {
	var all []ring.Unit
	for line := range strings.Lines(s.vault.Get("ring")) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		if u, ok := ring.Read(name, value); ok {
			all = append(all, u)
		}
	}
	return all
}

// learn notes the values of all keys, as somebody would from whom nothing is safe: what was swept can still be used to forge.
func (s *stage) learn() {
	if s.leaked == nil {
		s.leaked = map[string]ring.Unit{}
	}
	for _, u := range s.units() {
		s.leaked[u.ID] = u
	}
}

// newest is the key that was made last.
func (s *stage) newest(t testing.TB) ring.Unit {
	t.Helper()
	all := s.units()
	if len(all) == 0 {
		t.Fatal("there is no key")
	}
	return all[len(all)-1]
}

// session is the secret that a session token has to be signed with: that of the key it names.
func (s *stage) session(t testing.TB, held jwt.MapClaims) []byte {
	t.Helper()
	id, _ := held["key"].(string)
	u, ok := s.leaked[id]
	if !ok {
		t.Fatalf("nobody has made the key %q", id)
	}
	return []byte(u.Session)
}

// verdict is the key of one login's answer.
func (s *stage) verdict(t testing.TB, held jwt.MapClaims) []byte {
	t.Helper()
	return derived(s.session(t, held), held)
}

// derived is what a session secret makes of a login.
func derived(session []byte, held jwt.MapClaims) []byte {
	login, _ := held["login"].(string)
	mac := hmac.New(sha256.New, session)
	mac.Write([]byte("phonegate/verdict/2|" + login))
	return []byte(hex.EncodeToString(mac.Sum(nil)))
}

// elsewhere goes on at another computer: it has the same file, and nothing of what this one remembers.
func (s *stage) elsewhere(t testing.TB) {
	s.learn()
	s.dir, s.vault = t.TempDir(), secret.MemoryVault()
}

// inUse are the keys that are left at the providers: in the Action, in the form, and at Twilio.
func (s *stage) inUse(t testing.TB) (action, form, keys []string) {
	t.Helper()
	var held struct {
		Actions []struct {
			Secrets []struct{ Name string }
		}
	}
	s.management(t, http.MethodGet, "/actions/actions?actionName="+url.QueryEscape(templates.ActionName), nil, &held)
	for _, a := range held.Actions {
		for _, x := range a.Secrets {
			action = append(action, idIn(x.Name))
		}
	}
	var state struct {
		Vercel struct {
			Projects []struct{ Env []struct{ Key string } }
		}
		Twilio struct {
			Keys []struct {
				Name string `json:"friendly_name"`
			}
		}
	}
	text, err := json.Marshal(s.box.State())
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &state); err != nil {
		t.Fatal(err)
	}
	for _, p := range state.Vercel.Projects {
		for _, e := range p.Env {
			if _, ok := ring.Parse(e.Key); ok {
				form = append(form, idIn(e.Key))
			}
		}
	}
	for _, k := range state.Twilio.Keys {
		keys = append(keys, k.Name[strings.LastIndexByte(k.Name, ' ')+1:])
	}
	for _, ids := range [][]string{action, form, keys} {
		slices.Sort(ids)
	}
	return action, form, keys
}

// idIn is the id in a key's name, and the name itself where it is none.
func idIn(name string) string {
	if k, ok := ring.Parse(name); ok {
		return k.ID
	}
	return name
}
