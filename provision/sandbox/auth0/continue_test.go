package auth0

import (
	"strings"
	"testing"
)

func TestContinueFollowsItsBehaviours(t *testing.T) {
	t.Run("replay accepted", func(t *testing.T) {
		te := phoneTenant(t, "auth0.continue_replay", "accepted")
		b := te.browser()
		form := b.login("signup", "ada@example.com", nil)
		f := verdict(t, te, form.at, nil, secretKey)
		for range 2 {
			if p := b.post(continueURL(form.at), f); p.at == nil || p.at.Query().Get("code") == "" {
				t.Errorf("got %+v", p)
			}
		}
	})
	t.Run("cookie required", func(t *testing.T) {
		te := phoneTenant(t, "auth0.continue_cookie", "required")
		b := te.browser()
		form := b.login("signup", "ada@example.com", nil)
		f := verdict(t, te, form.at, nil, secretKey)
		if p := te.browser().post(continueURL(form.at), f); p.status != 400 {
			t.Errorf("another browser: %d", p.status)
		}
		if p := b.post(continueURL(form.at), f); p.at == nil || p.at.Query().Get("code") == "" {
			t.Errorf("the same browser: %+v", p)
		}
	})
	t.Run("state in the body", func(t *testing.T) {
		te := phoneTenant(t)
		b := te.browser()
		form := b.login("signup", "ada@example.com", nil)
		f := verdict(t, te, form.at, nil, secretKey)
		f.Set("state", form.at.Query().Get("state"))
		if p := b.post(base+"/continue", f); p.at == nil || p.at.Query().Get("code") == "" {
			t.Errorf("got %+v", p)
		}
	})
	t.Run("action deleted meanwhile", func(t *testing.T) {
		te := phoneTenant(t)
		b := te.browser()
		form := b.login("signup", "ada@example.com", nil)
		for _, a := range te.s.State()["actions"].([]any) {
			te.api("DELETE", "/actions/actions/"+a.(map[string]any)["id"].(string)+"?force=true", nil)
		}
		if p := b.post(continueURL(form.at), verdict(t, te, form.at, nil, secretKey)); p.status != 400 || !strings.Contains(p.body, "invalid_request") {
			t.Errorf("got %d %s", p.status, p.body)
		}
	})
}
