package secret

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var (
	someAccount  = "AC" + strings.Repeat("1a", 16)
	otherAccount = "AC" + strings.Repeat("2b", 16)
	thirdAccount = "AC" + strings.Repeat("3c", 16)
	someToken    = strings.Repeat("4d", 16)
	someMoment   = time.Unix(1_800_000_000, 0)
)

func TestTwilioProfilesGiveTheAccountAndNotTheStandardKey(t *testing.T) {
	for name, c := range map[string]struct {
		file string
		want []string // account name, SID, with or without token
	}{
		"the active profile first": {
			`{"activeProject":"prod","profiles":{"dev":{"accountSid":"` + someAccount + `","apiKey":"SK1","apiSecret":"shh"},"prod":{"accountSid":"` + otherAccount + `","apiKey":"SK2","apiSecret":"shh"}}}`,
			[]string{"prod " + otherAccount + " -", "dev " + someAccount + " -"}},
		"old projects, whose key is in the keyring": {
			`{"projects":[{"id":"old","accountSid":"` + someAccount + `","region":"us1"}],"profiles":{"new":{"accountSid":"` + otherAccount + `"}},"activeProject":"old"}`,
			[]string{"old " + someAccount + " -", "new " + otherAccount + " -"}},
		"one account twice": {
			`{"profiles":{"a":{"accountSid":"` + someAccount + `"},"b":{"accountSid":" ` + someAccount + `\n"}}}`, []string{"a " + someAccount + " -"}},
		"the account's own token": {
			`{"profiles":{"a":{"accountSid":"` + someAccount + `","apiKey":"` + someAccount + `","apiSecret":"` + someToken + `"}}}`, []string{"a " + someAccount + " " + someToken}},
		"a name that moves the cursor":  {`{"profiles":{"\u001b[2Jx":{"accountSid":"` + thirdAccount + `"}}}`, []string{" " + thirdAccount + " -"}},
		"an account that is none":       {`{"profiles":{"a":{"accountSid":"AC123"}}}`, nil},
		"another shape":                 {`{"profiles":[1,2]}`, nil},
		"not JSON":                      {`{"profiles":`, nil},
		"nothing":                       {``, nil},
		"null where an object could be": {`{"profiles":null,"projects":null}`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, l := range twilioLogins([]byte(c.file)) {
				token := l.Credentials.TwilioAuthToken
				if token == "" {
					token = "-"
				}
				if (token == "-") != (l.Lacks != "") {
					t.Errorf("%s: lacks %q", l.Account, l.Lacks)
				}
				if l.Credentials.TwilioAPIKey != "" || l.Credentials.TwilioAPISecret != "" {
					t.Error("a key that can't do the work was taken")
				}
				got = append(got, l.Account+" "+l.Credentials.TwilioAccountSID+" "+token)
			}
			if fmt.Sprint(got) != fmt.Sprint(c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestVercelLoginIsOfferedWhileItLasts(t *testing.T) {
	const token = "vca_0123456789abcdefghijkl"
	for name, c := range map[string]struct {
		auth, config string
		team         string
		offered      bool
	}{
		"a token that stays":          {`{"// Note":"DO NOT SHARE!","token":"` + token + `"}`, `{"currentTeam":"team_a1B2"}`, "team_a1B2", true},
		"a personal account":          {"\ufeff" + `{"token":"` + token + `"}`, `{}`, "", true},
		"hours left":                  {fmt.Sprintf(`{"token":%q,"refreshToken":"r","expiresAt":%d}`, token, someMoment.Add(5*time.Hour).Unix()), ``, "", true},
		"minutes left":                {fmt.Sprintf(`{"token":%q,"expiresAt":%d}`, token, someMoment.Add(5*time.Minute).Unix()), ``, "", false},
		"long over":                   {fmt.Sprintf(`{"token":%q,"expiresAt":1}`, token), ``, "", false},
		"an end in milliseconds":      {fmt.Sprintf(`{"token":%q,"expiresAt":%d}`, token, someMoment.UnixMilli()), ``, "", false},
		"a token in the keyring":      {`{"userId":"u"}`, `{"credStorage":"keyring"}`, "", false},
		"a team that is none":         {`{"token":"` + token + `"}`, `{"currentTeam":"../x"}`, "", true},
		"a token with a line in it":   {`{"token":"abc\ndef"}`, ``, "", false},
		"an end that is not a number": {`{"token":"` + token + `","expiresAt":"soon"}`, ``, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			l, ok := vercelLogin([]byte(c.auth), []byte(c.config), someMoment)
			if ok != c.offered || l.Account != c.team || l.Credentials.VercelTeam != c.team {
				t.Errorf("offered %v, team %q", ok, l.Account)
			}
			if ok && l.Credentials.VercelToken != token {
				t.Errorf("token %q", l.Credentials.VercelToken)
			}
		})
	}
}

func TestOnlyAnAPITokenOfWranglerIsOffered(t *testing.T) {
	const token = "0123456789abcdefghijklmnopqrstuvwxyzABCD"
	for name, c := range map[string]struct {
		file    string
		offered bool
	}{
		"an API token":                {"api_token = \"" + token + "\"\r\n", true},
		"single quotes and a comment": {"# wrangler\napi_token='" + token + "' # mine\n", true},
		"a login in the browser":      {"oauth_token = \"" + token + "\"\nrefresh_token = \"x\"\nexpiration_time = \"2030-01-01T00:00:00Z\"\n", false},
		"one in a table":              {"[profiles.x]\napi_token = \"" + token + "\"\n", false},
		"commented out":               {"# api_token = \"" + token + "\"\n", false},
		"too short":                   {"api_token = \"x\"", false},
	} {
		t.Run(name, func(t *testing.T) {
			l, ok := wranglerLogin([]byte(c.file))
			if ok != c.offered || ok && l.Credentials.CloudflareToken != token {
				t.Errorf("offered %v", ok)
			}
		})
	}
}

func TestLoginsAreFoundWhereTheProgramsKeepThem(t *testing.T) {
	home := t.TempDir()
	put := func(data string, path ...string) {
		t.Helper()
		name := filepath.Join(append([]string{home}, path...)...)
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	at := Computer{Home: home, OS: "linux", Getenv: func(string) string { return "" }, Now: someMoment}
	if all := Existing(at); len(all) != 0 {
		t.Fatalf("found %v in an empty home", all)
	}
	put(`{"profiles":{"acme":{"accountSid":"`+someAccount+`"}}}`, ".twilio-cli", "config.json")
	put(`{"token":"0123456789abcdefghijklmn"}`, ".local", "share", "com.vercel.cli", "auth.json")
	put(`api_token = "0123456789abcdefghijklmn"`, ".config", ".wrangler", "config", "default.toml")
	put(`{"token":"macOS6789abcdefghijklmn"}`, "Library", "Application Support", "com.vercel.cli", "auth.json")
	put(`{"token":"windows789abcdefghijklmn"}`, "AppData", "Roaming", "xdg.data", "com.vercel.cli", "auth.json")
	put(`{"token":"elsewhere9abcdefghijklmn"}`, "data", "com.vercel.cli", "auth.json")
	all := Existing(at)
	if len(all) != 3 || all[0].Provider != "twilio" || all[1].Provider != "vercel" || all[2].Provider != "cloudflare" {
		t.Fatalf("found %v", all)
	}
	if text := fmt.Sprintf("%v %+v %#v", all, all, all); strings.Contains(text, "0123456789") {
		t.Errorf("a login prints itself: %s", text)
	}
	for os, want := range map[string]string{"linux": "0123", "darwin": "macO", "windows": "wind"} {
		at.OS = os
		if l := Existing(at)[1]; !strings.HasPrefix(l.Credentials.VercelToken, want) {
			t.Errorf("on %s the token begins with %s", os, l.Credentials.VercelToken[:4])
		}
	}
	at.Getenv = func(name string) string {
		if name == "XDG_DATA_HOME" {
			return filepath.Join(home, "data")
		}
		return ""
	}
	if l := Existing(at)[1]; !strings.HasPrefix(l.Credentials.VercelToken, "elsewhere") {
		t.Error("XDG_DATA_HOME is not looked at")
	}
}

func TestStrangeFilesHoldNoLogin(t *testing.T) {
	home := t.TempDir()
	dir := filepath.Join(home, ".twilio-cli")
	if err := os.MkdirAll(filepath.Join(dir, "config.json"), 0o700); err != nil { // a directory of that name
		t.Fatal(err)
	}
	large := filepath.Join(home, ".now", "auth.json")
	if err := os.MkdirAll(filepath.Dir(large), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(large, []byte(`{"token":"0123456789abcdefghijklmn"}`+strings.Repeat(" ", largestLogin)), 0o600); err != nil {
		t.Fatal(err)
	}
	at := Computer{Home: home, OS: "linux", Getenv: func(string) string { return "" }, Now: someMoment}
	if all := Existing(at); len(all) != 0 {
		t.Errorf("found %v", all)
	}
	if all := Existing(Computer{OS: "linux", Getenv: at.Getenv}); all != nil {
		t.Errorf("found %v without a home", all)
	}
}

func FuzzLogins(f *testing.F) {
	f.Add([]byte(`{"activeProject":"a","profiles":{"a":{"accountSid":"` + someAccount + `","apiKey":"` + someAccount + `","apiSecret":"` + someToken + `"}}}`))
	f.Add([]byte(`{"token":"0123456789abcdefghijklmn","expiresAt":1800009999,"currentTeam":"team_x"}`))
	f.Add([]byte("api_token = \"0123456789abcdefghijklmn\"\n"))
	f.Add([]byte(`{"profiles":{"":{}},"projects":[{}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		all := twilioLogins(data)
		if l, ok := vercelLogin(data, data, someMoment); ok {
			all = append(all, l)
		}
		if l, ok := wranglerLogin(data); ok {
			all = append(all, l)
		}
		for _, l := range all {
			given := 0
			for _, s := range Slots() {
				value := l.Credentials.Get(s.Env)
				if value == "" {
					continue
				}
				given++
				if s.Provider != l.Provider {
					t.Errorf("a login at %s gives %s", l.Provider, s.Env)
				}
				if Clean(value) != value || len(value) > 4096 {
					t.Errorf("%s = %q", s.Env, value)
				}
			}
			if given == 0 {
				t.Error("a login that gives nothing")
			}
			if strings.ContainsFunc(l.Account, func(r rune) bool { return r < ' ' || r == 0x7f }) {
				t.Errorf("the account is called %q", l.Account)
			}
		}
	})
}
