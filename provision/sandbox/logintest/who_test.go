package logintest

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"phonegate/provision/config"
	"phonegate/provision/engine"
	"phonegate/provision/sandbox"
)

func TestVerifiedUsersGoStraightThrough(t *testing.T) {
	inBoth(t, func(t *testing.T, s *stage) {
		s.tell(t, "with the password, with the session and in silence, without a call to Twilio or a look at the form", func(c *scene) {
			ada := c.verified()
			ada.logIn()
			ada.getsIn()
			ada.authorize()
			ada.getsIn()
			ada.authorize("prompt", "none")
			ada.getsIn()
			ada.hasTexts(1)
			c.twilioSaw()
			c.formSawNothing()
		})
		s.tell(t, "for years", func(c *scene) {
			ada := c.verified()
			for range 3 {
				c.later(7 * time.Hour)
				ada.logIn()
				ada.getsIn()
			}
			c.twilioSaw()
			c.formSawNothing()
		})
	})
}

func TestClaims(t *testing.T) {
	const namespace = "https://acme.example/"
	inBoth(t, func(t *testing.T, s *stage) {
		s.tell(t, "the ID token tells of the number, at the first login and at later ones", func(c *scene) {
			ada := c.atTheForm()
			ada.enters(ada.newestCode())
			for range 2 {
				ada.getsIn()
				held := claims(c.t, ada.redeem()["id_token"].(string))
				if held[namespace+"phone_number"] != ada.number || held[namespace+"phone_number_verified"] != true {
					c.t.Errorf("the claims are %v", held)
				}
				ada.logIn()
			}
			ada.getsIn()
		})
	}, func(a *config.Tenant) { a.Claims = namespace })
}

func TestWithoutANamespaceNothingIsClaimed(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.tell(t, "not even that there is a number", func(c *scene) {
		ada := c.verified()
		tokens, err := json.Marshal(claims(c.t, ada.redeem()["id_token"].(string)))
		if err != nil {
			c.t.Fatal(err)
		}
		for _, word := range []string{"phone", ada.number[1:]} {
			if strings.Contains(string(tokens), word) {
				c.t.Errorf("the ID token holds %q: %s", word, tokens)
			}
		}
	})
}

func TestWhoIsNotAsked(t *testing.T) {
	t.Run("users from before", func(t *testing.T) {
		inBoth(t, func(t *testing.T, s *stage) {
			s.tell(t, "go through, those from after are asked", func(c *scene) {
				before := c.newcomer()
				before.signUp()
				before.getsInUnverified()
				c.formSawNothing()
				c.twilioSaw()
				c.later(2 * time.Hour)
				before.logIn()
				before.getsInUnverified()
				c.twilioSaw()
				after := c.atTheForm()
				after.stillOut()
				c.twilioSaw("send")
			})
		}, func(a *config.Tenant) {
			a.Enforce.UsersCreatedAfter = time.Now().Add(time.Hour).UTC().Format(time.RFC3339)
		})
	})
	t.Run("users of an application that is left out", func(t *testing.T) {
		inBoth(t, func(t *testing.T, s *stage) {
			s.tell(t, "go through there and are asked elsewhere", func(c *scene) {
				ada := c.newcomer()
				ada.signUp()
				ada.getsInUnverified()
				c.twilioSaw()
				c.formSawNothing()
				ada.client = c.testClient()
				ada.authorize("redirect_uri", "http://127.0.0.1:8976/callback") // with the session
				ada.sees(200, codePage)
				ada.stillOut()
				c.twilioSaw("send")
			})
		}, func(a *config.Tenant) { a.Enforce.SkipClients = []string{sandbox.AppClientID} })
	})
	t.Run("users of a connection that is left out", func(t *testing.T) {
		// The sandbox's tenant has one connection. A file that leaves it out is refused, which is not what is tested here.
		inBoth(t, func(t *testing.T, s *stage) {
			s.tell(t, "go through", func(c *scene) {
				ada := c.newcomer()
				ada.signUp()
				ada.getsInUnverified()
				c.twilioSaw()
			})
		}, func(a *config.Tenant) { a.Enforce.SkipConnections = []string{"Username-Password-Authentication"} })
	})
	t.Run("nobody else", func(t *testing.T) {
		inBoth(t, func(t *testing.T, s *stage) {
			s.tell(t, "is left out by a name that is only similar", func(c *scene) {
				c.atTheForm().stillOut()
			})
		}, func(a *config.Tenant) {
			a.Enforce = config.Enforce{SkipClients: []string{"sandbox", "Sandbox-App"}, SkipConnections: []string{"Username"}, UsersCreatedAfter: "2020-01-01T00:00:00Z"}
		})
	})
}

// testClient is the application that the engine has made for its live test.
func (c *scene) testClient() string {
	c.t.Helper()
	var all []struct {
		ID   string `json:"client_id"`
		Name string `json:"name"`
	}
	c.management(c.t, "GET", "/clients", nil, &all)
	for _, one := range all {
		if one.Name == engine.TestClientName {
			return one.ID
		}
	}
	c.t.Fatal("there is no test client")
	return ""
}
