package sandbox_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"phonegate/provision/sandbox"
)

// picture is the lasting state of a sandbox as text.
func picture(t *testing.T, box *sandbox.Sandbox) string {
	t.Helper()
	b, err := json.MarshalIndent(box.State(), "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func post(t *testing.T, address, body string) int {
	t.Helper()
	resp, err := http.Post(address, "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	return resp.StatusCode
}

func TestTheWorldOutlivesARun(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "world")
	box, formHost := provisioned(t, sandbox.Options{DataDir: dir})
	signUp(t, box, formHost, "ada@example.com", "+61491570156")
	box.World().Advance(time.Hour)
	before, messages, now := picture(t, box), box.Phone().Messages(""), box.World().Now()
	if err := box.Close(); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(dir, "world.json"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v %v", info, err)
	}

	again, err := sandbox.Start(t.Context(), sandbox.Options{DataDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = again.Close() })
	if after := picture(t, again); after != before {
		t.Errorf("before:\n%s\nafter:\n%s", before, after)
	}
	if got := again.Phone().Messages(""); len(got) != len(messages) || got[0] != messages[0] {
		t.Errorf("the phone shows %v instead of %v", got, messages)
	}
	if again.World().Now().Before(now) {
		t.Error("the clock went back")
	}
	// Keys, secrets, Action, form: everything that the first run deployed still works together.
	signUp(t, again, formHost, "grace@example.com", "+61491570157")
}

func TestAChangeIsSavedBeforeTheEnd(t *testing.T) {
	dir := t.TempDir()
	box, err := sandbox.Start(t.Context(), sandbox.Options{DataDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = box.Close() })
	body := `{"client_id":"sandbox-app","connection":"Username-Password-Authentication","email":"ada@example.com","password":"Correct-horse-7"}`
	if status := post(t, box.Info().Auth0URL+"/dbconnections/signup", body); status != 200 {
		t.Fatal(status)
	}
	for end := time.Now().Add(time.Minute); ; {
		text, err := os.ReadFile(filepath.Join(dir, "world.json"))
		if err == nil && strings.Contains(string(text), "ada@example.com") {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("nothing was saved: %v", err)
		}
		<-time.After(10 * time.Millisecond)
	}
}

func TestAWorldThatCannotBeReadIsKept(t *testing.T) {
	for name, text := range map[string]string{
		"not JSON": "{", "another version": `{"version":99}`, "a broken part": `{"version":1,"auth0":{"bindings":[{"action":"x"}]},"twilio":{},"vercel":{}}`,
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			file := filepath.Join(dir, "world.json")
			if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			box, err := sandbox.Start(t.Context(), sandbox.Options{DataDir: dir})
			if err == nil {
				_ = box.Close()
				t.Fatal("it started")
			}
			if !strings.Contains(err.Error(), file) {
				t.Errorf("the file is not named: %v", err)
			}
			if left, _ := os.ReadFile(file); string(left) != text {
				t.Errorf("the file is now %s", left)
			}
		})
	}
}

const seeds = `{
  "auth0": [{"path": "/api/v2/users", "body": {"connection": "Username-Password-Authentication", "email": "ada@example.com", "password": "Correct-horse-7"}},
            {"method": "PATCH", "path": "/api/v2/branding", "body": {"logo_url": "https://acme.example/logo.png"}}],
  "twilio": [{"path": "/v2/Services", "form": {"FriendlyName": "Acme dev"}}, {"path": "/2010-04-01/Accounts/` + sandbox.TwilioAccountSID + `/Keys.json", "form": {}}],
  "vercel": [{"path": "/v11/projects", "body": {"name": "acme"}}]
}`

func TestResetGoesBackToTheSeed(t *testing.T) {
	file := filepath.Join(t.TempDir(), "seed.json")
	if err := os.WriteFile(file, []byte(seeds), 0o600); err != nil {
		t.Fatal(err)
	}
	box, formHost := provisioned(t, sandbox.Options{Seed: file, Behaviours: map[string]string{"twilio.china": "vetted"}})
	signUp(t, box, formHost, "grace@example.com", "+61491570156")
	phone := box.Info().PhoneURL
	for path, body := range map[string]string{"/faults": `{"provider":"auth0","status":503,"times":9}`, "/behaviours": `{"name":"twilio.china","value":"60220"}`} {
		if status := post(t, phone+path, body); status != 200 {
			t.Fatalf("%s: %d", path, status)
		}
	}
	if got := picture(t, box); !strings.Contains(got, "grace@example.com") {
		t.Fatalf("nothing happened: %s", got)
	}
	if status := post(t, phone+"/reset", ""); status != 200 {
		t.Fatal(status)
	}
	fresh, err := sandbox.Start(t.Context(), sandbox.Options{Seed: file})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = fresh.Close() })
	for _, b := range []*sandbox.Sandbox{box, fresh} {
		s := b.State()
		if got := picture(t, b); strings.Contains(got, "grace@") || !strings.Contains(got, "ada@example.com") || !strings.Contains(got, "logo.png") {
			t.Errorf("after the reset: %s", got)
		}
		if len(s.Twilio.Services) != 1 || len(s.Twilio.Keys) != 1 || s.Twilio.Services[0].FriendlyName != "Acme dev" {
			t.Errorf("after the reset: %+v", s.Twilio)
		}
	}
	if len(box.Phone().Messages("")) != 0 {
		t.Error("the phone still shows something")
	}
	if status := post(t, box.Info().Auth0URL+"/oauth/token", "{}"); status == 503 {
		t.Error("a fault is still armed")
	}
	resp, err := http.Get(phone + "/behaviours")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var rows []struct{ Name, Value string }
	if err := json.NewDecoder(resp.Body).Decode(&rows); err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		if r.Name == "twilio.china" && r.Value != "vetted" {
			t.Errorf("the behaviour is %s", r.Value)
		}
	}
}

func TestASeedThatIsRefusedIsNamed(t *testing.T) {
	for text, part := range map[string]string{
		`{"auth0":[{"path":"/api/v2/users","body":{}}]}`:                         "auth0, request 1: POST /api/v2/users answers 400",
		`{"twilio":[{"path":"/v2/Services","form":{"FriendlyName":"a\u0000"}}]}`: "twilio, request 1",
		`{"vercel":[{"path":"nowhere"}]}`:                                        "begin with /",
		`{"azure":[]}`:                                                           "unknown field",
	} {
		file := filepath.Join(t.TempDir(), "seed.json")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		box, err := sandbox.Start(t.Context(), sandbox.Options{Seed: file})
		if err == nil {
			_ = box.Close()
			t.Errorf("%s: it started", text)
			continue
		}
		if !strings.Contains(err.Error(), part) || !strings.Contains(err.Error(), file) {
			t.Errorf("%s: %v", text, err)
		}
	}
}
