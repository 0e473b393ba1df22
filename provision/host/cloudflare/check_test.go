package cloudflare

import (
	"net/http"
	"strings"
	"testing"

	"phonegate/provision/fault"
	sandbox "phonegate/provision/sandbox/cloudflare"
)

func TestCheck(t *testing.T) {
	const other = "00000000000000000000000000000001"
	for name, c := range map[string]struct {
		options       Options
		sandbox       sandbox.Options
		behaviour     string
		account, code string
		category      fault.Category
		hint          string
	}{
		"a user's token": {Options{Token: token, Account: accountNo}, sandbox.Options{}, "", "Acme", "", 0, ""},
		"the account's own token": {Options{Token: token, Account: accountNo}, sandbox.Options{AccountOwned: true}, "", "Acme",
			"", 0, ""},
		"an id in upper case": {Options{Token: token, Account: strings.ToUpper(accountNo)}, sandbox.Options{}, "", "Acme", "",
			0, ""},
		"an unknown token": {Options{Token: "other", Account: accountNo}, sandbox.Options{}, "", "", "cloudflare.1000",
			fault.Refused, "CLOUDFLARE_API_TOKEN"},
		"a token without powers": {Options{Token: "powerless", Account: accountNo}, sandbox.Options{Powerless: "powerless"}, "",
			"", "cloudflare.no_permission", fault.Refused, "Workers Scripts: Edit"},
		"another account": {Options{Token: token, Account: other}, sandbox.Options{}, "", "", "cloudflare.no_permission",
			fault.Refused, "CLOUDFLARE_ACCOUNT_ID"},
		"another account, unrouted": {Options{Token: token, Account: other}, sandbox.Options{}, "cloudflare.wrong_account=404 7003",
			"", "cloudflare.7003", fault.Refused, "CLOUDFLARE_ACCOUNT_ID"},
		"no token": {Options{Account: accountNo}, sandbox.Options{}, "", "", "cloudflare.no_credentials",
			fault.Usage, "CLOUDFLARE_API_TOKEN"},
		"no account": {Options{Token: token}, sandbox.Options{}, "", "", "cloudflare.account_id", fault.Usage,
			"CLOUDFLARE_ACCOUNT_ID"},
		"an account's name": {Options{Token: token, Account: "Acme"}, sandbox.Options{}, "", "", "cloudflare.account_id",
			fault.Usage, "CLOUDFLARE_ACCOUNT_ID"},
	} {
		t.Run(name, func(t *testing.T) {
			var set []string
			if c.behaviour != "" {
				set = []string{c.behaviour}
			}
			x := newAccount(t, c.sandbox, set...)
			c.options.HTTP = x.road
			got, err := New(c.options).Check(t.Context())
			f := fault.Of(err)
			if c.code == "" {
				if err != nil || got != c.account {
					t.Errorf("%q, %v", got, err)
				}
			} else if f == nil || f.Code != c.code || f.Category != c.category || !strings.Contains(f.Hint, c.hint) {
				t.Errorf("%q, %+v", got, f)
			}
		})
	}
	t.Run("a token that has expired", func(t *testing.T) {
		rt := roundTripper(func(r *http.Request) (*http.Response, error) {
			return reply(r, 200, `{"success":true,"result":{"id":"1","status":"expired"}}`), nil
		})
		_, err := New(Options{Token: token, Account: accountNo, HTTP: rt}).Check(t.Context())
		if f := fault.Of(err); f == nil || f.Code != "cloudflare.token_inactive" || f.Category != fault.Refused {
			t.Errorf("%v", err)
		}
	})
	t.Run("an answer that is not JSON", func(t *testing.T) {
		rt := roundTripper(func(r *http.Request) (*http.Response, error) { return reply(r, 200, `{"success":tr`), nil })
		_, err := New(Options{Token: token, Account: accountNo, HTTP: rt}).Check(t.Context())
		if f := fault.Of(err); f == nil || f.Code != "cloudflare.unexpected_answer" {
			t.Errorf("%v", err)
		}
	})
}
