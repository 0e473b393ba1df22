package logintest

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"phonegate/provision/sandbox"
	"phonegate/provision/secret"
)

// The names under which the engine keeps the two secrets.
const (
	sessionSecret = "session" // Action -> form
	verdictSecret = "verdict" // form -> Action
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

func (c *scene) key(name string) []byte { return []byte(c.vault.Get(name)) }

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
			{"signed with the secret of the way back", 400, func(c *scene, _ string, held jwt.MapClaims) string {
				return sign(c.t, held, c.key(verdictSecret))
			}},
			{"an answer instead of a session", 400, func(c *scene, _ string, held jwt.MapClaims) string {
				return sign(c.t, with(held, jwt.MapClaims{"purpose": "phonegate/verdict", "approved": true}), c.key(sessionSecret))
			}},
			{"of another tenant", 400, func(c *scene, _ string, held jwt.MapClaims) string {
				return sign(c.t, with(held, jwt.MapClaims{"iss": "other.us.auth0.test"}), c.key(sessionSecret))
			}},
			{"that leads to another host", 400, func(c *scene, _ string, held jwt.MapClaims) string {
				return sign(c.t, with(held, jwt.MapClaims{"host": "evil.example"}), c.key(sessionSecret))
			}},
			{"that lives for an hour", 400, func(c *scene, _ string, held jwt.MapClaims) string {
				return sign(c.t, with(held, jwt.MapClaims{"exp": held["iat"].(float64) + 3600}), c.key(sessionSecret))
			}},
			{"that has expired", 410, func(c *scene, _ string, held jwt.MapClaims) string {
				return sign(c.t, with(held, jwt.MapClaims{"exp": held["iat"].(float64) - 1}), c.key(sessionSecret))
			}},
			{"of no verification", 400, func(c *scene, _ string, held jwt.MapClaims) string {
				return sign(c.t, with(held, jwt.MapClaims{"vsid": "../Services"}), c.key(sessionSecret))
			}},
		}
		s.tell(t, "whichever way it comes", func(c *scene) {
			mallory := c.atTheForm()
			genuine, state := mallory.carried()
			address := "https://" + c.formHost + "/"
			for _, f := range forgeries {
				token := f.forge(c, genuine, claims(c.t, genuine))
				heading := map[int]string{400: invalidPage, 410: expiredPage}[f.status]
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

func TestContinueTakesNoForgedAnswer(t *testing.T) {
	inBoth(t, func(t *testing.T, s *stage) {
		// answer is what the form would sign for the session of the page.
		answer := func(c *scene, p *person) (jwt.MapClaims, string) {
			token, state := p.carried()
			held, now := claims(c.t, token), c.box.World().Now().Unix()
			a := jwt.MapClaims{"iss": held["iss"], "sub": held["sub"], "iat": now, "exp": now + 300, "state": state, "vsid": held["vsid"]}
			if c.byForm() {
				return with(a, jwt.MapClaims{"purpose": "phonegate/verdict", "phone_number": p.number, "approved": true}), state
			}
			return with(a, jwt.MapClaims{"purpose": "phonegate/code", "code": p.newestCode()}), state
		}
		s.tell(t, "the genuine answer, of which the forgeries are made, lets in", func(c *scene) {
			ada := c.atTheForm()
			genuine, state := answer(c, ada)
			ada.bringsBack(sign(c.t, genuine, c.key(verdictSecret)), state)
			ada.getsIn()
		})
		for name, changes := range map[string]jwt.MapClaims{
			"another user's":                 {"sub": "auth0|victim"},
			"without a user":                 {"sub": nil},
			"of another login":               {"state": "another"},
			"without a state":                {"state": nil},
			"stale":                          {"iat": time.Now().Unix() - 7200, "exp": time.Now().Unix() - 7000},
			"that can be stored up":          {"exp": time.Now().Unix() + 24*3600},
			"without an end":                 {"exp": nil},
			"of the other direction":         {"purpose": "phonegate/session"},
			"without a purpose":              {"purpose": nil},
			"of no verification":             {"vsid": nil},
			"of a verification that is text": {"vsid": "VE/../Services"},
		} {
			s.tell(t, "signed, but "+name, func(c *scene) {
				mallory := c.atTheForm()
				genuine, state := answer(c, mallory)
				mallory.bringsBack(sign(c.t, with(genuine, changes), c.key(verdictSecret)), state)
				mallory.isDenied("phone_token")
				c.twilioSaw("send")
			})
		}
		for name, changes := range map[string]jwt.MapClaims{
			"of the other mode":   {"purpose": "phonegate/code", "code": "123456"},
			"not approved":        {"approved": false},
			"approved in words":   {"approved": "true"},
			"without a number":    {"phone_number": nil},
			"with a number of no": {"phone_number": "+0"},
		} {
			if s.spec.CodeCheck != "form" {
				break
			}
			s.tell(t, "signed, but "+name, func(c *scene) {
				mallory := c.atTheForm()
				genuine, state := answer(c, mallory)
				mallory.bringsBack(sign(c.t, with(genuine, changes), c.key(verdictSecret)), state)
				mallory.isDenied("phone_token")
			})
		}
		for name, changes := range map[string]jwt.MapClaims{
			"of the other mode":          {"purpose": "phonegate/verdict", "phone_number": "+61412345678", "approved": true},
			"with a code that is none":   {"code": "12345x"},
			"with a code that is a list": {"code": []string{"123456"}},
			"of another verification":    {"vsid": "VE00000000000000000000000000000000"},
		} {
			if s.spec.CodeCheck != "action" {
				break
			}
			s.tell(t, "signed, but "+name, func(c *scene) {
				mallory := c.atTheForm()
				genuine, state := answer(c, mallory)
				mallory.bringsBack(sign(c.t, with(genuine, changes), c.key(verdictSecret)), state)
				mallory.isDenied("phone_token")
				c.twilioSaw("send")
			})
		}
		for name, key := range map[string]func(c *scene) []byte{
			"nobody (alg none)":  func(*scene) []byte { return nil },
			"the session secret": func(c *scene) []byte { return c.key(sessionSecret) },
			"another tenant":     func(*scene) []byte { return []byte(secret.Generate()) },
			"the empty secret":   func(*scene) []byte { return []byte{} },
			"the text undefined": func(*scene) []byte { return []byte("undefined") },
		} {
			s.tell(t, "signed by "+name, func(c *scene) {
				mallory := c.atTheForm()
				genuine, state := answer(c, mallory)
				mallory.bringsBack(sign(c.t, genuine, key(c)), state)
				mallory.isDenied("phone_token")
				c.twilioSaw("send")
			})
		}
		s.tell(t, "the session token itself is no answer", func(c *scene) {
			mallory := c.atTheForm()
			session, state := mallory.carried()
			mallory.bringsBack(session, state)
			mallory.isDenied("phone_token")
		})
		s.tell(t, "nor is no token at all", func(c *scene) {
			mallory := c.atTheForm()
			_, state := mallory.carried()
			mallory.get("https://" + sandbox.Auth0Domain + "/continue?" + url.Values{"state": {state}}.Encode())
			mallory.isDenied("phone_token")
		})
		s.tell(t, "without a state, or with a made-up one, Auth0 goes on with nothing", func(c *scene) {
			ada := c.atTheForm()
			genuine, state := answer(c, ada)
			token := sign(c.t, genuine, c.key(verdictSecret))
			ada.post("https://"+sandbox.Auth0Domain+"/continue", url.Values{"session_token": {token}})
			ada.isStoppedByAuth0()
			ada.bringsBack(token, "made-up")
			ada.isStoppedByAuth0()
			ada.bringsBack(token, state)
			ada.getsIn()
		})
		s.tell(t, "a state counts once", func(c *scene) {
			ada := c.atTheForm()
			ada.types(ada.newestCode())
			token, _ := ada.carried()
			state := claims(c.t, token)["state"].(string)
			ada.continue_()
			ada.getsIn()
			for range 2 {
				ada.bringsBack(token, state)
				ada.isStoppedByAuth0()
			}
		})
		s.tell(t, "an answer from an earlier login does not serve a later one", func(c *scene) {
			ada := c.atTheForm()
			ada.types(ada.newestCode())
			token, _ := ada.carried()
			ada.continue_()
			ada.getsIn()
			ada.edits(map[string]any{"phone_number": "+61413888888"})
			ada.logIn()
			ada.sees(200, codePage)
			_, state := ada.carried()
			ada.bringsBack(token, state)
			ada.isDenied("phone_token")
		})
		s.tell(t, "whoever proves a phone of their own proves nobody else's", func(c *scene) {
			ada, mallory := c.atTheForm(), c.atTheForm()
			_, adas := ada.carried()
			mallorys, _ := mallory.carried()
			code := mallory.newestCode()
			// Mallory has the form sign an answer for Ada's login, and brings it there.
			mallory.post("https://"+c.formHost+"/", url.Values{"session_token": {mallorys}, "state": {adas}, "intent": {"check"}, "code": {code}})
			mallory.continue_()
			mallory.isDenied("phone_token")
			ada.stillOut()
		})
		s.tell(t, "an answer can't be had for another number than was texted", func(c *scene) {
			mallory := c.atTheForm()
			token, state := mallory.carried()
			mallory.post("https://"+c.formHost+"/", url.Values{"session_token": {token}, "state": {state}, "intent": {"check"},
				"code": {mallory.newestCode()}, "number": {"+61400000000"}, "phone_number": {"+61400000000"}})
			answer, _ := mallory.carriedAnswer()
			if got := claims(c.t, answer)["phone_number"]; c.byForm() && got != mallory.number {
				c.t.Errorf("the answer is for %v", got)
			}
			mallory.continue_()
			mallory.getsIn()
		})
		s.tell(t, "no number is in clear where a browser can be looked over the shoulder", func(c *scene) {
			ada := c.atTheForm()
			token, _ := ada.carried()
			held, err := json.Marshal(claims(c.t, token))
			if err != nil {
				c.t.Fatal(err)
			}
			for what, text := range map[string]string{"address": ada.at.String(), "session": string(held), "page": ada.page} {
				if strings.Contains(text, ada.number[1:]) || strings.Contains(text, ada.number[3:]) {
					c.t.Errorf("the %s holds the number", what)
				}
			}
			ada.enters(ada.newestCode())
			ada.getsIn()
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
