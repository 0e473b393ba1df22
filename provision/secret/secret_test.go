package secret

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"reflect"
	"regexp"
	"strings"
	"testing"
)

func TestEveryCredentialHasASlotAndBack(t *testing.T) {
	var c Credentials
	typ := reflect.TypeFor[Credentials]()
	seen := map[string]bool{}
	for _, s := range Slots() {
		if seen[s.Env] || s.Label == "" || s.Help == "" || !strings.HasPrefix(s.URL, "https://") {
			t.Errorf("slot %+v", s)
		}
		seen[s.Env] = true
		if !c.Set(s.Env, "value of "+s.Env) || c.Get(s.Env) != "valueof"+s.Env {
			t.Errorf("%s = %q", s.Env, c.Get(s.Env))
		}
	}
	for i := range typ.NumField() {
		if reflect.ValueOf(c).Field(i).String() == "" {
			t.Errorf("the field %s has no slot", typ.Field(i).Name)
		}
	}
	if c.Set("HOME", "x") || c.Get("HOME") != "" {
		t.Error("a name without a slot was taken")
	}
}

func TestCredentialsDoNotPrintThemselves(t *testing.T) {
	c := Credentials{Auth0ClientSecret: "hunter2hunter2"}
	k := newKeyring("dev", &fakeBackend{values: map[string]string{"phonegate dev/x": "hunter2hunter2"}}, keyringLimit)
	_ = k.Put("x", "hunter2hunter2")
	v := MemoryVault()
	_ = v.Put("x", "hunter2hunter2")
	for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
		if text := fmt.Sprintf(format+format+format+format, c, &c, k, v); strings.Contains(text, "hunter2") {
			t.Errorf("%s prints %s", format, text)
		}
	}
}

func TestPastedValuesLoseAllWhiteSpace(t *testing.T) {
	if got := Clean(" ab\tc\r\n d\u00a0e\u200bf\ufeffg\u2028h\x00 "); got != "abcdefgh" {
		t.Errorf("got %q", got)
	}
}

func env(values map[string]string) func(string) string {
	return func(name string) string { return values[name] }
}

type values map[string]string

func (v values) Get(name string) string { return v[name] }

func TestLookupPrefersTheTenantsOwnVariables(t *testing.T) {
	c, sources := Lookup("acme-dev", env(map[string]string{
		"AUTH0_DOMAIN": "plain.auth0.com", "PHONEGATE_ACME_DEV_AUTH0_DOMAIN": "own.auth0.com\n", "AUTH0_CLIENT_ID": "id",
	}), values{"AUTH0_CLIENT_ID": "other", "AUTH0_CLIENT_SECRET": "kept", "VERCEL_TOKEN": "v"})
	want := Credentials{Auth0Domain: "own.auth0.com", Auth0ClientID: "id", Auth0ClientSecret: "kept", VercelToken: "v"}
	if !reflect.DeepEqual(c, want) {
		t.Error("wrong credentials")
	}
	if want := map[string]string{"AUTH0_DOMAIN": "PHONEGATE_ACME_DEV_AUTH0_DOMAIN", "AUTH0_CLIENT_ID": "AUTH0_CLIENT_ID", "AUTH0_CLIENT_SECRET": "keyring", "VERCEL_TOKEN": "keyring"}; !reflect.DeepEqual(sources, want) {
		t.Errorf("sources %v", sources)
	}
}

func TestLookupDoesNotMixTwoWaysToProveWhoCalls(t *testing.T) {
	c, _ := Lookup("prod", env(map[string]string{
		"PHONEGATE_PROD_TWILIO_API_KEY": "SK1", "PHONEGATE_PROD_TWILIO_API_SECRET": "s", "TWILIO_AUTH_TOKEN": "of another account", "TWILIO_ACCOUNT_SID": "AC1",
		"AUTH0_API_TOKEN": "t",
	}), values{"AUTH0_CLIENT_ID": "id", "AUTH0_CLIENT_SECRET": "s", "AUTH0_DOMAIN": "d"})
	if want := (Credentials{TwilioAPIKey: "SK1", TwilioAPISecret: "s", TwilioAccountSID: "AC1", Auth0Token: "t", Auth0Domain: "d"}); !reflect.DeepEqual(c, want) {
		t.Error("wrong credentials")
	}
}

func TestMissingForKnowsTheAlternatives(t *testing.T) {
	for name, tt := range map[string]struct {
		c        Credentials
		provider string
		want     string
	}{
		"nothing at Auth0":       {Credentials{}, "auth0", "AUTH0_DOMAIN AUTH0_CLIENT_ID AUTH0_CLIENT_SECRET"},
		"a token is enough":      {Credentials{Auth0Domain: "d", Auth0Token: "t"}, "auth0", ""},
		"an id needs its secret": {Credentials{Auth0Domain: "d", Auth0ClientID: "i"}, "auth0", "AUTH0_CLIENT_SECRET"},
		"id and secret":          {Credentials{Auth0Domain: "d", Auth0ClientID: "i", Auth0ClientSecret: "s"}, "auth0", ""},
		"nothing at Twilio":      {Credentials{}, "twilio", "TWILIO_ACCOUNT_SID TWILIO_AUTH_TOKEN"},
		"a key was begun":        {Credentials{TwilioAccountSID: "a", TwilioAPIKey: "k"}, "twilio", "TWILIO_API_SECRET"},
		"a key and half a mind":  {Credentials{TwilioAccountSID: "a", TwilioAPIKey: "k", TwilioAuthToken: "t"}, "twilio", ""},
		"Vercel needs no team":   {Credentials{VercelToken: "t"}, "vercel", ""},
		"nothing at Vercel":      {Credentials{}, "vercel", "VERCEL_TOKEN"},
		"Cloudflare needs both":  {Credentials{CloudflareToken: "t"}, "cloudflare", "CLOUDFLARE_ACCOUNT_ID"},
		"a bundle needs nothing": {Credentials{}, "bundle", ""},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, s := range MissingFor(tt.c, tt.provider) {
				got = append(got, s.Env)
			}
			if strings.Join(got, " ") != tt.want {
				t.Errorf("missing %v, want %s", got, tt.want)
			}
		})
	}
}

func TestGenerateMakesSecretsOf32Bytes(t *testing.T) {
	form := regexp.MustCompile(`^[A-Za-z0-9_-]{43}$`)
	seen := map[string]bool{}
	for range 100 {
		s := Generate()
		if !form.MatchString(s) || seen[s] {
			t.Fatalf("a secret of %d characters, or twice the same", len(s))
		}
		seen[s] = true
	}
}

func TestFingerprintTellsSetsApart(t *testing.T) {
	base := map[string]string{"A": "1", "B": "2"}
	if Fingerprint(base) != Fingerprint(map[string]string{"B": "2", "A": "1"}) {
		t.Error("the order matters")
	}
	if len(Fingerprint(base)) != 32 {
		t.Errorf("%d characters, want 32", len(Fingerprint(base)))
	}
	for _, other := range []map[string]string{nil, {"A": "1"}, {"A": "2", "B": "1"}, {"AB": "12"}, {"A": "1B2"}, {"A": "1", "B": "2", "C": ""}, {"A1": "", "B": "2"}} {
		if Fingerprint(other) == Fingerprint(base) {
			t.Errorf("%v has the fingerprint of %v", other, base)
		}
	}
}

func TestRedactorHidesSecretsInEveryForm(t *testing.T) {
	const value = `p@ss/w+rd "quoted" & long`
	var r Redactor
	r.Add(value, "short", "")
	r.AddCredentials(Credentials{Auth0ClientSecret: "clientsecret123", Auth0Domain: "acme.us.auth0.com"})
	texts := []string{
		value, "a " + value + " b", url.QueryEscape(value), url.PathEscape(value), `{"x":"p@ss/w+rd \"quoted\" \u0026 long"}`,
		"Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte("SK1:"+value)),
		"client_secret=clientsecret123&x", "Authorization: Bearer abcdefghijklmnop",
		"token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl",
	}
	for _, user := range []string{"", "a", "ab", "abc", "abcd"} {
		texts = append(texts, base64.StdEncoding.EncodeToString([]byte(user+value)), base64.RawURLEncoding.EncodeToString([]byte(user+value+"x")))
	}
	for _, text := range texts {
		got := r.Redact(text)
		if !strings.Contains(got, Hidden) || strings.Contains(got, "w+rd") || strings.Contains(got, "abcdefghijklmnop") || strings.Contains(got, "clientsecret") {
			t.Errorf("%q becomes %q", text, got)
		}
	}
	for _, text := range []string{"a short text", "https://acme.us.auth0.com/continue", "basic rules", "the bearer of news"} {
		if got := r.Redact(text); got != text {
			t.Errorf("%q becomes %q", text, got)
		}
	}
	var none *Redactor
	if none.Redact("text") != "text" {
		t.Error("a nil Redactor changes text")
	}
}
