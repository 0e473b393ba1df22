package logintest

import "testing"

func TestNonInteractiveLoginIsDenied(t *testing.T) {
	inBoth(t, func(t *testing.T, s *stage) {
		s.tell(t, "a silent login without a session asks for a login", func(c *scene) {
			ada := c.newcomer()
			ada.authorize("prompt", "none")
			if ada.ended.Get("error") != "login_required" {
				c.t.Errorf("%v", ada.ended)
			}
			ada.stillOut()
			c.twilioSaw()
		})
		s.tell(t, "the session that an unfinished login has left opens nothing", func(c *scene) {
			ada := c.atTheForm()
			for range 2 {
				ada.authorize("prompt", "none")
				ada.isDenied("phone_unverified")
			}
			ada.authorize() // and with a window it leads to the form, not past it
			ada.sees(200, codePage)
			ada.hasTexts(1)
			c.twilioSaw("send")
			ada.enters(ada.newestCode())
			ada.getsIn()
			ada.authorize("prompt", "none")
			ada.getsIn()
		})
		s.tell(t, "nor does the session of a denied login", func(c *scene) {
			ada := c.atTheForm()
			ada.types(ada.newestCode())
			answer, _ := ada.carried()
			ada.bringsBack("forged", claims(c.t, answer)["state"].(string))
			ada.isDenied("phone_token")
			ada.authorize("prompt", "none")
			ada.isDenied("phone_unverified")
			ada.authorize()
			ada.sees(200, codePage)
			ada.stillOut()
		})
		s.tell(t, "a silent login of a user who has never seen the form", func(c *scene) {
			ada := c.newcomer()
			ada.signUpBehindThePage(map[string]any{"phone_number": "none"})
			ada.logIn()
			ada.authorize("prompt", "none")
			ada.isDenied("phone_unverified")
			c.twilioSaw()
		})
		s.tell(t, "a refresh token gives nothing once the number has changed", func(c *scene) {
			ada := c.verified()
			refresh := map[string]string{"grant_type": "refresh_token", "refresh_token": ada.redeem()["refresh_token"].(string)}
			if status, tokens := ada.grant(refresh); status != 200 || tokens["access_token"] == nil {
				c.t.Fatalf("a verified user's refresh token was answered with %d: %v", status, tokens)
			}
			ada.edits(map[string]any{"phone_number": "+61413777777"})
			ada.isRefusedTokens(refresh)
			ada.edits(map[string]any{"phone_number": ada.number})
			if status, _ := ada.grant(refresh); status != 200 {
				c.t.Errorf("with the old number: %d", status)
			}
			c.twilioSaw()
		})
		s.tell(t, "a password alone gives no tokens", func(c *scene) {
			ada := c.newcomer()
			ada.signUpBehindThePage(map[string]any{"phone_number": ada.number})
			login := map[string]string{"grant_type": "http://auth0.com/oauth/grant-type/password-realm", "realm": c.spec.Auth0.Connection,
				"username": ada.email, "password": password, "scope": "openid offline_access"}
			ada.isRefusedTokens(login)
			ada.logIn()
			ada.sees(200, codePage)
			ada.isRefusedTokens(login)
			ada.hasTexts(1)
			ada.enters(ada.newestCode())
			ada.getsIn()
			if status, tokens := ada.grant(login); status != 200 || tokens["id_token"] == nil {
				c.t.Errorf("a verified user was answered with %d: %v", status, tokens)
			}
			c.twilioSaw("send", "check")
		})
		s.tell(t, "the code of a login is for the application that began it", func(c *scene) {
			ada := c.verified()
			code := ada.ended.Get("code")
			if status, _ := ada.grant(map[string]string{"grant_type": "authorization_code", "code": code, "redirect_uri": callback, "code_verifier": "wrong"}); status != 403 {
				c.t.Errorf("without the verifier: %d", status)
			}
		})
	})
}

// isRefusedTokens asks without a browser and is told why there are none.
func (p *person) isRefusedTokens(fields map[string]string) {
	p.t.Helper()
	status, answer := p.grant(fields)
	reason, _ := answer["error_description"].(string)
	if status != 403 || answer["error"] != "access_denied" || len(reason) < 20 || reason[:18] != "phone_unverified: " {
		p.t.Errorf("answered with %d: %v", status, answer)
	}
	for _, token := range []string{"access_token", "id_token", "refresh_token"} {
		if answer[token] != nil {
			p.t.Errorf("there is an %s", token)
		}
	}
}
