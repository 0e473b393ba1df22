package logintest

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/url"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"

	"phonegate/provision/sandbox"
	"phonegate/provision/secret"
)

// sign is a token that somebody who knows the key can make; a nil key leaves it unsigned.
func sign(t testing.TB, claims jwt.MapClaims, key []byte) string {
	t.Helper()
	method, with := jwt.SigningMethod(jwt.SigningMethodHS256), any(key)
	if key == nil {
		method, with = jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType
	}
	token, err := jwt.NewWithClaims(method, claims).SignedString(with)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// carried is what the page's form carries: token and state.
func (p *person) carried() (token, state string) {
	p.t.Helper()
	f := p.theForm("")
	return f.hidden.Get("session_token"), f.hidden.Get("state")
}

// claims reads a token without asking who signed it.
func claims(t testing.TB, token string) jwt.MapClaims {
	t.Helper()
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		t.Fatalf("not a token: %q", token)
	}
	text, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	var c jwt.MapClaims
	if err := json.Unmarshal(text, &c); err != nil {
		t.Fatal(err)
	}
	return c
}

func with(c jwt.MapClaims, changes jwt.MapClaims) jwt.MapClaims {
	out := maps.Clone(c)
	for name, value := range changes {
		if value == nil {
			delete(out, name)
		} else {
			out[name] = value
		}
	}
	return out
}

// bringsBack posts a token to /continue as the form would have the browser do.
func (p *person) bringsBack(token, state string) {
	p.t.Helper()
	p.ended = nil
	p.post("https://"+sandbox.Auth0Domain+"/continue?"+url.Values{"state": {state}}.Encode(), url.Values{"session_token": {token}})
}

func TestTheFormTakesNoForgedSession(t *testing.T) {
	inBoth(t, func(t *testing.T, s *stage) {
		other := []byte(secret.Generate())
		forgeries := []struct {
			name   string
			status int
			forge  func(c *scene, genuine string, held jwt.MapClaims) string
		}{
			{"none", 400, func(*scene, string, jwt.MapClaims) string { return "" }},
			{"not a token", 400, func(*scene, string, jwt.MapClaims) string { return "a.b.c" }},
			{"changed by one character", 400, func(_ *scene, genuine string, _ jwt.MapClaims) string {
				at := strings.LastIndexByte(genuine, '.') + 1
				first := "A"
				if genuine[at] == 'A' {
					first = "B"
				}
				return genuine[:at] + first + genuine[at+1:]
			}},
			{"another user under the same signature", 400, func(c *scene, genuine string, held jwt.MapClaims) string {
				parts := strings.Split(genuine, ".")
				parts[1] = strings.Split(sign(c.t, with(held, jwt.MapClaims{"sub": "auth0|victim"}), other), ".")[1]
				return strings.Join(parts, ".")
			}},
			{"without its signature", 400, func(_ *scene, genuine string, _ jwt.MapClaims) string {
				return genuine[:strings.LastIndexByte(genuine, '.')+1]
			}},
			{"alg none", 400, func(c *scene, _ string, held jwt.MapClaims) string { return sign(c.t, held, nil) }},
			{"signed with another tenant's secret", 400, func(c *scene, _ string, held jwt.MapClaims) string { return sign(c.t, held, other) }},
			{"signed with the key of the way back", 400, func(c *scene, _ string, held jwt.MapClaims) string {
				return sign(c.t, held, c.verdict(c.t, held))
			}},
			{"an answer instead of a session", 400, func(c *scene, _ string, held jwt.MapClaims) string {
				return sign(c.t, with(held, jwt.MapClaims{"purpose": "phonegate/verdict", "approved": true}), c.session(c.t, held))
			}},
			{"of another tenant", 400, func(c *scene, _ string, held jwt.MapClaims) string {
				return sign(c.t, with(held, jwt.MapClaims{"iss": "other.us.auth0.test"}), c.session(c.t, held))
			}},
			{"that leads to another host", 400, func(c *scene, _ string, held jwt.MapClaims) string {
				return sign(c.t, with(held, jwt.MapClaims{"host": "evil.example"}), c.session(c.t, held))
			}},
			{"that lives for an hour", 400, func(c *scene, _ string, held jwt.MapClaims) string {
				return sign(c.t, with(held, jwt.MapClaims{"exp": held["iat"].(float64) + 3600}), c.session(c.t, held))
			}},
			{"that has expired", 410, func(c *scene, _ string, held jwt.MapClaims) string {
				return sign(c.t, with(held, jwt.MapClaims{"exp": held["iat"].(float64) - 1}), c.session(c.t, held))
			}},
			{"of no verification", 400, func(c *scene, _ string, held jwt.MapClaims) string {
				return sign(c.t, with(held, jwt.MapClaims{"vsid": "../Services"}), c.session(c.t, held))
			}},
			{"of no login", 400, func(c *scene, _ string, held jwt.MapClaims) string {
				return sign(c.t, with(held, jwt.MapClaims{"login": nil}), c.session(c.t, held))
			}},
			{"of a login that is a list", 400, func(c *scene, _ string, held jwt.MapClaims) string {
				return sign(c.t, with(held, jwt.MapClaims{"login": []any{held["login"]}}), c.session(c.t, held))
			}},
			{"checked by nobody", 400, func(c *scene, _ string, held jwt.MapClaims) string {
				return sign(c.t, with(held, jwt.MapClaims{"check": "nobody"}), c.session(c.t, held))
			}},
			{"without a key", 400, func(c *scene, _ string, held jwt.MapClaims) string {
				return sign(c.t, with(held, jwt.MapClaims{"key": nil}), c.session(c.t, held))
			}},
			{"with the name of a variable for a key", 400, func(c *scene, _ string, held jwt.MapClaims) string {
				return sign(c.t, with(held, jwt.MapClaims{"key": c.newest(c.t).Name()}), c.session(c.t, held))
			}},
			{"without a layout", 400, func(c *scene, _ string, held jwt.MapClaims) string {
				return sign(c.t, with(held, jwt.MapClaims{"layout": nil}), c.session(c.t, held))
			}},
			{"of a former layout", 400, func(c *scene, _ string, held jwt.MapClaims) string {
				return sign(c.t, with(held, jwt.MapClaims{"layout": 1}), c.session(c.t, held))
			}},
			// What one machine does not know, another may have brought a moment ago: those who come with it are told to wait.
			{"with a key that nobody has made, just now", 409, func(c *scene, _ string, held jwt.MapClaims) string {
				return sign(c.t, with(held, jwt.MapClaims{"key": "0123456789abcdef"}), other)
			}},
			{"with a key that nobody has made, a while ago", 400, func(c *scene, _ string, held jwt.MapClaims) string {
				return sign(c.t, with(held, jwt.MapClaims{"key": "0123456789abcdef", "iat": held["iat"].(float64) - 120}), other)
			}},
			{"of a later layout, just now", 409, func(c *scene, _ string, held jwt.MapClaims) string {
				return sign(c.t, with(held, jwt.MapClaims{"layout": 3}), c.session(c.t, held))
			}},
			{"of a later layout, a while ago", 400, func(c *scene, _ string, held jwt.MapClaims) string {
				return sign(c.t, with(held, jwt.MapClaims{"layout": 3, "iat": held["iat"].(float64) - 120}), c.session(c.t, held))
			}},
		}
		s.tell(t, "whichever way it comes", func(c *scene) {
			mallory := c.atTheForm()
			genuine, state := mallory.carried()
			address := "https://" + c.formHost + "/"
			for _, f := range forgeries {
				token := f.forge(c, genuine, claims(c.t, genuine))
				heading := map[int]string{400: invalidPage, 409: momentPage, 410: expiredPage}[f.status]
				mallory.get(address + "?" + url.Values{"session_token": {token}, "state": {state}}.Encode())
				if mallory.status != f.status || mallory.heading() != heading || len(mallory.forms()) > 0 {
					c.t.Errorf("%s is shown %d %q", f.name, mallory.status, mallory.heading())
				}
				for _, intent := range []string{"check", "resend", "number"} {
					mallory.post(address, url.Values{"session_token": {token}, "state": {state}, "intent": {intent},
						"code": {mallory.newestCode()}, "number": {"+61413000001"}})
					if mallory.status != f.status || mallory.heading() != heading || len(mallory.forms()) > 0 {
						c.t.Errorf("%s may %s: %d %q", f.name, intent, mallory.status, mallory.heading())
					}
				}
			}
			mallory.stillOut()
			c.twilioSaw("send")
			mallory.get(address + "?" + url.Values{"session_token": {genuine}, "state": {state}}.Encode())
			mallory.sees(200, codePage) // the genuine one is what the forgeries were made of
		})
		s.tell(t, "and none without a state", func(c *scene) {
			ada := c.atTheForm()
			genuine, state := ada.carried()
			ada.get("https://" + c.formHost + "/?" + url.Values{"session_token": {genuine}}.Encode())
			ada.sees(400, invalidPage)
			ada.post("https://"+c.formHost+"/", url.Values{"session_token": {genuine}, "intent": {"check"}, "code": {ada.newestCode()}})
			ada.sees(400, invalidPage)
			ada.post("https://"+c.formHost+"/", url.Values{"session_token": {genuine}, "state": {state, "other"}, "intent": {"check"}, "code": {ada.newestCode()}})
			ada.sees(400, invalidPage)
			ada.stillOut()
			c.twilioSaw("send")
		})
		s.tell(t, "nor a post from another site", func(c *scene) {
			ada := c.atTheForm()
			genuine, state := ada.carried()
			ada.at, _ = url.Parse("https://evil.example/")
			ada.post("https://"+c.formHost+"/", url.Values{"session_token": {genuine}, "state": {state}, "intent": {"check"}, "code": {ada.newestCode()}})
			ada.sees(403, invalidPage)
			ada.stillOut()
			c.twilioSaw("send")
		})
	})
}

// carriedAnswer is the answer that the last page of the form carries, and where it goes.
func (p *person) carriedAnswer() (token, address string) {
	p.t.Helper()
	f := p.theForm("")
	return f.hidden.Get("session_token"), f.action
}

// signedBy says whether a token is signed with the key.
func signedBy(token string, key []byte) bool {
	_, err := jwt.NewParser(jwt.WithValidMethods([]string{"HS256"}), jwt.WithoutClaimsValidation()).
		Parse(token, func(*jwt.Token) (any, error) { return key, nil })
	return err == nil
}
