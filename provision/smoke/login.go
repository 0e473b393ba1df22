package smoke

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"strings"
	"sync"

	"phonegate/provision/auth0"
	"phonegate/provision/fault"
)

// loginUser is the user that a test signs up.
type loginUser struct {
	email, password string
	id              string // once it is known
	number          string // once it is known
}

// flow is one request for tokens, with what is kept back to check the answer (RFC 7636, OpenID Connect).
type flow struct{ verifier, state, nonce string }

func newFlow() flow { return flow{random(32), random(16), random(16)} }

// random is n random bytes as text that is safe in an address.
func random(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails: crypto/rand ends the process instead
	return base64.RawURLEncoding.EncodeToString(b)
}

// login goes through a first login with sign-up and code, looks at what it left behind, and logs in again.
func (r *run) login(ctx context.Context) error {
	mark := make([]byte, 4)
	_, _ = rand.Read(mark)
	r.user = loginUser{email: "phonegate-smoke-" + hex.EncodeToString(mark) + "@example.com", password: "Sm0ke-" + random(18)}
	err := r.loginSteps(ctx)
	if err != nil {
		r.skipBut(stepCleanup, "not reached: "+r.broken+" failed")
	}
	after, stop := aftermath(ctx)
	defer stop()
	if bad := r.step(after, stepCleanup, "deleting the test's user", r.cleanup); err == nil {
		err = bad
	}
	return err
}

func (r *run) loginSteps(ctx context.Context) error {
	f := newFlow()
	result, err := r.firstLogin(ctx, f)
	if err != nil {
		return err
	}
	err = r.step(ctx, stepTokens, "exchanging the code", func(ctx context.Context) (string, error) {
		claims, err := r.tokens(ctx, f, result)
		if err != nil {
			return "", err
		}
		r.user.id = claims.Subject
		return "ID token signed by " + r.Domain, nil
	})
	if err == nil {
		err = r.step(ctx, stepRecord, "reading the user", r.record)
	}
	if err == nil {
		err = r.step(ctx, stepSecond, "logging in again", func(ctx context.Context) (string, error) {
			return r.secondLogin(ctx, result.Forms >= 0)
		})
	}
	return err
}

// request is a login of the test's user.
func (r *run) request(f flow) LoginRequest {
	challenge := sha256.Sum256([]byte(f.verifier))
	return LoginRequest{
		Domain: r.Domain, Connection: r.Connection, ClientID: r.ClientID, FormURL: r.FormURL, Callbacks: r.Callbacks,
		Email: r.user.email, Password: r.user.password, Number: r.To,
		Authorize: func(redirectURI string) string {
			return "https://" + r.Domain + "/authorize?" + url.Values{
				"response_type": {"code"}, "client_id": {r.ClientID}, "redirect_uri": {redirectURI}, "scope": {"openid profile email"},
				"connection": {r.Connection}, "login_hint": {r.user.email}, "state": {f.state}, "nonce": {f.nonce},
				"code_challenge": {base64.RawURLEncoding.EncodeToString(challenge[:])}, "code_challenge_method": {"S256"},
			}.Encode()
		},
		Report: func(Stage) {},
	}
}

// ladder are the steps of a first login and what each says when it is done; each ends where the next begins.
type ladder struct {
	r    *run
	mu   sync.Mutex
	rung int
}

var rungs = []struct{ step, doing, done string }{
	{stepSignup, "", ""},
	{stepRedirect, "waiting for the form", ""},
	{stepCode, "waiting for the code to be typed", "the form accepted the code"},
	{stepContinue, "back to Auth0", "the Action let the user in"},
}

// reach ends the steps before the stage and begins the one after it.
func (l *ladder) reach(s Stage) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for ; l.rung < min(int(s), len(rungs)); l.rung++ {
		at := rungs[l.rung]
		detail := at.done
		switch at.step {
		case stepSignup:
			detail = l.r.user.email
		case stepRedirect:
			detail = host(l.r.FormURL)
		}
		l.r.done(at.step, detail)
		if l.rung+1 < len(rungs) {
			l.r.start(rungs[l.rung+1].step, rungs[l.rung+1].doing)
		}
	}
}

// fall ends the step under way with an error.
func (l *ladder) fall(err error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	at := rungs[min(l.rung, len(rungs)-1)]
	l.rung = len(rungs)
	return l.r.fail(at.step, err)
}

// firstLogin signs up and goes by the form.
func (r *run) firstLogin(ctx context.Context, f flow) (LoginResult, error) {
	l := &ladder{r: r}
	req := r.request(f)
	req.SignUp, req.Fresh, req.Report, req.Seen = true, true, l.reach, r.seen
	if r.Capture != "form" {
		req.SignUpNumber = r.To
	}
	r.start(stepSignup, r.user.email)
	result, err := r.Person.Login(ctx, req)
	if err == nil {
		err = r.refusal(f, result)
	}
	if err == nil && result.Forms == 0 {
		l.reach(SignedUp)
		err = fault.New(fault.Failed, "smoke.no_form_shown", "Run phonegate doctor to check that the Action is in the post-login flow, and check that enforce does not leave this user out.",
			"Auth0 let the user in without sending them to the form.")
	}
	if err != nil {
		return LoginResult{}, l.fall(err)
	}
	l.reach(Back)
	r.typed = result.Forms > 0
	return result, nil
}

// refusal is what the application was told instead of a code.
func (r *run) refusal(f flow, result LoginResult) error {
	v := result.Values
	if v.Get("state") != f.state {
		return fault.New(fault.Failed, "smoke.state", "Run the test again and finish the login in the window that it opened.", "The login that came back is not the one that the test started.")
	}
	if v.Get("error") != "" {
		return denied(r.Tenant, v.Get("error"), v.Get("error_description"))
	}
	if v.Get("code") == "" {
		return fault.New(fault.Failed, "smoke.no_code", "", "Auth0 sent the user back without a code.")
	}
	return nil
}

// denied explains an error at the callback. The Action's reasons begin with a code of their own.
func denied(tenant, code, description string) error {
	hints := map[string]string{
		"phone_token":    "The form and the Action may have different keys. Run phonegate rotate --tenant " + tenant + " to give both a new one.",
		"phone_config":   "The Action lacks a secret. Run phonegate apply --tenant " + tenant + ".",
		"phone_provider": "Twilio refused or did not respond. Run phonegate doctor --tenant " + tenant + ".",
		"phone_country":  "Add the number's country to countries in phonegate.yaml, or use another number.",
		"phone_invalid":  "Include the number's country code.",
		"phone_missing":  "Sign-up passed on no number. Check that the login page asks for it.",
	}
	reason, _, _ := strings.Cut(description, ":")
	if hint, ok := hints[reason]; ok {
		return fault.New(fault.Failed, "action."+reason, hint, "The login was denied: %s", oneLine(description))
	}
	if strings.HasPrefix(reason, "phone_") && !strings.Contains(reason, " ") {
		return fault.New(fault.Failed, "action."+reason, "Run phonegate doctor --tenant "+tenant+".", "The login was denied: %s", oneLine(description))
	}
	return fault.New(fault.Failed, "smoke.refused", "Look in the tenant log (Auth0 dashboard > Monitoring > Logs).", "Auth0 ended the login with %s: %s", code, oneLine(description))
}

// seen asks the tenant how far the login has come.
func (r *run) seen(ctx context.Context) (Stage, error) {
	u, err := r.Auth0.FindUser(ctx, r.user.email)
	switch {
	case err != nil || u == nil:
		return Begun, err
	case u.AppMetadata["phone_number_verified"] == true:
		return CodeSent, nil
	case u.AppMetadata["phone_verification"] != nil:
		return AtForm, nil
	}
	return SignedUp, nil
}

// secondLogin logs in again with the session and, if the person drives the browser alone, with the password: neither may lead
// to the form or send a text.
func (r *run) secondLogin(ctx context.Context, alone bool) (string, error) {
	texts := 0
	if r.Texts != nil {
		texts = r.Texts()
	}
	for _, fresh := range []bool{false, true} {
		if fresh && !alone {
			break
		}
		f := newFlow()
		req := r.request(f)
		req.Fresh = fresh
		result, err := r.Person.Login(ctx, req)
		if err == nil {
			err = r.refusal(f, result)
		}
		if err != nil {
			return "", err
		}
		if result.Forms > 0 {
			return "", fault.New(fault.Failed, "smoke.asked_again", "Run phonegate apply --tenant "+r.Tenant+" and test again.", "A verified user was asked for a code again.")
		}
		if _, err := r.tokens(ctx, f, result); err != nil {
			return "", err
		}
	}
	if r.Texts != nil && r.Texts() != texts {
		return "", fault.New(fault.Failed, "smoke.texted_again", "Run phonegate apply --tenant "+r.Tenant+" and test again.", "A verified user got another text.")
	}
	if !alone {
		return "no code asked, with the session", nil
	}
	return "no code asked, with the session and with the password", nil
}

// cleanup deletes the test's user, and no other.
func (r *run) cleanup(ctx context.Context) (string, error) {
	byHand := "Delete the user " + r.user.email + " in the dashboard under User Management > Users."
	var u *auth0.User
	var err error
	if r.user.id != "" {
		u, err = r.Auth0.GetUser(ctx, r.user.id)
	} else {
		u, err = r.Auth0.FindUser(ctx, r.user.email)
	}
	if err != nil {
		return "", leftBehind(err, byHand)
	}
	if u == nil {
		return "nothing to delete", nil
	}
	if !strings.EqualFold(u.Email, r.user.email) {
		return "the user you logged in with stays: the test did not create it", nil
	}
	if err := r.Auth0.DeleteUser(ctx, u.ID); err != nil {
		return "", leftBehind(err, byHand)
	}
	return "user deleted", nil
}

// leftBehind adds to an error what is left to be done by hand.
func leftBehind(err error, byHand string) error {
	f := fault.Of(err)
	return fault.Wrap(err, f.Category, f.Code, byHand, "The test's user could not be deleted: %s", f.Message)
}
