package smoke

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"phonegate/provision/fault"
)

// request is a login of nobody in particular.
func request() LoginRequest {
	return LoginRequest{
		Callbacks: []string{"https://elsewhere.example/callback", "http://127.0.0.1/callback"},
		Authorize: func(redirectURI string) string {
			return "https://acme.example/authorize?" + url.Values{"state": {"s1"}, "redirect_uri": {redirectURI}}.Encode()
		},
		Report: func(Stage) {},
	}
}

// visit calls the application as a browser would.
func visit(t *testing.T, address string) (int, string) {
	t.Helper()
	res, err := http.Get(address)
	if err != nil {
		t.Error(err)
		return 0, ""
	}
	defer func() { _ = res.Body.Close() }()
	body, _ := io.ReadAll(res.Body)
	return res.StatusCode, string(body)
}

func TestAHumanComesBackThroughTheLoopbackAddress(t *testing.T) {
	var opened *url.URL
	i := &Interactive{Open: func(_ context.Context, address string) error {
		opened, _ = url.Parse(address)
		back := opened.Query().Get("redirect_uri")
		for _, wrong := range []string{back + "?state=other&code=stolen", back + "x?state=s1&code=stolen", strings.Replace(back, "127.0.0.1", "localhost", 1) + "?state=s1&code=stolen"} {
			if status, _ := visit(t, wrong); status != 404 {
				t.Errorf("%s: status %d, want 404", wrong, status)
			}
		}
		if status, body := visit(t, back+"?state=s1&code=abc"); status != 200 || !strings.Contains(body, "You can close this window") {
			t.Errorf("status %d, body %s", status, body)
		}
		return nil
	}}
	req := request()
	req.SignUp = true
	result, err := i.Login(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	if result.Values.Get("code") != "abc" || result.Forms != -1 || !strings.HasPrefix(result.RedirectURI, "http://127.0.0.1:") {
		t.Errorf("result %+v", result)
	}
	if q := opened.Query(); q.Get("screen_hint") != "signup" || q.Get("prompt") != "login" {
		t.Errorf("opened %s", opened)
	}
	if _, err := net.DialTimeout("tcp", strings.TrimPrefix(strings.TrimSuffix(result.RedirectURI, "/callback"), "http://"), time.Second); err == nil {
		t.Error("the port is still open")
	}
}

func TestAHumanWhoHasASessionIsNotAskedAgain(t *testing.T) {
	i := &Interactive{Open: func(_ context.Context, address string) error {
		u, _ := url.Parse(address)
		if q := u.Query(); q.Has("prompt") || q.Has("screen_hint") {
			t.Errorf("opened %s", address)
		}
		visit(t, u.Query().Get("redirect_uri")+"?state=s1&error=access_denied")
		return nil
	}}
	if result, err := i.Login(t.Context(), request()); err != nil || result.Values.Get("error") != "access_denied" {
		t.Errorf("result %+v, error %v", result, err)
	}
}

func TestAHumansProgressIsSeenAtTheTenant(t *testing.T) {
	var mu sync.Mutex
	var reported []Stage
	seen := make(chan string, 1)
	i := &Interactive{Poll: time.Millisecond, Open: func(_ context.Context, address string) error {
		u, _ := url.Parse(address)
		seen <- u.Query().Get("redirect_uri")
		return nil
	}}
	req := request()
	looks := 0
	req.Seen = func(context.Context) (Stage, error) {
		if looks++; looks == 2 {
			return Begun, errors.New("too many requests")
		}
		return Stage(min(looks, 2)), nil
	}
	req.Report = func(s Stage) {
		mu.Lock()
		defer mu.Unlock()
		if reported = append(reported, s); s == AtForm {
			select {
			case back := <-seen:
				go visit(t, back+"?state=s1&code=abc")
			default:
			}
		}
	}
	if _, err := i.Login(t.Context(), req); err != nil {
		t.Fatal(err)
	}
	mu.Lock()
	defer mu.Unlock()
	if len(reported) < 2 || reported[0] != SignedUp || reported[1] != AtForm {
		t.Errorf("reported %v", reported)
	}
}

func TestAHumanWhoDoesNotComeBackIsGivenUpOn(t *testing.T) {
	i := &Interactive{Patience: time.Millisecond, Open: func(context.Context, string) error { return nil }}
	if _, err := i.Login(t.Context(), request()); fault.Of(err).Code != "smoke.nobody_came" {
		t.Errorf("error = %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	i = &Interactive{Open: func(context.Context, string) error { cancel(); return nil }}
	if _, err := i.Login(ctx, request()); fault.Of(err).Category != fault.Interrupted {
		t.Errorf("error = %v", err)
	}
}

func TestATakenPortGivesWayToTheNext(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	busy := "http://" + taken.Addr().String() + "/callback"
	listener, redirectURI, err := listen([]string{busy, "http://localhost/callback"})
	if err != nil {
		t.Fatal(err)
	}
	_ = listener.Close()
	if redirectURI == busy || !strings.HasPrefix(redirectURI, "http://localhost:") {
		t.Errorf("redirect URL %s", redirectURI)
	}
	if _, _, err := listen([]string{busy}); fault.Of(err).Code != "smoke.no_port" {
		t.Errorf("error = %v", err)
	}
}
