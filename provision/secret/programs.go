package secret

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"time"

	"phonegate/provision/host/cloudflare"
	"phonegate/provision/host/vercel"
)

// twilioLogins reads the Twilio CLI's config.json. Its logins are the profiles: each with an account and a key that the
// CLI has made for itself. Such a key is a standard one, which can't make another, so what is offered is the account. Older
// ones ("projects") have their key in the operating system's keyring, where it stays.
func twilioLogins(data []byte) []Login {
	var file struct {
		Active   string `json:"activeProject"`
		Profiles map[string]struct {
			Account string `json:"accountSid"`
			Key     string `json:"apiKey"`
			Secret  string `json:"apiSecret"`
		} `json:"profiles"`
		Projects []struct {
			ID      string `json:"id"`
			Account string `json:"accountSid"`
		} `json:"projects"`
	}
	if !parsed(data, &file) {
		return nil
	}
	var all []Login
	add := func(id, account, key, secret string) {
		account = Clean(account)
		known := slices.ContainsFunc(all, func(l Login) bool { return l.Credentials.TwilioAccountSID == account })
		if !accountSID.MatchString(account) || known {
			return
		}
		l := Login{Provider: "twilio", Program: "Twilio CLI", Account: named(id), Credentials: Credentials{TwilioAccountSID: account},
			Lacks: "The CLI's own key is a standard key and can't create the key that the Action and the form need, so phonegate asks for the auth token."}
		if Clean(key) == account && authToken.MatchString(Clean(secret)) { // whoever put the account's own token there
			l.Credentials.TwilioAuthToken, l.Lacks = Clean(secret), ""
		}
		all = append(all, l)
	}
	if p, ok := file.Profiles[file.Active]; ok {
		add(file.Active, p.Account, p.Key, p.Secret)
	}
	ids := make([]string, 0, len(file.Profiles))
	for id := range file.Profiles {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for _, id := range ids {
		add(id, file.Profiles[id].Account, file.Profiles[id].Key, file.Profiles[id].Secret)
	}
	for _, p := range file.Projects {
		add(p.ID, p.Account, "", "")
	}
	if p := file.Active; p != "" { // the active one first, wherever it stands
		slices.SortStableFunc(all, func(a, b Login) int {
			switch {
			case a.Account == p && b.Account != p:
				return -1
			case b.Account == p && a.Account != p:
				return 1
			}
			return 0
		})
	}
	return all
}

// outlasts is how long a login that ends must still last to be worth offering.
const outlasts = 15 * time.Minute

// vercelLogin reads the Vercel CLI's auth.json, and the team from its config.json. A token from a login in the browser ends
// after some hours and is renewed by the CLI alone; a CLI that uses the keyring has none in its file.
func vercelLogin(auth, config []byte, now time.Time) (Login, bool) {
	var file struct {
		Token   string  `json:"token"`
		Expires float64 `json:"expiresAt"` // Unix seconds
	}
	if !parsed(auth, &file) || !opaque.MatchString(Clean(file.Token)) {
		return Login{}, false
	}
	l := Login{Provider: vercel.Name, Program: "Vercel CLI", Credentials: Credentials{VercelToken: Clean(file.Token)}}
	if file.Expires > 0 {
		if file.Expires > 1e11 { // not seconds
			return Login{}, false
		}
		if l.Expires = time.Unix(int64(file.Expires), 0); l.Expires.Before(now.Add(outlasts)) {
			return Login{}, false
		}
	}
	var settings struct {
		Team string `json:"currentTeam"`
	}
	if parsed(config, &settings) && vercelTeam.MatchString(settings.Team) {
		l.Account, l.Credentials.VercelTeam = settings.Team, settings.Team
	}
	return l, true
}

var (
	vercelTeam = regexp.MustCompile(`^team_[A-Za-z0-9]{1,60}$`)
	apiToken   = regexp.MustCompile(`^\s*api_token\s*=\s*["']([^"']*)["']\s*(#.*)?$`)
)

// wranglerLogin reads wrangler's default.toml. Only an API token is taken: one from wrangler's login in the browser ends
// after an hour, and renewing it here would log wrangler out.
func wranglerLogin(data []byte) (Login, bool) {
	for line := range bytes.Lines(data) {
		text := strings.TrimRight(string(line), "\r\n")
		if strings.HasPrefix(strings.TrimSpace(text), "[") { // a table: the token stands above all of them
			break
		}
		if m := apiToken.FindStringSubmatch(text); m != nil && opaque.MatchString(m[1]) {
			return Login{Provider: cloudflare.Name, Program: "wrangler", Credentials: Credentials{CloudflareToken: m[1]},
				Lacks: "It does not name the account, so phonegate asks for the account ID."}, true
		}
	}
	return Login{}, false
}

// parsed reads a JSON object into to; what does not fit is no file of that program.
func parsed(data []byte, to any) bool {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	return len(data) > 0 && json.Unmarshal(data, to) == nil
}
