package smoke

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"time"

	"phonegate/provision/fault"
)

// Automatic is a person made of code: it reads the codes where it is told to and drives a browser without JavaScript. It
// goes through everything that a sandbox shows.
type Automatic struct {
	// HTTP is the road to the tenant and the form.
	HTTP http.RoundTripper
	// Codes is where the codes are read.
	Codes func(ctx context.Context, to string, since time.Time) (string, error)
	// Type asks a human for the code of a login instead, by the masked number, and says what was wrong with the last
	// one; nil to do without. A human may try as often as the form lets them.
	Type func(ctx context.Context, to, problem string) (string, error)
	// Now is the time at the providers; nil for time.Now.
	Now func() time.Time

	jar http.CookieJar
}

// pagesLimit is more than any login has, redirects included.
const pagesLimit = 40

// ReadCode implements Person.
func (a *Automatic) ReadCode(ctx context.Context, to string, since time.Time) (string, error) {
	return a.Codes(ctx, to, since)
}

// Login implements Person.
func (a *Automatic) Login(ctx context.Context, req LoginRequest) (LoginResult, error) {
	if len(req.Callbacks) == 0 {
		return LoginResult{}, fault.New(fault.Failed, "smoke.no_callback", "", "The live test's application has no callback URL.")
	}
	if a.jar == nil || req.Fresh {
		a.jar, _ = cookiejar.New(nil) // never fails
	}
	now := a.Now
	if now == nil {
		now = time.Now
	}
	b := &browser{http: a.HTTP, jar: a.jar, person: a, req: req, redirectURI: req.Callbacks[0], since: now()}
	if req.SignUp {
		if err := b.signUp(ctx); err != nil {
			return LoginResult{}, err
		}
		req.Report(SignedUp)
	}
	return b.login(ctx)
}

// browser goes through one login.
type browser struct {
	http        http.RoundTripper
	jar         http.CookieJar
	person      *Automatic
	req         LoginRequest
	redirectURI string
	since       time.Time

	forms int
	tried bool // a password was given
	coded int  // codes given
}

// signUp makes the user as Lock does, with the number among the fields that anybody may set.
func (b *browser) signUp(ctx context.Context) error {
	body := map[string]any{"client_id": b.req.ClientID, "connection": b.req.Connection, "email": b.req.Email, "password": b.req.Password}
	if b.req.SignUpNumber != "" {
		body["user_metadata"] = map[string]string{"phone_number": b.req.SignUpNumber}
	}
	res, text, err := b.postJSON(ctx, "/dbconnections/signup", body)
	if err != nil {
		return err
	}
	if res.StatusCode != 200 {
		return fault.New(fault.Failed, "smoke.signup", "Check that the connection allows sign-up and is enabled for the application.",
			"Auth0 refused the sign-up in %s: %s.", b.req.Connection, strings.TrimSuffix(refusalText(text, res.StatusCode), "."))
	}
	return nil
}

// refusalText is what Auth0's authentication API says in the body of a refusal.
func refusalText(body string, status int) string {
	var r struct {
		Description any    `json:"description"`
		Message     string `json:"message"`
		Error       string `json:"error"`
	}
	if json.Unmarshal([]byte(body), &r) == nil {
		if text, ok := r.Description.(string); ok && text != "" {
			return oneLine(text)
		}
		for _, text := range []string{r.Message, r.Error} {
			if text != "" {
				return oneLine(text)
			}
		}
	}
	return fmt.Sprintf("status %d", status)
}

// login begins at /authorize and does what each page asks for until the browser is sent to the application.
func (b *browser) login(ctx context.Context) (LoginResult, error) {
	next, err := http.NewRequestWithContext(ctx, http.MethodGet, b.req.Authorize(b.redirectURI), nil)
	if err != nil {
		return LoginResult{}, err
	}
	for range pagesLimit {
		page, back, err := b.load(next)
		if err != nil {
			return LoginResult{}, err
		}
		if back != nil {
			return LoginResult{RedirectURI: b.redirectURI, Values: back, Forms: b.forms}, nil
		}
		if page.again {
			next, err = page.reload(ctx)
		} else {
			next, err = b.answer(ctx, page)
		}
		if err != nil {
			return LoginResult{}, err
		}
	}
	return LoginResult{}, fault.New(fault.Failed, "smoke.no_end", "", "The login did not end after %d pages.", pagesLimit)
}

// load sends a request and follows redirects to a page, or to the application, which is not called.
func (b *browser) load(req *http.Request) (*shown, url.Values, error) {
	for range pagesLimit {
		if values, ok := b.application(req.URL); ok {
			return nil, values, nil
		}
		for _, c := range b.jar.Cookies(req.URL) {
			req.AddCookie(c)
		}
		req.Header.Set("Accept", "text/html")
		req.Header.Set("Accept-Language", "en")
		res, text, err := send(b.http, req)
		if err != nil {
			return nil, nil, err
		}
		b.jar.SetCookies(req.URL, res.Cookies())
		location := res.Header.Get("Location")
		if res.StatusCode/100 != 3 || location == "" {
			page := &shown{at: req.URL, status: res.StatusCode, text: text}
			page.after, page.again = refresh(res.Header)
			return page, nil, nil
		}
		to, err := req.URL.Parse(location)
		if err != nil {
			return nil, nil, fault.Wrap(err, fault.Failed, "smoke.redirect", "", "%s redirects to an invalid address.", req.URL.Host)
		}
		if req, err = http.NewRequestWithContext(req.Context(), http.MethodGet, to.String(), nil); err != nil {
			return nil, nil, err
		}
	}
	return nil, nil, fault.New(fault.Failed, "smoke.no_end", "", "The login was redirected %d times in a row.", pagesLimit)
}

// application says whether an address is the application's, and with what it is called.
func (b *browser) application(u *url.URL) (url.Values, bool) {
	want, err := url.Parse(b.redirectURI)
	if err != nil || u.Scheme != want.Scheme || u.Host != want.Host || u.Path != want.Path {
		return nil, false
	}
	return u.Query(), true
}

// answer does what a page asks for.
func (b *browser) answer(ctx context.Context, page *shown) (*http.Request, error) {
	all := forms(page.text)
	if sameHost(page.at, b.req.FormURL) {
		return b.answerForm(ctx, page, all)
	}
	for _, f := range all {
		if intent, _ := f.field("intent"); f.has("password") && intent.value != "signup" {
			return b.password(ctx, page, f)
		}
	}
	for _, f := range all {
		if _, waits := f.field("wresult"); waits {
			return b.post(ctx, page, f, nil) // a form that JavaScript would post at once
		}
	}
	if page.status == 200 && page.at.Path == "/login" && len(all) == 0 {
		return b.lock(ctx, page)
	}
	return nil, pageFault(page)
}

func sameHost(u *url.URL, address string) bool {
	other, err := url.Parse(address)
	return err == nil && strings.EqualFold(u.Host, other.Host)
}

func pageFault(page *shown) error {
	said := heading(page.text)
	if said == "" {
		said = fmt.Sprintf("status %d", page.status)
	}
	return fault.New(fault.Failed, "smoke.page", "", "The login stopped at %s: %s", page.at.Host+page.at.Path, said)
}

// password gives user name and password on the hosted login page.
func (b *browser) password(ctx context.Context, page *shown, f htmlForm) (*http.Request, error) {
	if b.tried {
		return nil, pageFault(page)
	}
	b.tried = true
	values := url.Values{"password": {b.req.Password}}
	for _, name := range []string{"email", "username"} {
		if _, ok := f.field(name); ok {
			values.Set(name, b.req.Email)
		}
	}
	return b.post(ctx, page, f, values)
}

// lock does what Lock's JavaScript does on a custom login page.
func (b *browser) lock(ctx context.Context, page *shown) (*http.Request, error) {
	if b.tried {
		return nil, pageFault(page)
	}
	b.tried = true
	q := page.at.Query()
	res, text, err := b.postJSON(ctx, "/usernamepassword/login", map[string]any{
		"client_id": b.req.ClientID, "connection": b.req.Connection, "username": b.req.Email, "password": b.req.Password,
		"state": q.Get("state"), "redirect_uri": q.Get("redirect_uri"), "response_type": q.Get("response_type"), "scope": q.Get("scope"),
	})
	if err != nil {
		return nil, err
	}
	all := forms(text)
	if res.StatusCode != 200 || len(all) == 0 {
		return nil, fault.New(fault.Failed, "smoke.password", "", "Auth0 rejected the password that the user signed up with: %s.", strings.TrimSuffix(refusalText(text, res.StatusCode), "."))
	}
	return b.post(ctx, page, all[0], nil)
}

// answerForm types the number or the code on the form's page, or goes on from its last page.
func (b *browser) answerForm(ctx context.Context, page *shown, all []htmlForm) (*http.Request, error) {
	b.forms++
	b.req.Report(AtForm)
	for _, f := range all {
		if to, err := page.at.Parse(f.action); err == nil && to.Path == "/continue" && sameHost(to, "https://"+b.req.Domain) {
			b.req.Report(CodeSent)
			return b.post(ctx, page, f, nil)
		}
	}
	for _, f := range all {
		if _, asks := f.field("number"); asks && b.coded == 0 && page.status == 200 {
			return b.post(ctx, page, f, url.Values{"number": {b.req.Number}, "intent": {"number"}})
		}
		if _, asks := f.field("code"); asks && (b.coded == 0 || b.person.Type != nil) {
			b.coded++
			code, err := b.code(ctx, page)
			if err != nil {
				return nil, err
			}
			return b.post(ctx, page, f, url.Values{"code": {code}, "intent": {"check"}})
		}
	}
	return nil, pageFault(page)
}

// code is what is typed on the form.
func (b *browser) code(ctx context.Context, page *shown) (string, error) {
	if b.person.Type == nil {
		return b.person.ReadCode(ctx, b.req.Number, b.since)
	}
	return b.person.Type(ctx, Masked(b.req.Number), alert(page.text))
}

// post submits a form with what was typed.
func (b *browser) post(ctx context.Context, page *shown, f htmlForm, typed url.Values) (*http.Request, error) {
	to, err := page.at.Parse(f.action)
	if err != nil || f.method != "post" {
		return nil, errors.Join(err, fmt.Errorf("the form on %s can't be submitted", page.at.Host))
	}
	if strings.HasPrefix(f.action, "?") {
		to.RawQuery = strings.TrimPrefix(f.action, "?")
	}
	values := f.values()
	for name, v := range typed {
		values[name] = v
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to.String(), strings.NewReader(values.Encode()))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Origin", page.at.Scheme+"://"+page.at.Host)
	site := "cross-site"
	if to.Host == page.at.Host {
		site = "same-origin"
	}
	req.Header.Set("Sec-Fetch-Site", site)
	return req, nil
}

// postJSON calls the tenant's authentication API.
func (b *browser) postJSON(ctx context.Context, path string, body any) (*http.Response, string, error) {
	data, err := json.Marshal(body)
	if err != nil {
		return nil, "", err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://"+b.req.Domain+path, bytes.NewReader(data))
	if err != nil {
		return nil, "", err
	}
	req.Header.Set("Content-Type", "application/json")
	for _, c := range b.jar.Cookies(req.URL) {
		req.AddCookie(c)
	}
	res, text, err := send(b.http, req)
	if err == nil {
		b.jar.SetCookies(req.URL, res.Cookies())
	}
	return res, text, err
}
