package templates_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"phonegate/provision/sandbox/jsvm"
	"phonegate/templates"
	"phonegate/templates/scenario"
)

// standIn is Twilio to the code under test: it answers every call alike and remembers what was called.
type standIn struct {
	answer string

	mu       sync.Mutex
	calls    []string
	to, code string // of the last call
}

func (s *standIn) RoundTrip(r *http.Request) (*http.Response, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, r.Method+" "+r.URL.String())
	if r.Body != nil {
		if err := r.ParseForm(); err != nil {
			return nil, err
		}
		s.to, s.code = r.PostForm.Get("To"), r.PostForm.Get("Code")
	}
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(strings.NewReader(s.answer)), Request: r}, nil
}

// taken are the calls since it was last asked.
func (s *standIn) taken() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	calls := s.calls
	s.calls = nil
	return calls
}

// pendingCheck is Twilio's answer to a wrong code.
const pendingCheck = `{"sid":"VE00000000000000000000000000000001","status":"pending","valid":false,"to":"+61412345634"}`

// runtime is the embedded runtime at the scenarios' time, with a network of nothing but the stand-in.
func runtime(t testing.TB, base scenario.Base, twilio *standIn) jsvm.Surroundings {
	t.Helper()
	at, err := time.Parse(time.RFC3339, base.Now)
	if err != nil {
		t.Fatal(err)
	}
	return jsvm.Surroundings{Network: twilio, Now: func() time.Time { return at },
		Sleep: func(ctx context.Context, d time.Duration) error {
			select {
			case <-time.After(d):
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}}
}

// newForm is the form of the settings in the embedded runtime.
func newForm(t testing.TB, base scenario.Base, s templates.Settings, twilio *standIn) *jsvm.Function {
	t.Helper()
	files, err := templates.Form(s)
	if err != nil {
		t.Fatal(err)
	}
	form, err := jsvm.NewFunction(runtime(t, base, twilio), string(files[0].Data), base.Env)
	if err != nil {
		t.Fatal(err)
	}
	form.Log = func(line string) { t.Errorf("the form wrote to the console or crashed: %s", line) }
	t.Cleanup(form.Close)
	return form
}

func load(t testing.TB) scenario.Suite {
	t.Helper()
	suite, err := scenario.Load()
	if err != nil {
		t.Fatal(err)
	}
	return suite
}

// sessionSecret is the base's.
func sessionSecret(base scenario.Base) string { return base.SessionSecret(base.Env, "") }

// verdictKey is of the base's login.
func verdictKey(base scenario.Base) string { return base.AnswerSecret(scenario.Answer{}, base.Env) }

// signed is a token of the claims, over the base's where they say nothing else.
func signed(t testing.TB, claims map[string]any, secret string, over map[string]any) string {
	t.Helper()
	all := map[string]any{}
	for _, layer := range []map[string]any{claims, over} {
		for k, v := range layer {
			all[k] = v
		}
	}
	payload, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	return signedText(`{"alg":"HS256","typ":"JWT"}`, string(payload), secret)
}

// signedText is a token of exactly these texts.
func signedText(header, payload, secret string) string {
	text := base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + base64.RawURLEncoding.EncodeToString([]byte(payload))
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(text))
	return text + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

func get(query url.Values, languages string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "https://form.test/?"+query.Encode(), nil)
	r.Header.Set("Accept-Language", languages)
	return r
}

func post(fields url.Values, languages string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "https://form.test/", bytes.NewReader([]byte(fields.Encode())))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Accept-Language", languages)
	return r
}

func ask(h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, r)
	return rec
}
