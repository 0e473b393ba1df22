package logintest

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"phonegate/provision/sandbox"
	"phonegate/provision/secret"
)

func TestContinueTakesNoForgedAnswer(t *testing.T) {
	inBoth(t, func(t *testing.T, s *stage) {
		// answer is what the form would sign for the session of the page, and with what.
		answer := func(c *scene, p *person) (claimed jwt.MapClaims, state string, key []byte) {
			token, state := p.carried()
			held, now := claims(c.t, token), c.box.World().Now().Unix()
			key = c.verdict(c.t, held)
			a := jwt.MapClaims{"iss": held["iss"], "sub": held["sub"], "iat": now, "exp": now + 300, "state": state, "vsid": held["vsid"]}
			if c.byForm() {
				return with(a, jwt.MapClaims{"purpose": "phonegate/verdict", "phone_number": p.number, "approved": true}), state, key
			}
			return with(a, jwt.MapClaims{"purpose": "phonegate/code", "code": p.newestCode()}), state, key
		}
		s.tell(t, "the genuine answer, of which the forgeries are made, lets in", func(c *scene) {
			ada := c.atTheForm()
			genuine, state, key := answer(c, ada)
			ada.bringsBack(sign(c.t, genuine, key), state)
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
				genuine, state, key := answer(c, mallory)
				mallory.bringsBack(sign(c.t, with(genuine, changes), key), state)
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
				genuine, state, key := answer(c, mallory)
				mallory.bringsBack(sign(c.t, with(genuine, changes), key), state)
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
				genuine, state, key := answer(c, mallory)
				mallory.bringsBack(sign(c.t, with(genuine, changes), key), state)
				mallory.isDenied("phone_token")
				c.twilioSaw("send")
			})
		}
		for name, key := range map[string]func(c *scene, held jwt.MapClaims) []byte{
			"nobody (alg none)":  func(*scene, jwt.MapClaims) []byte { return nil },
			"the session secret": func(c *scene, held jwt.MapClaims) []byte { return c.session(c.t, held) },
			"another tenant":     func(*scene, jwt.MapClaims) []byte { return []byte(secret.Generate()) },
			"another tenant, for this login": func(_ *scene, held jwt.MapClaims) []byte {
				return derived([]byte(secret.Generate()), held)
			},
			"the empty secret":                func(*scene, jwt.MapClaims) []byte { return []byte{} },
			"the empty secret, for the login": func(_ *scene, held jwt.MapClaims) []byte { return derived(nil, held) },
			"the text undefined":              func(*scene, jwt.MapClaims) []byte { return []byte("undefined") },
			"the login's id":                  func(_ *scene, held jwt.MapClaims) []byte { return []byte(held["login"].(string)) },
			"the key's id":                    func(_ *scene, held jwt.MapClaims) []byte { return []byte(held["key"].(string)) },
			"the key's id, for this login": func(_ *scene, held jwt.MapClaims) []byte {
				return derived([]byte(held["key"].(string)), held)
			},
			"no login": func(c *scene, held jwt.MapClaims) []byte {
				return derived(c.session(c.t, held), jwt.MapClaims{"login": ""})
			},
			"another login": func(c *scene, held jwt.MapClaims) []byte {
				bob := c.atTheForm()
				token, _ := bob.carried()
				if claims(c.t, token)["login"] == held["login"] || claims(c.t, token)["key"] != held["key"] {
					c.t.Fatal("two logins that are one, or under two keys")
				}
				return c.verdict(c.t, claims(c.t, token))
			},
		} {
			s.tell(t, "signed by "+name, func(c *scene) {
				mallory := c.atTheForm()
				genuine, state, _ := answer(c, mallory)
				token, _ := mallory.carried()
				forged := key(c, claims(c.t, token))
				seen := c.calls()
				mallory.bringsBack(sign(c.t, genuine, forged), state)
				mallory.isDenied("phone_token")
				c.twilioSaw(seen...)
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
			genuine, state, key := answer(c, ada)
			token := sign(c.t, genuine, key)
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
