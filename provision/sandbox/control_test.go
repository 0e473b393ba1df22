package sandbox

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"phonegate/provision/sandbox/phone"
	"phonegate/provision/sandbox/world"
)

func TestControlRefusesBadInputWithASentence(t *testing.T) {
	s := start(t, Options{})
	tests := map[string]struct{ path, body, want string }{
		"no JSON":            {"/faults", `status=500`, "JSON object"},
		"unknown key":        {"/faults", `{"state":500}`, "state"},
		"two objects":        {"/faults", `{"status":500}{}`, "JSON object"},
		"wrong type":         {"/faults", `{"status":"500"}`, "JSON object"},
		"unknown provider":   {"/faults", `{"provider":"okta","status":500}`, "okta"},
		"impossible status":  {"/faults", `{"status":99}`, "99"},
		"negative times":     {"/faults", `{"status":500,"times":-1}`, "times"},
		"endless delay":      {"/faults", `{"delay_ms":999999999}`, "delay_ms"},
		"fault of nothing":   {"/faults", `{"path":"/v2"}`, "nothing would go wrong"},
		"after without loss": {"/faults", `{"delay_ms":5,"after":true}`, "after"},
		"negative latency":   {"/latency", `{"ms":-1}`, "ms"},
		"no latency":         {"/latency", `{}`, "ms"},
		"clock backwards":    {"/clock", `{"advance_s":-1}`, "forward"},
		"no clock":           {"/clock", `{}`, "advance_s"},
		"unknown behaviour":  {"/behaviours", `{"name":"x","value":"y"}`, "no behaviour"},
		"unknown value":      {"/behaviours", `{"name":"twilio.china","value":"y"}`, "60220"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			res, text := fetch(t, direct(t), "POST", s.Info().PhoneURL+tt.path, body(tt.body))
			var answer struct{ Error string }
			if err := json.Unmarshal([]byte(text), &answer); err != nil || res.StatusCode != 400 || !strings.Contains(answer.Error, tt.want) {
				t.Errorf("%d %s, want a sentence with %q", res.StatusCode, text, tt.want)
			}
			if !strings.HasSuffix(answer.Error, ".") {
				t.Errorf("%q is no sentence", answer.Error)
			}
		})
	}
}

func TestFaultsHitTheNextMatchingRequests(t *testing.T) {
	s := start(t, Options{})
	tr := direct(t)
	fetch(t, tr, "POST", s.Info().PhoneURL+"/faults", body(`{"provider":"twilio","method":"GET","path":"/v2/Services","status":503,"times":2}`))
	for i, want := range []int{503, 503, 200} {
		if res, text := fetch(t, s.Network(), "GET", "https://verify.twilio.com/v2/Services", account); res.StatusCode != want {
			t.Errorf("request %d: %d %s", i, res.StatusCode, text)
		}
	}
	fetch(t, tr, "POST", s.Info().PhoneURL+"/faults", body(`{"drop":true}`))
	req, _ := http.NewRequestWithContext(t.Context(), "GET", "https://verify.twilio.com/v2/Services", nil)
	if _, err := s.Network().RoundTrip(req); err == nil {
		t.Error("the connection was to be dropped")
	}
	fetch(t, tr, "POST", s.Info().PhoneURL+"/faults", body(`{"status":500,"times":9}`))
	fetch(t, tr, "DELETE", s.Info().PhoneURL+"/faults")
	if res, _ := fetch(t, s.Network(), "GET", "https://verify.twilio.com/v2/Services", account); res.StatusCode != 200 {
		t.Errorf("after disarming: %d", res.StatusCode)
	}
}

func TestClockAndLatencyAreChangedOverHTTP(t *testing.T) {
	s := start(t, Options{})
	before := s.World().Now()
	if res, text := fetch(t, direct(t), "POST", s.Info().PhoneURL+"/clock", body(`{"advance_s":601}`)); res.StatusCode != 200 || !strings.Contains(text, `"now"`) {
		t.Fatalf("%d %s", res.StatusCode, text)
	}
	if moved := s.World().Now().Sub(before); moved < 601*time.Second || moved > 660*time.Second {
		t.Errorf("the clock moved by %s", moved)
	}
	fetch(t, direct(t), "POST", s.Info().PhoneURL+"/latency", body(`{"ms":30}`))
	fetch(t, s.Network(), "GET", "https://verify.twilio.com/v2/Services", account)
	log := s.World().Requests()
	if last := log[len(log)-1]; last.MS < 30 {
		t.Errorf("it took %d ms", last.MS)
	}
}

func TestBehavioursAreReadAndChangedOverHTTP(t *testing.T) {
	s := start(t, Options{})
	fetch(t, direct(t), "POST", s.Info().PhoneURL+"/behaviours", body(`{"name":"twilio.account_type","value":"Trial"}`))
	_, text := fetch(t, direct(t), "GET", s.Info().PhoneURL+"/behaviours")
	var rows []behaviour
	if err := json.Unmarshal([]byte(text), &rows); err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		if row.Name == "twilio.account_type" && row.Value == "Trial" && len(row.Values) == 2 && row.About != "" {
			return
		}
	}
	t.Errorf("%s", text)
}

func TestMessagesAndRequestsAreListed(t *testing.T) {
	s := start(t, Options{})
	s.Phone().Receive(phone.Message{To: "+61491570156", Body: "Your Acme verification code is: 123456", Code: "123456", Channel: "sms"})
	for _, to := range []string{"%2B61491570156", "+61491570156"} {
		_, text := fetch(t, direct(t), "GET", s.Info().PhoneURL+"/messages?to="+to)
		var all []map[string]any
		if err := json.Unmarshal([]byte(text), &all); err != nil || len(all) != 1 || all[0]["code"] != "123456" || len(all[0]) != 5 {
			t.Errorf("%s: %s", to, text)
		}
	}
	if _, text := fetch(t, direct(t), "GET", s.Info().PhoneURL+"/messages?to=%2B1"); strings.TrimSpace(text) != "[]" {
		t.Errorf("another number: %s", text)
	}
	if _, text := fetch(t, direct(t), "GET", s.Info().PhoneURL+"/requests"); strings.TrimSpace(text) != "[]" {
		t.Errorf("the phone's own requests are no API calls: %s", text)
	}
	fetch(t, s.Network(), "GET", "https://verify.twilio.com/v2/Services", account)
	_, text := fetch(t, direct(t), "GET", s.Info().PhoneURL+"/requests")
	var log []world.Request
	if err := json.Unmarshal([]byte(text), &log); err != nil || len(log) != 1 || log[0].Provider != "twilio" || log[0].Path != "/v2/Services" || log[0].By != "api" {
		t.Errorf("%s", text)
	}
}

func TestForeignPagesCannotChangeTheSandbox(t *testing.T) {
	s := start(t, Options{})
	res, _ := fetch(t, direct(t), "POST", s.Info().PhoneURL+"/faults", body(`{"status":500}`), func(r *http.Request) {
		r.Header.Set("Origin", "https://evil.example")
		r.Header.Set("Sec-Fetch-Site", "cross-site")
	})
	if res.StatusCode != http.StatusForbidden {
		t.Errorf("%d", res.StatusCode)
	}
}

func TestTheTableOfEndpointsNamesEverySource(t *testing.T) {
	known := map[string]bool{}
	for _, b := range world.Behaviours() {
		known[b.Name] = true
	}
	seen := map[string]bool{}
	for _, e := range EndpointTable() {
		key := e.Provider + " " + e.Method + " " + e.Path
		if seen[key] {
			t.Errorf("%s stands there twice", key)
		}
		seen[key] = true
		if e.Source == "" || e.Method == "" || !strings.Contains(e.Path, "/") {
			t.Errorf("%+v", e)
		}
		if e.Behaviour != "" && !known[e.Behaviour] {
			t.Errorf("%s names the behaviour %q, which is not declared", key, e.Behaviour)
		}
	}
}
