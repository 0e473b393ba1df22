package twilio

import (
	"regexp"
	"strings"
	"testing"
	"time"
)

func TestResendsKeepSidAndCodeAcrossChannels(t *testing.T) {
	b := newBench(t)
	service := b.service()
	first := b.send(service)
	code := b.code()
	for i, channel := range []string{"sms", "call", "whatsapp"} {
		b.w.Advance(time.Minute)
		a := b.post("/v2/Services/"+service+"/Verifications", "To", mobile, "Channel", channel)
		a.want(t, 201, 0)
		attempts := a.body["send_code_attempts"].([]any)
		if a.body["sid"] != first || b.code() != code || a.body["channel"] != channel || len(attempts) != i+2 {
			t.Fatalf("re-send %d: %s, code %s", i, a.text, b.code())
		}
		last := attempts[i+1].(map[string]any)
		if last["channel"] != channel || !regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$`).MatchString(last["time"].(string)) {
			t.Errorf("attempt %v", last)
		}
		if !strings.HasPrefix(last["attempt_sid"].(string), "VL") || a.body["date_created"] == a.body["date_updated"] {
			t.Errorf("%s", a.text)
		}
	}
	call := b.phone.Messages(mobile)[1]
	if call.Channel != "call" || !strings.Contains(call.Body, strings.Join(strings.Split(code, ""), ", ")) {
		t.Errorf("the call said %q", call.Body)
	}
}

func TestVerificationHasTheWireForm(t *testing.T) {
	b := newBench(t)
	a := b.post("/v2/Services/"+b.service()+"/Verifications", "To", mobile, "Channel", "SMS")
	a.want(t, 201, 0)
	for _, piece := range []string{`"status":"pending"`, `"valid":false`, `"channel":"sms"`, `"lookup":{"carrier":null}`, `"amount":null`, `"payee":null`, `"sna":null`} {
		if !strings.Contains(a.text, piece) {
			t.Errorf("%s lacks %s", a.text, piece)
		}
	}
	if strings.Contains(a.text, b.code()) {
		t.Errorf("the answer holds the code: %s", a.text)
	}
}

func TestSixthSendIsRefusedUntilTheVerificationEnds(t *testing.T) {
	ends := map[string]func(b *bench, service, sid string){
		"approval":     func(b *bench, service, _ string) { b.check(service, b.code()).want(b.t, 200, 0) },
		"cancellation": func(b *bench, service, sid string) { b.update(service, sid, "canceled").want(b.t, 200, 0) },
		"by hand":      func(b *bench, service, sid string) { b.update(service, sid, "approved").want(b.t, 200, 0) },
		"expiry":       func(b *bench, _, _ string) { b.w.Advance(lifetime) },
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			service := b.service()
			sid := b.send(service)
			for range 4 {
				b.send(service)
			}
			b.post("/v2/Services/"+service+"/Verifications", "To", mobile, "Channel", "call").want(t, 429, 60203)
			if n := len(b.phone.Messages(mobile)); n != 5 {
				t.Fatalf("%d messages", n)
			}
			end(b, service, sid)
			if again := b.send(service); again == sid {
				t.Fatal("a new verification has a new sid")
			}
		})
	}
}

func (b *bench) update(service, sid, status string) answer {
	b.t.Helper()
	return b.post("/v2/Services/"+service+"/Verifications/"+sid, "Status", status)
}

func TestFiveWrongCodesThenEvenTheRightOneIsRefused(t *testing.T) {
	for mode, fetch := range map[string]int{"fetchable": 200, "deleted": 404} {
		t.Run(mode, func(t *testing.T) {
			b := newBench(t)
			b.behave("twilio.max_attempts", mode)
			service := b.service()
			sid := b.send(service)
			for range 5 {
				a := b.check(service, b.wrong())
				a.want(t, 200, 0)
				if a.body["status"] != "pending" || a.body["valid"] != false {
					t.Fatalf("wrong code: %s", a.text)
				}
			}
			b.check(service, b.code()).want(t, 429, 60202)
			a := b.get("/v2/Services/" + service + "/Verifications/" + sid)
			if a.status != fetch || (fetch == 200 && a.body["status"] != "max_attempts_reached") {
				t.Fatalf("fetch: %d %s", a.status, a.text)
			}
			again := b.check(service, b.code())
			if mode == "fetchable" {
				again.want(t, 429, 60202)
			} else {
				again.want(t, 404, 20404)
			}
			b.post("/v2/Services/"+service+"/Verifications", "To", mobile, "Channel", "sms").want(t, 429, 60202)
			b.w.Advance(lifetime)
			if b.send(service) == sid {
				t.Fatal("after ten minutes there is a new verification")
			}
			b.check(service, b.code()).want(t, 200, 0)
		})
	}
}

func TestSendAfterMaxChecksMayStartAfresh(t *testing.T) {
	b := newBench(t)
	b.behave("twilio.send_after_max_checks", "fresh")
	service := b.service()
	sid := b.send(service)
	for range 6 {
		b.check(service, b.wrong())
	}
	if b.send(service) == sid {
		t.Fatal("the old verification was sent again")
	}
	if a := b.check(service, b.code()); a.body["status"] != "approved" {
		t.Fatalf("%s", a.text)
	}
}

func TestNothingIsLeftToCheckAfterTheEnd(t *testing.T) {
	tests := map[string]struct {
		end   func(b *bench, service, sid string)
		fetch int
	}{
		"approved":  {func(b *bench, service, _ string) { b.check(service, b.code()) }, 404},
		"cancelled": {func(b *bench, service, sid string) { b.update(service, sid, "canceled") }, 200},
		"expired":   {func(b *bench, _, _ string) { b.w.Advance(lifetime) }, 404},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			service := b.service()
			sid := b.send(service)
			tt.end(b, service, sid)
			a := b.check(service, b.code())
			a.want(t, 404, 20404)
			if want := "The requested resource /Services/" + service + "/VerificationCheck was not found"; a.body["message"] != want {
				t.Errorf("message %q", a.body["message"])
			}
			b.update(service, sid, "approved").want(t, 404, 20404)
			b.update(service, mobile, "approved").want(t, 404, 20404)
			if a := b.get("/v2/Services/" + service + "/Verifications/" + sid); a.status != tt.fetch {
				t.Errorf("fetch: %d %s", a.status, a.text)
			}
		})
	}
}

func TestTenMinutesAreCountedFromTheFirstSend(t *testing.T) {
	for mode, status := range map[string]int{"no": 404, "yes": 200} {
		t.Run("re-send extends: "+mode, func(t *testing.T) {
			b := newBench(t)
			b.behave("twilio.resend_extends", mode)
			service := b.service()
			b.send(service)
			b.w.Advance(9 * time.Minute)
			b.send(service)
			b.w.Advance(59 * time.Second)
			b.check(service, b.wrong()).want(t, 200, 0)
			b.w.Advance(time.Second)
			if a := b.check(service, b.code()); a.status != status {
				t.Fatalf("%d %s", a.status, a.text)
			}
		})
	}
}

func TestStatusMayBeReadSixtyTimesAMinute(t *testing.T) {
	b := newBench(t)
	service := b.service()
	path := "/v2/Services/" + service + "/Verifications/" + b.send(service)
	for _, minute := range []int{60, 60, 60} {
		for range minute {
			b.get(path).want(t, 200, 0)
		}
		b.get(path).want(t, 429, 20429)
		b.w.Advance(time.Minute)
	}
	b.get(path).want(t, 429, 20429) // 180 an hour
}

func TestNumbersAndServicesDoNotMix(t *testing.T) {
	b := newBench(t)
	one, two := b.service(), b.service()
	sid := b.send(one)
	b.get("/v2/Services/"+two+"/Verifications/"+sid).want(t, 404, 20404)
	b.check(two, b.code()).want(t, 404, 20404)
	b.post("/v2/Services/"+one+"/VerificationCheck", "To", "+61491570157", "Code", b.code()).want(t, 404, 20404)
	b.check(one, b.code()).want(t, 200, 0)
}

func TestCodesHaveTheLengthOfTheService(t *testing.T) {
	b := newBench(t)
	service := b.service(func(s *service) { s.CodeLength = 10 })
	b.send(service)
	if !regexp.MustCompile(`^\d{10}$`).MatchString(b.code()) {
		t.Fatalf("code %q", b.code())
	}
}

func TestCustomCodesAreUsedWhereTheServiceAllowsThem(t *testing.T) {
	b := newBench(t)
	service := b.service(func(s *service) { s.CustomCodeEnabled = true })
	b.post("/v2/Services/"+service+"/Verifications", "To", mobile, "Channel", "sms", "CustomCode", "4321").want(t, 201, 0)
	if b.code() != "4321" {
		t.Fatalf("code %q", b.code())
	}
	b.behave("twilio.custom_code_disabled", "ignored")
	plain := b.service()
	b.post("/v2/Services/"+plain+"/Verifications", "To", mobile, "Channel", "sms", "CustomCode", "4321").want(t, 201, 0)
	if b.code() == "4321" {
		t.Fatal("a service without custom codes used one")
	}
}

func TestLostMessagesShowInTheAttempts(t *testing.T) {
	tests := map[string]struct{ behaviour, to, want string }{
		"unreachable": {"30003", mobile, "30003"},
		"carrier":     {"30005", mobile, "30005"},
		"unknown":     {"30008", mobile, "30008"},
		"landline":    {"delivered", landline, "30006"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.behave("twilio.delivery", tt.behaviour)
			b.post("/v2/Services/"+b.service()+"/Verifications", "To", tt.to, "Channel", "sms").want(t, 201, 0)
			if len(b.phone.Messages("")) != 0 {
				t.Fatal("the message arrived")
			}
			a := b.get("/v2/Attempts?ChannelData.To=%2B" + tt.to[1:])
			list := a.body["attempts"].([]any)
			if len(list) != 1 || list[0].(map[string]any)["channel_data"].(map[string]any)["error_code"] != tt.want {
				t.Fatalf("%s", a.text)
			}
		})
	}
}

func TestServiceDefaultsAreTheObservedOnes(t *testing.T) {
	b := newBench(t)
	a := b.post("/v2/Services", "FriendlyName", "Acme")
	a.want(t, 201, 0)
	for _, piece := range []string{`"code_length":6`, `"dtmf_input_required":true`, `"lookup_enabled":false`, `"skip_sms_to_landlines":false`,
		`"custom_code_enabled":false`, `"psd2_enabled":false`, `"tts_name":null`, `"default_template_sid":null`,
		`"push":{"include_date":true,"apn_credential_sid":null,"fcm_credential_sid":null}`,
		`"totp":{"issuer":"Acme","time_step":30,"code_length":6,"skew":1}`, `/VerificationCheck"`} {
		if !strings.Contains(a.text, piece) {
			t.Errorf("%s lacks %s", a.text, piece)
		}
	}
}

func TestListEnvelopes(t *testing.T) {
	b := newBench(t)
	for range 3 {
		b.service()
	}
	a := b.get("/v2/Services?PageSize=2&Page=1")
	meta := a.body["meta"].(map[string]any)
	if meta["key"] != "services" || meta["page"] != 1.0 || meta["page_size"] != 2.0 || meta["next_page_url"] != nil ||
		meta["previous_page_url"] != "https://verify.twilio.com/v2/Services?PageSize=2&Page=0" || len(a.body["services"].([]any)) != 1 {
		t.Fatalf("%s", a.text)
	}
	keys := b.do("GET", "api.twilio.com", "/2010-04-01/Accounts/"+account+"/Keys.json", nil)
	if keys.body["page_size"] != 50.0 || keys.body["next_page_uri"] != nil || keys.body["end"] != 0.0 || keys.body["keys"] == nil {
		t.Fatalf("%s", keys.text)
	}
}

func TestPagesKeepClientsOfTheSandboxInIt(t *testing.T) {
	b := newBench(t)
	b.service()
	b.service()
	a := b.do("GET", "", "/v2/Services?PageSize=1", nil)
	if next, _ := a.body["meta"].(map[string]any)["next_page_url"].(string); !strings.HasPrefix(next, b.url.String()+"/v2/Services?") {
		t.Errorf("the next page is at %q", next)
	}
}

func TestLookup(t *testing.T) {
	b := newBench(t, func(o *Options) { o.Landlines = []string{"+12025550143"} })
	tests := map[string]struct{ path, want string }{
		"mobile":        {"/v2/PhoneNumbers/" + mobile + "?Fields=line_type_intelligence", `"type":"mobile"`},
		"landline":      {"/v2/PhoneNumbers/" + landline + "?Fields=line_type_intelligence", `"type":"landline"`},
		"listed one":    {"/v2/PhoneNumbers/+12025550143?Fields=line_type_intelligence", `"type":"landline"`},
		"national form": {"/v2/PhoneNumbers/0491570156?CountryCode=AU", `"phone_number":"+61491570156"`},
		"without field": {"/v2/PhoneNumbers/" + mobile, `"line_type_intelligence":null`},
		"too long":      {"/v2/PhoneNumbers/+614915701561234", `"validation_errors":["TOO_LONG"]`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			a := b.do("GET", "lookups.twilio.com", tt.path, nil)
			a.want(t, 200, 0)
			if !strings.Contains(a.text, tt.want) {
				t.Errorf("%s lacks %s", a.text, tt.want)
			}
		})
	}
	b.do("GET", "lookups.twilio.com", "/v2/PhoneNumbers/hello", nil).want(t, 404, 20404)
}

func TestStateTellsWhetherSomethingWasLeftBehind(t *testing.T) {
	b := newBench(t)
	before := b.server.State()
	service := b.service()
	b.send(service)
	key := b.do("POST", "api.twilio.com", "/2010-04-01/Accounts/"+account+"/Keys.json", form("FriendlyName", "k")).body["sid"].(string)
	during := b.server.State()
	if len(during.Services) != 1 || len(during.Keys) != 1 || during.Keys[0].FriendlyName != "k" {
		t.Fatalf("%+v", during)
	}
	b.do("DELETE", "verify.twilio.com", "/v2/Services/"+service, nil).want(t, 204, 0)
	b.do("DELETE", "api.twilio.com", "/2010-04-01/Accounts/"+account+"/Keys/"+key+".json", nil).want(t, 204, 0)
	after := b.server.State()
	if len(after.Services) != len(before.Services) || len(after.Keys) != len(before.Keys) {
		t.Fatalf("left behind: %+v", after)
	}
}

func TestAnyOtherHostIsRoutedByPath(t *testing.T) {
	b := newBench(t)
	for _, path := range []string{"/v2/Services", "/2010-04-01/Accounts/" + account + ".json", "/v2/PhoneNumbers/" + mobile} {
		b.do("GET", "", path, nil).want(t, 200, 0)
	}
}
