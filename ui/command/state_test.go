package command

import (
	"strings"
	"testing"

	"phonegate/provision/config"
	"phonegate/provision/secret"
	"phonegate/provision/state"
	"phonegate/ui/render"
)

func TestStateNamesWhatTheKeyringHasAndShowsNoSecret(t *testing.T) {
	const ring = "PHONEGATE_KEY_202611280029_0123456789abcdef"
	vault := lasting{secret.MemoryVault()}
	for name, value := range map[string]string{
		"AUTH0_CLIENT_SECRET": "kept-client-secret-1", "VERCEL_TOKEN": "kept-vercel-token-2",
		"ring": ring + "=kept-session-4.SK.kept-secret-5.VA\n",
	} {
		if err := vault.Put(name, value); err != nil {
			t.Fatal(err)
		}
	}
	env := map[string]string{"AUTH0_DOMAIN": "acme-dev.us.auth0.com", "AUTH0_CLIENT_ID": "exported-id", "PHONEGATE_PROD_VERCEL_TOKEN": "exported-token-6"}
	j := &job{name: "prod", answered: map[string]string{"auth0.domain": "../phonegate.yaml"},
		at: &environment{getenv: func(name string) string { return env[name] }, dir: t.TempDir(), vaults: map[string]secret.Vault{"prod": vault}}}
	j.spec = config.Complete("prod", config.Tenant{Auth0: config.Auth0{Domain: "acme.us.auth0.com"}})
	remembered, err := state.Open(j.at.dir, "prod")
	if err != nil {
		t.Fatal(err)
	}
	for key, value := range map[string]string{"id": "e1a9", "page": strings.Repeat("<p>\n", 100)} {
		if err := remembered.Note("auth0.action").Set(key, value); err != nil {
			t.Fatal(err)
		}
	}
	var shown strings.Builder
	for _, ask := range knowers {
		k, err := ask(t.Context(), j)
		if err != nil {
			t.Fatal(err)
		}
		k.title = strings.ReplaceAll(k.title, j.at.dir, "DIR")
		writeKnown(&shown, k, render.Styles{}, 80)
	}
	want := `State file DIR/prod.json
  auth0.action id    e1a9
  auth0.action page  (400 bytes, see --json)
Keyring
  AUTH0_CLIENT_SECRET
  VERCEL_TOKEN
  ` + ring + `
Credentials
  AUTH0_DOMAIN         ../phonegate.yaml
  AUTH0_CLIENT_ID      environment
  AUTH0_CLIENT_SECRET  keyring
  TWILIO_ACCOUNT_SID   not known here
  TWILIO_AUTH_TOKEN    not known here
  VERCEL_TOKEN         environment, as PHONEGATE_PROD_VERCEL_TOKEN
`
	if shown.String() != want {
		t.Errorf("it shows\n%s\nwant\n%s", shown.String(), want)
	}
}
