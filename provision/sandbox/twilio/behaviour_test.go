package twilio

import (
	"net/http"
	"testing"
	"time"
)

func TestBehavioursThatRefuseASend(t *testing.T) {
	const china = "+8613800138000"
	tests := map[string]struct {
		behaviours   []string
		to, channel  string
		status, code int
	}{
		"calls switched off":             {[]string{"twilio.channel_disabled", "call"}, mobile, "call", 400, 60223},
		"texts with calls switched off":  {[]string{"twilio.channel_disabled", "call"}, mobile, "sms", 201, 0},
		"WhatsApp switched off":          {[]string{"twilio.channel_disabled", "whatsapp"}, mobile, "whatsapp", 400, 60223},
		"China without vetting":          {nil, china, "sms", 400, 60220},
		"China with vetting":             {[]string{"twilio.china", "vetted"}, china, "sms", 201, 0},
		"fraud guard with another code":  {[]string{"twilio.fraud_guard", "60412"}, mobile, "sms", 403, 60412},
		"fraud guard with status 400":    {[]string{"twilio.fraud_guard", "60410", "twilio.block_status", "400"}, mobile, "sms", 400, 60410},
		"a number no plan has":           {nil, "+19995551234", "sms", 400, 60200},
		"a number of a possible length":  {[]string{"twilio.number_check", "possible"}, "+19995551234", "sms", 201, 0},
		"what is not even possible":      {[]string{"twilio.number_check", "possible"}, "+1999", "sms", 400, 60200},
		"the channel that Twilio picks":  {nil, mobile, "auto", 201, 0},
		"the channel that it may refuse": {[]string{"twilio.auto_channel", "60200"}, mobile, "auto", 400, 60200},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			service := b.service()
			for i := 0; i < len(tt.behaviours); i += 2 {
				b.behave(tt.behaviours[i], tt.behaviours[i+1])
			}
			b.post("/v2/Services/"+service+"/Verifications", "To", tt.to, "Channel", tt.channel).want(t, tt.status, tt.code)
			if arrived := len(b.phone.Messages(tt.to)); (arrived == 1) != (tt.status == 201) {
				t.Errorf("%d messages", arrived)
			}
		})
	}
}

func TestAnAccountThatIsNotActiveShowsOnlyItself(t *testing.T) {
	for _, status := range []string{"suspended", "closed"} {
		b := newBench(t)
		b.behave("twilio.account_status", status)
		b.get("/v2/Services").want(t, 401, 20005)
		a := b.do(http.MethodGet, "api.twilio.com", "/2010-04-01/Accounts/"+account+".json", nil)
		if a.want(t, 200, 0); a.body["status"] != status {
			t.Errorf("the account is %v, not %s", a.body["status"], status)
		}
	}
}

func TestAnExpiredVerificationMayStillShow(t *testing.T) {
	b := newBench(t)
	service := b.service()
	path := "/v2/Services/" + service + "/Verifications/" + b.send(service)
	b.w.Advance(10*time.Minute + time.Second)
	b.get(path).want(t, 404, 20404)
	b.behave("twilio.expired_fetch", "expired")
	a := b.get(path)
	if a.want(t, 200, 0); a.body["status"] != "expired" || a.body["valid"] != false {
		t.Errorf("%s", a.text)
	}
	b.check(service, b.code()).want(t, 404, 20404)
}

func TestTwoSendsToOneNumberAtTheSameTimeAreAccepted(t *testing.T) {
	b := newBench(t)
	service := b.service()
	b.server.mu.Lock()
	b.server.sending[service+" "+mobile] = true
	b.server.mu.Unlock()
	b.send(service)
}

func TestASendThatNamesALimitWhichIsNotThere(t *testing.T) {
	for value, want := range map[string][2]int{"60200": {400, 60200}, "20404": {404, 20404}, "ignored": {201, 0}} {
		t.Run(value, func(t *testing.T) {
			b := newBench(t)
			b.behave("twilio.unknown_rate_limit", value)
			path := "/v2/Services/" + b.service()
			send := func() answer {
				return b.post(path+"/Verifications", "To", mobile, "Channel", "sms", "RateLimits", `{"end_user":"7"}`)
			}
			send().want(t, want[0], want[1])
			arrived := len(b.phone.Messages(mobile))
			if (arrived == 1) != (want[1] == 0) {
				t.Errorf("%d messages", arrived)
			}
			limit := b.post(path+"/RateLimits", "UniqueName", "end_user")
			send().want(t, 201, 0) // without a bucket nothing is counted
			b.post(path+"/RateLimits/"+limit.body["sid"].(string)+"/Buckets", "Max", "1", "Interval", "600")
			send().want(t, 201, 0)
			send().want(t, 429, 20429)
			b.w.Advance(10 * time.Minute)
			send().want(t, 201, 0)
		})
	}
}

func TestTheStateShowsRateLimitsWithTheirBuckets(t *testing.T) {
	b := newBench(t)
	path := "/v2/Services/" + b.service() + "/RateLimits"
	limit := b.post(path, "UniqueName", "end_user").body["sid"].(string)
	b.post(path+"/"+limit+"/Buckets", "Max", "20", "Interval", "86400")
	b.post(path+"/"+limit+"/Buckets", "Max", "8", "Interval", "600")
	if got := b.server.State().Services[0].RateLimits; len(got) != 1 || got[0] != "end_user 8/600 20/86400" {
		t.Errorf("%q", got)
	}
}

func TestATOTPIssuerIsKeptOrDropped(t *testing.T) {
	for value, want := range map[string]string{"kept": "phonegate acme.us.auth0.test", "dropped": "Acme"} {
		t.Run(value, func(t *testing.T) {
			b := newBench(t)
			b.behave("twilio.totp_issuer", value)
			issuer := func(a answer) any { return a.body["totp"].(map[string]any)["issuer"] }
			made := b.post("/v2/Services", "FriendlyName", "Acme", "Totp.Issuer", "phonegate acme.us.auth0.test")
			made.want(t, 201, 0)
			path := "/v2/Services/" + made.body["sid"].(string)
			if got := b.get(path); issuer(made) != want || issuer(got) != want {
				t.Errorf("made with %v, read with %v", issuer(made), issuer(got))
			}
			b.post(path, "FriendlyName", "Acme dev").want(t, 200, 0)
			if got := b.get(path); issuer(got) != want {
				t.Errorf("under another name: %v", issuer(got))
			}
			listed := b.get("/v2/Services").body["services"].([]any)[0].(map[string]any)
			if got := issuer(answer{body: listed}); got != want {
				t.Errorf("listed: %v", got)
			}
		})
	}
}

func TestARateLimitKeepsItsDescription(t *testing.T) {
	b := newBench(t)
	path := "/v2/Services/" + b.service() + "/RateLimits"
	made := b.post(path, "UniqueName", "end_user", "Description", "phonegate acme.us.auth0.test; made")
	at := path + "/" + made.body["sid"].(string)
	for _, want := range []any{"phonegate acme.us.auth0.test; made", "by hand", nil} {
		listed := b.get(path).body["rate_limits"].([]any)[0].(map[string]any)
		if got := b.get(at).body["description"]; got != want || listed["description"] != want {
			t.Errorf("%v, listed %v, want %v", got, listed["description"], want)
		}
		next := map[any]string{"phonegate acme.us.auth0.test; made": "by hand"}[want]
		b.post(at, "Description", next).want(t, 200, 0)
	}
}
