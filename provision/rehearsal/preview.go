package rehearsal

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"phonegate/provision/fault"
	"phonegate/provision/ring"
	"phonegate/provision/sandbox/jsvm"
	"phonegate/provision/sandbox/phone"
	"phonegate/provision/sandbox/twilio"
	"phonegate/provision/sandbox/world"
	"phonegate/templates"
)

// PreviewForm serves the form on this computer as a user would meet it, until stop is called: the deployed
// code, run by the embedded runtime, in front of an emulated Verify service. Codes can be tried there; none is ever sent.
func PreviewForm(ctx context.Context, s templates.Settings) (address string, stop func(), err error) {
	files, err := templates.Form(s)
	if err != nil {
		return "", nil, err
	}
	w := world.New(world.Options{})
	const account, token = "AC00000000000000000000000000000000", "preview"
	verify := twilio.New(twilio.Options{World: w, Phone: phone.New(w), AccountSID: account, AuthToken: token})
	network := inProcess{verify}
	call := func(path string, form url.Values) (sid string, err error) {
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://verify.twilio.com/v2/"+path, strings.NewReader(form.Encode()))
		if err != nil {
			return "", err
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.SetBasicAuth(account, token)
		res, err := network.RoundTrip(r)
		if err != nil {
			return "", err
		}
		var made struct{ SID string }
		if err := json.NewDecoder(res.Body).Decode(&made); err != nil || made.SID == "" {
			return "", fmt.Errorf("the emulated Verify service answered %d to %s", res.StatusCode, path)
		}
		return made.SID, nil
	}
	service, err := call("Services", url.Values{"FriendlyName": {"Preview"}, "CodeLength": {fmt.Sprint(s.CodeLength)}})
	if err != nil {
		return "", nil, err
	}
	verification, err := call("Services/"+service+"/Verifications", url.Values{"To": {"+61491570156"}, "Channel": {"sms"}})
	if err != nil {
		return "", nil, err
	}

	key := ring.New(time.Now())
	key.APIKey, key.APISecret, key.Service = account, token, service
	env := map[string]string{key.Name(): key.Value(s.CodeCheck == "form")}
	form, err := jsvm.NewFunction(jsvm.Surroundings{Network: network, Now: w.Now, Sleep: w.Sleep}, module(files), env)
	if err != nil {
		return "", nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, fault.Wrap(err, fault.Failed, "preview.listen", "Check that programs may listen on 127.0.0.1.", "The preview can't be started: %s.", err)
	}
	now := time.Now()
	signed, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{
		"iat": now.Unix(), "exp": now.Add(10 * time.Minute).Unix(), "iss": s.Domain, "sub": "auth0|preview",
		"purpose": "phonegate/session", "host": s.Domain, "task": "code", "change": true,
		"vsid": verification, "hint": "56", "sent": now.Unix(), "sends": 1,
		"layout": ring.Layout, "key": key.ID, "login": strings.Repeat("0", 32), "check": s.CodeCheck, "digits": s.CodeLength,
	}).SignedString([]byte(key.Session))
	if err != nil {
		return "", nil, err
	}
	page := "/?" + url.Values{"session_token": {signed}, "state": {"preview"}}.Encode()
	server := &http.Server{ReadHeaderTimeout: 10 * time.Second, Handler: http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet && r.URL.RawQuery == "" { // an address that a person can read and type
			http.Redirect(rw, r, page, http.StatusSeeOther)
			return
		}
		form.ServeHTTP(rw, r)
	})}
	go func() { _ = server.Serve(listener) }()
	stop = func() { _ = server.Close() }
	context.AfterFunc(ctx, stop)
	return "http://" + listener.Addr().String() + "/", stop, nil
}

// module is the form's code among its files.
func module(files []templates.File) string {
	for _, f := range files {
		if strings.HasSuffix(f.Path, ".mjs") {
			return string(f.Data)
		}
	}
	return ""
}
