package templates_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"phonegate/templates/scenario"
)

// forgery is how a token is made.
type forgery struct {
	Header  json.RawMessage `json:"header"`
	Claims  map[string]any  `json:"claims"`
	Payload *string         `json:"payload"`
	Insert  string          `json:"insert"`
	Key     string          `json:"key"`
	MAC     string          `json:"mac"`
	Edit    string          `json:"edit"`
}

type tokenAttack struct {
	Name   string `json:"name"`
	Status int    `json:"status"`
	forgery
}

type requestAttack struct {
	Name        string            `json:"name"`
	Status      int               `json:"status"`
	Method      string            `json:"method"`
	ContentType *string           `json:"contentType"`
	Claims      map[string]any    `json:"claims"`
	Fields      map[string]string `json:"fields"`
	Headers     map[string]string `json:"headers"`
	Body        *string           `json:"body"`
	Query       *string           `json:"query"`
	Twice       string            `json:"twice"`
	Second      string            `json:"second"`
	Long        string            `json:"long"`
}

var (
	// The headers and parameters that programs have been led astray by.
	placesOfRedirects = []string{"Origin", "Referer", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Original-URL", "X-Rewrite-URL", "Forwarded"}
	placesOfMarkup    = []string{"Accept-Language", "User-Agent", "Cookie", "Referer"}
	strangeParameters = []string{"redirect_uri", "returnTo", "return_to", "next", "url", "continue", "host", "domain", "callback"}
)

func read(t testing.TB, name string, into any) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "attacks", name))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, into); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

func payloads(t testing.TB) map[string][]string {
	t.Helper()
	var all map[string][]string
	read(t, "payloads.json", &all)
	return all
}

func formAttacks(t *testing.T, base scenario.Base) []attack {
	t.Helper()
	return slices.Concat(tokenAttacks(t, base), payloadAttacks(t, base), requestAttacks(t, base))
}

func tokenAttacks(t *testing.T, base scenario.Base) []attack {
	t.Helper()
	var cases []tokenAttack
	read(t, "tokens.json", &cases)
	var all []attack
	for _, c := range cases {
		if c.Status == 0 {
			c.Status = http.StatusBadRequest
		}
		token := c.token(t, base.Session, base, "session secret")
		fields := url.Values{"session_token": {token}, "state": {"the-state"}}
		all = append(all, attack{Name: "opened: " + c.Name, Method: http.MethodGet, URL: "https://form.test/?" + fields.Encode(), status: c.Status})
		fields.Set("intent", "resend")
		all = append(all, posted("posted: "+c.Name, fields, c.Status))
	}
	return all
}

func posted(name string, fields url.Values, status int) attack {
	return attack{Name: name, Method: http.MethodPost, URL: "https://form.test/", Body: []byte(fields.Encode()), status: status,
		Headers: [][2]string{{"Content-Type", "application/x-www-form-urlencoded"}}}
}

func payloadAttacks(t *testing.T, base scenario.Base) []attack {
	t.Helper()
	good := url.Values{"session_token": {signed(t, base.Session, sessionSecret(base), nil)}, "state": {"the-state"}, "intent": {"check"}, "code": {"123456"}}
	var all []attack
	put := func(place, text string, more url.Values) {
		fields := maps.Clone(good)
		maps.Copy(fields, more)
		if place == "number" || place == "country" {
			fields.Set("intent", "number")
		}
		if place == "country" {
			fields.Set("number", "0412 345 678")
		}
		fields.Set(place, text)
		a := posted(fmt.Sprintf("%s %q", place, text), fields, 0)
		a.mayCheck = place == "code" || slices.Contains(strangeParameters, place)
		all = append(all, a)
	}
	lists := payloads(t)
	for i, text := range slices.Concat(lists["redirects"], lists["markup"], lists["lines"]) {
		for _, place := range []string{"session_token", "state", "intent", "code", "number", "country"} {
			put(place, text, nil)
		}
		put(strangeParameters[i%len(strangeParameters)], text, nil)
		for _, place := range []string{"session_token", "state", "error", "health"} {
			query := url.Values{"session_token": {"a.b.c"}, "state": {"the-state"}}
			query.Set(place, text)
			all = append(all, attack{Name: fmt.Sprintf("address, %s %q", place, text), Method: http.MethodGet, URL: "https://form.test/?" + query.Encode()})
		}
		places := placesOfMarkup
		if i < len(lists["redirects"]) {
			places = placesOfRedirects
		}
		for _, place := range places {
			if !isHeaderValue(text) {
				break
			}
			a := posted(fmt.Sprintf("%s: %q", place, text), good, 0)
			a.mayCheck = true
			a.Headers = append(a.Headers, [2]string{place, text})
			all = append(all, a)
		}
	}
	for place, list := range map[string]string{"number": "numbers", "code": "codes", "country": "countries", "intent": "intents"} {
		for _, text := range lists[list] {
			put(place, text, nil)
		}
	}
	for _, host := range []string{"evil.example", "evil.example:443", "form.test.evil.example", "[::1]", "127.0.0.1:1"} {
		a := posted("Host "+host, good, 0)
		a.URL, a.mayCheck = "https://"+host+"/", true
		all = append(all, a)
	}
	slices.SortStableFunc(all, func(a, b attack) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// isHeaderValue says whether a client can send a text in a header at all.
func isHeaderValue(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' })
}

func requestAttacks(t *testing.T, base scenario.Base) []attack {
	t.Helper()
	var cases []requestAttack
	read(t, "requests.json", &cases)
	var all []attack
	for _, c := range cases {
		fields := url.Values{"session_token": {signed(t, base.Session, sessionSecret(base), c.Claims)}, "state": {"the-state"}}
		for name, value := range c.Fields {
			fields.Set(name, value)
		}
		if c.Twice != "" {
			second := c.Second
			if second == "" {
				second = fields.Get(c.Twice)
			}
			fields.Add(c.Twice, second)
		}
		if c.Long != "" {
			fields.Set(c.Long, strings.Repeat("1", 4097))
		}
		a := attack{Name: "request: " + c.Name, Method: c.Method, URL: "https://form.test/", status: c.Status}
		switch {
		case c.Query != nil:
			a.URL += "?" + *c.Query
		case c.Method == http.MethodGet:
			a.URL += "?" + fields.Encode()
		case c.Body != nil:
			a.Body = []byte(*c.Body)
		case c.Method == http.MethodPost:
			a.Body = []byte(fields.Encode())
		}
		kind := "application/x-www-form-urlencoded"
		if c.ContentType != nil {
			kind = *c.ContentType
		}
		if c.Method == http.MethodPost && kind != "" {
			a.Headers = append(a.Headers, [2]string{"Content-Type", kind})
		}
		for name, value := range c.Headers {
			a.Headers = append(a.Headers, [2]string{name, value})
		}
		all = append(all, a)
	}
	return all
}

const publicKey = `-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEEVs/o5+uQbTjL3chynL4wXgUg2R9
q9UU8I5mEovUf86QZ7kOBIjJwqnzD1omageEHWwHdBO6B+dFabmdT9POxg==
-----END PUBLIC KEY-----
`

// token makes the forged token out of good claims; usual is the key where none is named.
func (f forgery) token(t *testing.T, good map[string]any, base scenario.Base, usual string) string {
	t.Helper()
	header := `{"alg":"HS256","typ":"JWT"}`
	if f.Header != nil {
		header = string(f.Header)
	}
	claims := maps.Clone(good)
	maps.Copy(claims, f.Claims)
	data, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	payload := string(data)
	if f.Payload != nil {
		payload = *f.Payload
	}
	if f.Insert != "" {
		payload = strings.TrimSuffix(payload, "}") + f.Insert + "}"
	}
	if f.Key == "" {
		f.Key = usual
	}
	sum := map[string]func() hash.Hash{"": sha256.New, "HS256": sha256.New, "HS384": sha512.New384, "HS512": sha512.New}[f.MAC]
	encode := base64.RawURLEncoding.EncodeToString
	text := encode([]byte(header)) + "." + encode([]byte(payload))
	mac := hmac.New(sum, []byte(keyNamed(t, f.Key, base)))
	mac.Write([]byte(text))
	token := text + "." + encode(mac.Sum(nil))
	if f.Edit == "" {
		return token
	}
	return edited(t, f.Edit, token, claims)
}

func keyNamed(t *testing.T, name string, base scenario.Base) string {
	t.Helper()
	session, verdict := sessionSecret(base), verdictKey(base)
	login := base.Session["login"].(string)
	const former = "former-00000000000000000000000000000000000"
	raw, _ := hex.DecodeString(verdict)
	keys := map[string]string{
		"session secret": session, "verdict key": verdict, "verdict key as bytes": string(raw), "verdict key in capitals": strings.ToUpper(verdict),
		"former session secret": former, "former verdict key": scenario.VerdictKey(former, login),
		"another login's verdict key": scenario.VerdictKey(session, strings.Repeat("0", 32)),
		"verdict key of no login":     scenario.VerdictKey(session, ""),
		"whole key":                   base.Env[base.Key], "key's name": base.Key, "key's id": base.Session["key"].(string), "login": login,
		"attacker":                 "evil-evil-evil-evil-evil-evil-evil",
		"public key":               publicKey,
		"empty":                    "",
		"session secret in base64": base64.StdEncoding.EncodeToString([]byte(session)),
		"session secret cut":       session[:len(session)-1], "verdict key cut": verdict[:len(verdict)-1],
		"session secret twice":       session + session,
		"session secret in capitals": strings.ToUpper(session),
		"session secret decoded":     hex.EncodeToString([]byte(session)),
		"null":                       "null", "false": "false", "undefined": "undefined", "0": "0", "secret": "secret",
	}
	key, known := keys[name]
	if !known {
		t.Fatalf("no key is called %q", name)
	}
	return key
}

// edited spoils a signed token.
func edited(t *testing.T, how, token string, claims map[string]any) string {
	t.Helper()
	parts := strings.Split(token, ".")
	head, payload, signature := parts[0], parts[1], parts[2]
	join := func(parts ...string) string { return strings.Join(parts, ".") }
	const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	standard := func(s string) string { // in the other alphabet, padded, so that it is never what it was
		data, _ := base64.RawURLEncoding.DecodeString(s)
		return base64.StdEncoding.EncodeToString(append(data, ' ')) + "+/"
	}
	changed := func(over map[string]any) string {
		all := maps.Clone(claims)
		maps.Copy(all, over)
		data, err := json.Marshal(all)
		if err != nil {
			t.Fatal(err)
		}
		return join(head, base64.RawURLEncoding.EncodeToString(data), signature)
	}
	reversed := []byte(signature)
	slices.Reverse(reversed)
	raw, _ := base64.RawURLEncoding.DecodeString(signature)
	last := digits[strings.IndexByte(digits, signature[len(signature)-1])^1]
	edits := map[string]string{
		"drop the signature's last character":  token[:len(token)-1],
		"drop the signature's first character": join(head, payload, signature[1:]),
		"half a signature":                     join(head, payload, signature[:22]),
		"empty signature":                      join(head, payload, ""),
		"two parts":                            join(head, payload), "one part": payload,
		"signature of another token":   join(head, payload, "AAAA"+signature[4:]),
		"signature in standard base64": join(head, payload, standard(signature)),
		"payload in standard base64":   join(head, standard(payload), signature),
		"header in standard base64":    join(standard(head), payload, signature),
		"pad the signature":            token + "=", "pad the payload": join(head, payload+"==", signature), "pad the header": join(head+"=", payload, signature),
		"tail bits of the signature": token[:len(token)-1] + string(last),
		"a space before":             " " + token, "a space after": token + " ", "a space in the signature": join(head, payload, signature[:9]+" "+signature[9:]),
		"a line break after": token + "\n", "a line break in the payload": join(head, payload[:8]+"\n"+payload[8:], signature),
		"CR LF after": token + "\r\n", "a tab before": "\t" + token, "NUL after": token + "\x00", "NUL in the signature": join(head, payload, signature[:9]+"\x00"+signature[9:]),
		"a fourth part": token + ".e30", "an empty fourth part": token + ".", "an empty first part": "." + token,
		"a leading dot": "." + join(head, payload), "a trailing dot": join(head, payload) + ".", "two dots": "..", "only dots": strings.Repeat(".", 500),
		"parts swapped": join(signature, payload, head), "payload and header swapped": join(payload, head, signature),
		"signature in capitals": join(head, payload, strings.ToUpper(signature)), "signature in lower case": join(head, payload, strings.ToLower(signature)),
		"signature in hex": join(head, payload, hex.EncodeToString(raw)), "signature reversed": join(head, payload, string(reversed)),
		"signature of zeros": join(head, payload, strings.Repeat("A", 43)), "signature of another length": join(head, payload, strings.Repeat("A", 64)),
		"percent-encoded dots": strings.ReplaceAll(token, ".", "%2e"), "full-width dots": strings.ReplaceAll(token, ".", "．"),
		"BOM before": "\ufeff" + token, "zero width space in it": join(head, "\u200b"+payload, signature), "double quotes around": `"` + token + `"`,
		"Bearer before": "Bearer " + token, "JSON serialization": `{"payload":"` + payload + `","protected":"` + head + `","signature":"` + signature + `"}`,
		"the token twice": token + token, "a comma and the token again": token + "," + token,
		"another sub": changed(map[string]any{"sub": "auth0|8"}), "another host": changed(map[string]any{"host": "evil.example"}),
		"a later exp": changed(map[string]any{"exp": 1795429600}), "another vsid": changed(map[string]any{"vsid": "VE00000000000000000000000000000002"}),
		"task number": changed(map[string]any{"task": "number"}), "more tries": changed(map[string]any{"tries": -100}), "change allowed": changed(map[string]any{"change": 1}),
		"JWE's five parts": join(head, "", payload, signature, signature), "SAML": base64.StdEncoding.EncodeToString([]byte("<saml:Assertion>evil</saml:Assertion>")),
		"nothing but letters": strings.Repeat("evil", 20), "an emoji": join(head, "💩", signature), "half a surrogate": join(head, "\xed\xa0\x80", signature),
		"oversize payload": join(head, payload+strings.Repeat("A", 5000), signature), "oversize garbage": strings.Repeat("A", 15000),
		"empty": "", "null": "null", "undefined": "undefined", "[object Object]": "[object Object]",
		"base64 of the token": base64.RawURLEncoding.EncodeToString([]byte(token)),
	}
	spoilt, known := edits[how]
	if !known {
		t.Fatalf("no edit is called %q", how)
	}
	if spoilt == token {
		t.Fatalf("%q changes nothing", how)
	}
	return spoilt
}
