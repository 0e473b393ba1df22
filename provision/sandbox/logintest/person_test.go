package logintest

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"phonegate/provision/sandbox"
)

const (
	password = "Correct-horse-7-battery"
	// RFC 7636, appendix B.
	verifier  = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
	challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
)

// Pages of the form by their headings.
const (
	codePage    = "Check your phone"
	numberPage  = "Your phone number"
	donePage    = "One moment"
	momentPage  = "One moment" // with status 409: what is missing here may be on its way
	expiredPage = "This page has expired"
	usedPage    = "This code is no longer valid"
	triesPage   = "Too many wrong codes"
	invalidPage = "This link doesn’t work"
)

// person has a browser, a phone, and an account or not yet.
type person struct {
	*browser
	scene         *scene
	email, number string
	client        string // the application that they sign in to
	entries       int    // how often the story let them in
	proven        string // the number that the story let them prove
}

// newcomer is somebody without an account, at home: with an address that nobody else has.
func (c *scene) newcomer() *person {
	c.people++
	p := &person{
		browser: newBrowser(c.t, c.box), scene: c, client: sandbox.AppClientID,
		email: fmt.Sprintf("user%d@example.com", c.people), number: fmt.Sprintf("+61412%06d", c.people),
	}
	p.ip = fmt.Sprintf("198.18.%d.%d", c.people/256, c.people%256) // RFC 2544: nobody's
	c.cast = append(c.cast, p)
	return p
}

// atTheForm is a newcomer who has signed up and been sent a code.
func (c *scene) atTheForm() *person {
	c.t.Helper()
	p := c.newcomer()
	p.signUp()
	p.sees(200, codePage)
	return p
}

// verified is somebody who has proven their number; the calls that this took are not the story's.
func (c *scene) verified() *person {
	c.t.Helper()
	p := c.atTheForm()
	p.types(p.newestCode())
	p.continue_()
	p.getsIn()
	c.since = len(c.box.World().Requests())
	return p
}

// ---- What a person does

func (p *person) authorize(more ...string) {
	p.t.Helper()
	q := url.Values{
		"client_id": {p.client}, "redirect_uri": {callback}, "response_type": {"code"}, "scope": {"openid profile email offline_access"},
		"state": {"app-state"}, "code_challenge": {challenge}, "code_challenge_method": {"S256"},
	}
	for i := 0; i < len(more); i += 2 {
		q.Set(more[i], more[i+1])
	}
	p.ended = nil
	p.get("https://" + sandbox.Auth0Domain + "/authorize?" + q.Encode())
}

// signUp makes the account with the number in the sign-up field.
func (p *person) signUp() {
	p.t.Helper()
	p.signUpWith("phone_number", p.number)
}

func (p *person) signUpWith(more ...string) {
	p.t.Helper()
	p.authorize()
	p.submit("signup", append([]string{"email", p.email, "password", password}, more...)...)
}

// signUpBehindThePage makes the account as a script would: no field's check applies.
func (p *person) signUpBehindThePage(metadata any) {
	p.t.Helper()
	body := map[string]any{"client_id": p.client, "connection": p.scene.spec.Auth0.Connection, "email": p.email, "password": password}
	if metadata != nil {
		body["user_metadata"] = metadata
	}
	if status := p.scene.call(p.t, http.MethodPost, "/dbconnections/signup", body, nil); status != 200 {
		p.t.Fatalf("the sign-up was answered with %d", status)
	}
}

// logIn signs in with the password, in a browser that knows nothing.
func (p *person) logIn() {
	p.t.Helper()
	p.forgetCookies()
	p.authorize()
	p.submit("login", "email", p.email, "password", password)
}

// types enters a code on the form. Where the form takes it, the page that leads back to Auth0 is on the screen.
func (p *person) types(code string) { p.t.Helper(); p.submit("", "intent", "check", "code", code) }

// presses another button of the form.
func (p *person) presses(intent string, filled ...string) {
	p.t.Helper()
	p.submit("", append([]string{"intent", intent}, filled...)...)
}

// continue_ lets the last page of the form lead back to Auth0.
func (p *person) continue_() {
	p.t.Helper()
	p.sees(200, donePage)
	p.submit("")
}

// enters a code and goes on, where the form does not refuse it.
func (p *person) enters(code string) {
	p.t.Helper()
	p.types(code)
	if p.heading() == donePage {
		p.continue_()
	}
}

// edits their own user_metadata, as the application may let them.
func (p *person) edits(metadata map[string]any) {
	p.t.Helper()
	p.scene.management(p.t, http.MethodPatch, "/users/"+url.PathEscape(p.profile().ID), map[string]any{"user_metadata": metadata}, nil)
}

// grant asks for tokens without a browser.
func (p *person) grant(fields map[string]string) (status int, answer map[string]any) {
	p.t.Helper()
	fields["client_id"] = p.client
	status = p.scene.call(p.t, http.MethodPost, "/oauth/token", fields, &answer)
	return status, answer
}

// redeem gets the tokens of the last login.
func (p *person) redeem() map[string]any {
	p.t.Helper()
	status, tokens := p.grant(map[string]string{
		"grant_type": "authorization_code", "code": p.ended.Get("code"), "redirect_uri": callback, "code_verifier": verifier})
	if status != 200 {
		p.t.Fatalf("the code was answered with %d: %v", status, tokens)
	}
	return tokens
}

// ---- What a person sees

// sees holds the form's page on the screen to its status and heading.
func (p *person) sees(status int, heading string) {
	p.t.Helper()
	if p.at.Host != p.scene.formHost || p.status != status || p.heading() != heading {
		p.t.Fatalf("at %s (%d) reading %q, problem %q, login ended %v; not at the form (%d) reading %q",
			p.at.Host+p.at.Path, p.status, p.heading(), p.problem(), p.ended, status, heading)
	}
	if heading != donePage && strings.Contains(p.page, "data-go>") {
		p.t.Error("the page leads on")
	}
}

// offers says whether the page has a button for the intent.
func (p *person) offers(intent string) bool {
	return strings.Contains(p.page, `name="intent" value="`+intent+`"`)
}

// isTold holds the page's problem to its beginning.
func (p *person) isTold(beginning string) {
	p.t.Helper()
	if !strings.HasPrefix(p.problem(), beginning) {
		p.t.Errorf("the page says %q, not %q", p.problem(), beginning)
	}
}

// getsIn holds the last login to having ended with a code, and the profile to the proven number.
func (p *person) getsIn() {
	p.t.Helper()
	p.getsInUnverified()
	p.proven = p.number
	p.recordIs()
}

// getsInUnverified is for those who are not asked.
func (p *person) getsInUnverified() {
	p.t.Helper()
	if p.ended.Get("code") == "" || p.ended.Get("state") != "app-state" || p.ended.Has("error") {
		p.t.Fatalf("the login did not end well: %v; at %s (%d) reading %q, problem %q", p.ended, p.at.Host+p.at.Path, p.status, p.heading(), p.problem())
	}
	p.entries++
}

// isDenied holds the last login to having ended with the reason.
func (p *person) isDenied(reason string) {
	p.t.Helper()
	if p.ended.Get("error") != "access_denied" || !strings.HasPrefix(p.ended.Get("error_description"), reason+": ") || p.ended.Has("code") {
		p.t.Fatalf("the login did not end with %s: %v; at %s (%d) reading %q", reason, p.ended, p.at.Host+p.at.Path, p.status, p.heading())
	}
	p.stillOut()
}

// isStoppedByAuth0 holds /continue to Auth0's own error page.
func (p *person) isStoppedByAuth0() {
	p.t.Helper()
	if p.at.Host != sandbox.Auth0Domain || p.status != 400 || !strings.Contains(p.page, "invalid_request") {
		p.t.Fatalf("at %s (%d) reading %q, login ended %v; not at Auth0's error page", p.at.Host+p.at.Path, p.status, p.heading(), p.ended)
	}
	p.stillOut()
}

// stillOut says that nothing more was reached than the story has said: no further code, no other record.
func (p *person) stillOut() {
	p.t.Helper()
	if len(p.codes) != p.entries {
		p.t.Errorf("%d authorization codes reached the application, not %d", len(p.codes), p.entries)
	}
	p.recordIs()
}

// settle is the last word on a person.
func (p *person) settle() {
	p.t.Helper()
	p.stillOut()
	if unique := slices.Compact(slices.Sorted(slices.Values(p.codes))); len(unique) != len(p.codes) {
		p.t.Error("an authorization code came twice")
	}
}

// profile is the user as Auth0 holds it.
type profile struct {
	ID           string         `json:"user_id"`
	AppMetadata  map[string]any `json:"app_metadata"`
	UserMetadata map[string]any `json:"user_metadata"`
}

func (p *person) profile() profile {
	p.t.Helper()
	var found []profile
	p.scene.management(p.t, http.MethodGet, "/users-by-email?email="+url.QueryEscape(p.email), nil, &found)
	if len(found) == 0 {
		return profile{}
	}
	return found[0]
}

// recordIs holds app_metadata to the number that was proven, and to no record if none was.
func (p *person) recordIs() {
	p.t.Helper()
	record := p.profile().AppMetadata
	if p.proven == "" {
		for _, key := range []string{"phone_number", "phone_number_verified", "phone_number_verified_at"} {
			if value, ok := record[key]; ok {
				p.t.Errorf("nothing was proven, but app_metadata has %s: %v", key, value)
			}
		}
		return
	}
	if at, _ := record["phone_number_verified_at"].(string); record["phone_number"] != p.proven || record["phone_number_verified"] != true || at == "" {
		p.t.Errorf("%s was proven, but app_metadata is %v", p.proven, record)
	}
}

// hasTexts counts the messages that have come to the person's number.
func (p *person) hasTexts(n int) {
	p.t.Helper()
	if got := len(p.scene.box.Phone().Messages(p.number)); got != n {
		p.t.Errorf("the phone has got %d messages, not %d", got, n)
	}
}

// newestCode is what the phone shows.
func (p *person) newestCode() string {
	p.t.Helper()
	all := p.scene.box.Phone().Messages(p.number)
	if len(all) == 0 {
		p.t.Fatal("the phone has no message")
	}
	return all[0].Code
}

// wrongCode is a code that is not the right one; n tells wrong codes apart.
func (p *person) wrongCode(n int) string {
	p.t.Helper()
	code := fmt.Sprintf("%06d", n)
	if code == p.newestCode() {
		return "999999"
	}
	return code
}
