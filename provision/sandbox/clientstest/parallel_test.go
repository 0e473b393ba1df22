package clientstest

import (
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"phonegate/provision/sandbox"
)

// visitor is a person with a browser of their own, on the sandbox's own network.
type visitor struct {
	http *http.Client
}

func newVisitor(box *sandbox.Sandbox) (*visitor, error) {
	jar, err := cookiejar.New(nil)
	return &visitor{&http.Client{Transport: box.Network(), Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if r.URL.Path == "/callback" {
			return http.ErrUseLastResponse
		}
		return nil
	}}}, err
}

// send answers with the body, and with where the answer leads.
func (v *visitor) send(method, address string, form url.Values) (body string, at *url.URL, next string, err error) {
	r, err := http.NewRequest(method, address, strings.NewReader(form.Encode()))
	if err != nil {
		return "", nil, "", err
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	resp, err := v.http.Do(r)
	if err != nil {
		return "", nil, "", err
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	return string(text), resp.Request.URL, resp.Header.Get("Location"), err
}

var hidden = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)">`)

const (
	challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
	verifier  = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
)

// logIn signs a new user up and ends with the e-mail address in the tokens.
func logIn(box *sandbox.Sandbox, email string) (string, error) {
	v, err := newVisitor(box)
	if err != nil {
		return "", err
	}
	const tenant = "https://" + sandbox.Auth0Domain
	page, at, _, err := v.send("GET", tenant+"/authorize?"+url.Values{"client_id": {sandbox.AppClientID}, "redirect_uri": {sandbox.AppRedirectURI},
		"response_type": {"code"}, "scope": {"openid email"}, "state": {email}, "code_challenge": {challenge}, "code_challenge_method": {"S256"}}.Encode(), nil)
	if err != nil {
		return "", err
	}
	form := url.Values{"intent": {"signup"}, "email": {email}, "password": {"Correct-horse-7-battery"}}
	for _, m := range hidden.FindAllStringSubmatch(page, -1) {
		form.Set(html.UnescapeString(m[1]), html.UnescapeString(m[2]))
	}
	page, _, next, err := v.send("POST", at.String(), form)
	if err != nil {
		return "", err
	}
	back, err := url.Parse(next)
	if err != nil || back.Query().Get("code") == "" || back.Query().Get("state") != email {
		return "", fmt.Errorf("the login leads to %q: %.300s", next, page)
	}
	page, _, _, err = v.send("POST", tenant+"/oauth/token", url.Values{"grant_type": {"authorization_code"}, "client_id": {sandbox.AppClientID},
		"code": {back.Query().Get("code")}, "redirect_uri": {sandbox.AppRedirectURI}, "code_verifier": {verifier}})
	if err != nil {
		return "", err
	}
	var tokens struct {
		Access string `json:"access_token"`
	}
	if err := json.Unmarshal([]byte(page), &tokens); err != nil {
		return "", fmt.Errorf("%w in %.300s", err, page)
	}
	r, err := http.NewRequest("GET", tenant+"/userinfo", nil)
	if err != nil {
		return "", err
	}
	r.Header.Set("Authorization", "Bearer "+tokens.Access)
	resp, err := v.http.Do(r)
	if err != nil {
		return "", err
	}
	defer func() { _ = resp.Body.Close() }()
	var who struct {
		Email string `json:"email"`
	}
	err = json.NewDecoder(resp.Body).Decode(&who)
	return who.Email, err
}

// TestManyLoginsAtOnce signs up a thousand users (fewer under the race detector, which makes the JavaScript engine ten
// times slower), each through the login page and the seeded Action, while their
// records are being read.
func TestManyLoginsAtOnce(t *testing.T) {
	const atOnce = 200
	box := start(t, sandbox.Options{})
	began := time.Now()
	var group errgroup.Group
	group.SetLimit(atOnce)
	for i := range users {
		group.Go(func() error {
			email := fmt.Sprintf("user-%d@example.com", i)
			got, err := logIn(box, email)
			if err == nil && got != email {
				err = fmt.Errorf("%s is logged in as %q", email, got)
			}
			if i%100 == 0 {
				_ = box.State()
			}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d logins in %s", users, time.Since(began).Round(time.Millisecond))
	state := box.Auth0().State()
	if n := len(state["users"].([]any)); n != users {
		t.Errorf("%d users", n)
	}
	failed := 0
	for _, r := range box.World().Requests() {
		if r.Status >= 400 {
			failed++
		}
	}
	if failed > 0 {
		t.Errorf("%d requests were refused", failed)
	}
	emulated(t, box)
}
