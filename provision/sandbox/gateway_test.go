package sandbox

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

const formHost = "acme-dev-verify.vercel.app"

// stage has a stand-in form behind a door of its own and returns what the form saw.
func stage(t *testing.T, answer http.HandlerFunc) (s *Sandbox, door string, seen *http.Request) {
	t.Helper()
	s = start(t, Options{})
	seen = new(http.Request)
	s.Mount(formHost, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		*seen = *r.Clone(r.Context())
		answer(rw, r)
	}))
	s.deployed(formHost)
	if door = s.Door(formHost); door == "" {
		t.Fatal("no door was opened")
	}
	return s, door, seen
}

func TestDoorsTranslateWhatGoesOut(t *testing.T) {
	s, door, _ := stage(t, func(rw http.ResponseWriter, _ *http.Request) {
		h := rw.Header()
		h.Set("Location", "https://"+Auth0Domain+"/continue?state=a&back=https%3A%2F%2F"+formHost)
		h.Set("Content-Security-Policy", "default-src 'none'; upgrade-insecure-requests; form-action 'self' https://"+Auth0Domain+"; img-src https://cdn.example.com")
		h.Set("Strict-Transport-Security", "max-age=63072000")
		h.Add("Set-Cookie", "a=1; Path=/; Secure; HttpOnly; SameSite=None; Domain="+formHost)
		h.Add("Set-Cookie", "b=2; Secure; Partitioned; SameSite=Strict")
		h.Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(rw, `<form action="https://`+Auth0Domain+`/continue"><script>x="https:\/\/`+Auth0Domain+`\/u"</script>
<a href="https://`+Auth0Domain+`.example.com/">not ours</a> Log in at https://`+Auth0Domain+`.`)
	})
	tenant := s.Door(Auth0Domain)
	res, text := fetch(t, direct(t), "GET", door+"/")
	want := map[string]string{
		"Location":                tenant + "/continue?state=a&back=https%3A%2F%2F" + formHost,
		"Content-Security-Policy": "default-src 'none'; form-action 'self' " + tenant + "; img-src https://cdn.example.com",
		// gone, because it would lock browsers out of the door
		"Strict-Transport-Security": "",
	}
	for name, value := range want {
		if got := res.Header.Get(name); got != value {
			t.Errorf("%s: %q, want %q", name, got, value)
		}
	}
	if got := strings.Join(res.Header.Values("Set-Cookie"), "|"); got != "a=1; Path=/; HttpOnly; SameSite=Lax|b=2; SameSite=Strict" {
		t.Errorf("cookies %q", got)
	}
	escaped := strings.ReplaceAll(tenant, "/", `\/`)
	if want := `<form action="` + tenant + `/continue"><script>x="` + escaped + `\/u"</script>
<a href="https://` + Auth0Domain + `.example.com/">not ours</a> Log in at ` + tenant + `.`; text != want {
		t.Errorf("body:\n%s\nwant:\n%s", text, want)
	}
}

func TestDoorsTranslateWhatComesIn(t *testing.T) {
	s, door, seen := stage(t, func(http.ResponseWriter, *http.Request) {})
	tenant := s.Door(Auth0Domain)
	fetch(t, direct(t), "GET", door+"/check?x=1", func(r *http.Request) {
		r.Header.Set("Origin", tenant)
		r.Header.Set("Referer", door+"/?state=a")
	})
	if seen.Host != formHost || seen.URL.Path != "/check" || seen.URL.RawQuery != "x=1" ||
		seen.Header.Get("Origin") != "https://"+Auth0Domain || seen.Header.Get("Referer") != "https://"+formHost+"/?state=a" {
		t.Errorf("the form saw %s %s %v", seen.Host, seen.URL, seen.Header)
	}
	fetch(t, direct(t), "GET", door+"/", func(r *http.Request) { r.Header.Set("Origin", "https://evil.example") })
	if seen.Header.Get("Origin") != "https://evil.example" {
		t.Errorf("a foreign origin became %q", seen.Header.Get("Origin"))
	}
	byName := strings.Replace(door, "127.0.0.1", "localhost", 1)
	fetch(t, direct(t), "GET", door+"/", func(r *http.Request) { r.Header.Set("Origin", byName) })
	if seen.Header.Get("Origin") != "https://"+formHost {
		t.Errorf("the door by its other name became %q", seen.Header.Get("Origin"))
	}
}

func TestDoorsKeepTheNameThatTheBrowserUses(t *testing.T) {
	s, door, _ := stage(t, func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Location", "https://"+Auth0Domain+"/continue")
		rw.WriteHeader(http.StatusFound)
	})
	u, _ := url.Parse(door)
	res, _ := fetch(t, direct(t), "GET", door+"/", func(r *http.Request) { r.Host = "localhost:" + u.Port() })
	if want := strings.Replace(s.Door(Auth0Domain), "127.0.0.1", "localhost", 1) + "/continue"; res.Header.Get("Location") != want {
		t.Errorf("Location %q, want %q", res.Header.Get("Location"), want)
	}
}

func TestDoorsNeverTouchJSON(t *testing.T) {
	const text = `{"issuer":"https://` + Auth0Domain + `/"}`
	_, door, _ := stage(t, func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(rw, text)
	})
	if _, got := fetch(t, direct(t), "GET", door+"/"); got != text {
		t.Errorf("%s", got)
	}
}

func TestDoorsUnderTheRealNameTranslateNothing(t *testing.T) {
	_, door, _ := stage(t, func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Location", "https://"+Auth0Domain+"/continue")
		rw.WriteHeader(http.StatusFound)
	})
	res, _ := fetch(t, direct(t), "GET", door+"/", func(r *http.Request) { r.Host = formHost })
	if got := res.Header.Get("Location"); got != "https://"+Auth0Domain+"/continue" {
		t.Errorf("Location %q", got)
	}
}

func TestADroppedConnectionBreaksAtTheDoorToo(t *testing.T) {
	_, door, _ := stage(t, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	req, _ := http.NewRequestWithContext(t.Context(), "GET", door+"/", nil)
	if res, err := direct(t).RoundTrip(req); err == nil {
		t.Fatalf("answered with %d", res.StatusCode)
	}
}

func FuzzTranslation(f *testing.F) {
	f.Add("https://" + Auth0Domain + "/x https://" + Auth0Domain + ".example.com")
	f.Add(`https:\/\/` + Auth0Domain)
	doors := map[string]string{Auth0Domain: "http://127.0.0.1:4321", formHost: "http://127.0.0.1:4322"}
	f.Fuzz(func(t *testing.T, page string) {
		out := string(newTranslation(doors, "127.0.0.1:4321").text([]byte(page)))
		if !strings.Contains(page, "https:") && out != page {
			t.Fatalf("%q became %q", page, out)
		}
		_ = newTranslation(doors, page).cookie(page)
	})
}
