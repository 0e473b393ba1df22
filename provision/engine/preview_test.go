package engine_test

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"phonegate/provision/engine"
	"phonegate/provision/rehearsal"
)

// TestThePreviewIsTheFormAsAUserMeetsIt opens the preview, types a wrong code and sees what a user would see.
func TestThePreviewIsTheFormAsAUserMeetsIt(t *testing.T) {
	b := newBench(t)
	address, stop, err := rehearsal.PreviewForm(t.Context(), engine.Settings(b.spec))
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	jar, _ := cookiejar.New(nil)
	client := &http.Client{Jar: jar}
	read := func(res *http.Response, err error) string {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return string(body)
	}
	page := read(client.Get(address))
	if !strings.Contains(page, "Check your phone") || !strings.Contains(page, "Acme") {
		t.Fatalf("the preview shows:\n%s", page)
	}
	token := regexp.MustCompile(`name="session_token" value="([^"]+)"`).FindStringSubmatch(page)
	if token == nil {
		t.Fatal("the page carries no session")
	}
	page = read(client.PostForm(address+"?", url.Values{"session_token": {token[1]}, "state": {"preview"}, "intent": {"check"}, "code": {"000000"}}))
	if !strings.Contains(page, "That code isn’t right") {
		t.Errorf("after a wrong code the preview shows:\n%s", page)
	}
	stop()
	if _, err := client.Get(address); err == nil {
		t.Error("the preview still answers after it was stopped")
	}
}
