package twilio

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

const (
	landline = "+61290123456"
	chinese  = "+8613812345678"
)

// TestEveryErrorOfTheTable goes through the error table row by row.
func TestEveryErrorOfTheTable(t *testing.T) {
	send := func(b *bench, service string, pairs ...string) answer {
		return b.post("/v2/Services/"+service+"/Verifications", append([]string{"To", mobile, "Channel", "sms"}, pairs...)...)
	}
	tests := []struct {
		name         string
		status, code int
		message      string // "" for any
		do           func(b *bench) answer
	}{
		{"no credentials", 401, 20003, "Authenticate", func(b *bench) answer {
			return b.do("GET", "verify.twilio.com", "/v2/Services", nil, "")
		}},
		{"wrong token", 401, 20003, "Authenticate", func(b *bench) answer {
			return b.do("GET", "verify.twilio.com", "/v2/Services", nil, account, "wrong")
		}},
		{"unknown key", 401, 20003, "Authenticate", func(b *bench) answer {
			return b.do("GET", "verify.twilio.com", "/v2/Services", nil, "SK0123456789abcdef0123456789abcdef", token)
		}},
		{"another account", 401, 20003, "", func(b *bench) answer {
			return b.do("GET", "api.twilio.com", "/2010-04-01/Accounts/AC00000000000000000000000000000000.json", nil)
		}},
		{"suspended account", 401, 20005, "Account not active", func(b *bench) answer {
			b.behave("twilio.account_status", "suspended")
			return b.get("/v2/Services")
		}},
		{"unknown service", 404, 20404, "The requested resource /Services/VA00000000000000000000000000000000 was not found", func(b *bench) answer {
			return b.get("/v2/Services/VA00000000000000000000000000000000")
		}},
		{"path with version", 404, 20404, "The requested resource /v2/Services/VA00000000000000000000000000000000 was not found", func(b *bench) answer {
			b.behave("twilio.not_found_path", "with version")
			return b.get("/v2/Services/VA00000000000000000000000000000000")
		}},
		{"account sid as service", 400, 60200, "Invalid parameter", func(b *bench) answer { return b.get("/v2/Services/" + account) }},
		{"name too long", 400, 60200, "Invalid parameter `FriendlyName`: " + strings.Repeat("n", 31), func(b *bench) answer {
			return b.post("/v2/Services", "FriendlyName", strings.Repeat("n", 31))
		}},
		{"five digits in the name", 400, 60200, "", func(b *bench) answer { return b.post("/v2/Services", "FriendlyName", "a1b2c3d4e5") }},
		{"no name", 400, 20001, "Missing required parameter FriendlyName in the post body", func(b *bench) answer { return b.post("/v2/Services") }},
		{"code length 3", 400, 60200, "Invalid parameter `CodeLength`: 3", func(b *bench) answer {
			return b.post("/v2/Services", "FriendlyName", "a", "CodeLength", "3")
		}},
		{"code length 11", 400, 60200, "", func(b *bench) answer { return b.post("/v2/Services", "FriendlyName", "a", "CodeLength", "11") }},
		{"flag that is none", 400, 60200, "", func(b *bench) answer { return b.post("/v2/Services", "FriendlyName", "a", "LookupEnabled", "maybe") }},
		{"no channel", 400, 20001, "Missing required parameter Channel in the post body", func(b *bench) answer {
			return b.post("/v2/Services/"+b.service()+"/Verifications", "To", mobile)
		}},
		{"bad number", 400, 60200, "Invalid parameter `To`: 123", func(b *bench) answer { return send(b, b.service(), "To", "123") }},
		{"number that cannot exist", 400, 60200, "", func(b *bench) answer { return send(b, b.service(), "To", "+19995551234") }},
		{"number without plus", 400, 60200, "", func(b *bench) answer { return send(b, b.service(), "To", "61491570156") }},
		{"bad channel", 400, 60200, "Invalid parameter `Channel`: voice", func(b *bench) answer { return send(b, b.service(), "Channel", "voice") }},
		{"bad locale", 400, 60200, "Invalid parameter `Locale`: xx", func(b *bench) answer { return send(b, b.service(), "Locale", "xx") }},
		{"auto may be refused", 400, 60200, "", func(b *bench) answer {
			b.behave("twilio.auto_channel", "60200")
			return send(b, b.service(), "Channel", "auto")
		}},
		{"custom code on a plain service", 403, 60204, "", func(b *bench) answer { return send(b, b.service(), "CustomCode", "4321") }},
		{"custom name", 403, 60204, "", func(b *bench) answer { return send(b, b.service(), "CustomFriendlyName", "x") }},
		{"text to a landline", 403, 60205, "SMS is not supported by landline phone number", func(b *bench) answer {
			return send(b, b.service(func(s *service) { s.LookupEnabled, s.SkipSMSToLandlines = true, true }), "To", landline)
		}},
		{"payment without details", 400, 60206, "'Amount' & 'Payee' params are required", func(b *bench) answer {
			return send(b, b.service(func(s *service) { s.PSD2Enabled = true }))
		}},
		{"too many rate limits", 400, 60207, "", func(b *bench) answer {
			b.behave("twilio.max_rate_limits", "2")
			limits := "/v2/Services/" + b.service() + "/RateLimits"
			b.post(limits, "UniqueName", "a")
			b.post(limits, "UniqueName", "b")
			return b.post(limits, "UniqueName", "c")
		}},
		{"rate limit twice", 400, 60208, "", func(b *bench) answer {
			limits := "/v2/Services/" + b.service() + "/RateLimits"
			b.post(limits, "UniqueName", "a")
			return b.post(limits, "UniqueName", "a")
		}},
		{"bad rate limit name", 400, 60209, "", func(b *bench) answer {
			return b.post("/v2/Services/"+b.service()+"/RateLimits", "UniqueName", "a b")
		}},
		{"too many buckets", 400, 60210, "", func(b *bench) answer {
			b.behave("twilio.max_rate_limits", "2")
			buckets := b.post("/v2/Services/"+b.service()+"/RateLimits", "UniqueName", "a").body["url"].(string)[len(verifyURL):] + "/Buckets"
			b.post(buckets, "Max", "1", "Interval", "1")
			b.post(buckets, "Max", "1", "Interval", "2")
			return b.post(buckets, "Max", "1", "Interval", "3")
		}},
		{"interval twice", 400, 60211, "", func(b *bench) answer {
			buckets := b.post("/v2/Services/"+b.service()+"/RateLimits", "UniqueName", "a").body["url"].(string)[len(verifyURL):] + "/Buckets"
			b.post(buckets, "Max", "1", "Interval", "60")
			return b.post(buckets, "Max", "2", "Interval", "60")
		}},
		{"email without a mailer", 400, 60217, "A Mailer must be associated with the service", func(b *bench) answer {
			return send(b, b.service(), "Channel", "email", "To", "a@example.com")
		}},
		{"China", 400, 60220, "", func(b *bench) answer { return send(b, b.service(), "To", chinese) }},
		{"check of nothing", 400, 60221, "No target verification specified", func(b *bench) answer {
			return b.post("/v2/Services/"+b.service()+"/VerificationCheck", "Code", "123456")
		}},
		{"check with a short code", 400, 60200, "Invalid parameter `Code`: 123", func(b *bench) answer {
			return b.check(b.service(), "123")
		}},
		{"check never started", 404, 20404, "", func(b *bench) answer { return b.check(b.service(), "123456") }},
		{"channel switched off", 400, 60223, "", func(b *bench) answer {
			b.behave("twilio.channel_disabled", "sms")
			return send(b, b.service())
		}},
		{"country blocked", 403, 60605, "The destination phone number has been blocked by Verify Geo-Permissions. AU is blocked for sms channel for all services", func(b *bench) answer {
			b.behave("twilio.geo_permissions", "disable")
			return send(b, b.service())
		}},
		{"Fraud Guard", 403, 60410, "The destination phone number has been temporarily blocked by Twilio due to fraudulent activities", func(b *bench) answer {
			b.behave("twilio.fraud_guard", "60410")
			return send(b, b.service())
		}},
		{"trial account", 403, 21608, "", func(b *bench) answer {
			b.behave("twilio.account_type", "Trial")
			return send(b, b.service())
		}},
		{"bad status", 400, 60200, "Invalid parameter `Status`: done", func(b *bench) answer {
			s := b.service()
			return b.post("/v2/Services/"+s+"/Verifications/"+b.send(s), "Status", "done")
		}},
		{"rate limits that are no JSON", 400, 60200, "", func(b *bench) answer { return send(b, b.service(), "RateLimits", "ip=1") }},
		{"wrong method", 405, 20004, "", func(b *bench) answer { return b.do("DELETE", "verify.twilio.com", "/v2/Services", nil) }},
		{"not emulated", 404, 20404, "", func(b *bench) answer { return b.get("/v2/Forms/form-push") }},
		{"another product's path", 404, 20404, "", func(b *bench) answer { return b.do("GET", "api.twilio.com", "/v2/Services", nil) }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := tt.do(newBench(t))
			a.want(t, tt.status, tt.code)
			if tt.message != "" && a.body["message"] != tt.message {
				t.Errorf("message %q, want %q", a.body["message"], tt.message)
			}
		})
	}
}

func TestSafeListedNumbersPassTheGuards(t *testing.T) {
	b := newBench(t, func(o *Options) { o.BlockedCountries = []string{"au"} })
	service := b.service()
	b.behave("twilio.fraud_guard", "60412")
	b.post("/v2/Services/"+service+"/Verifications", "To", mobile, "Channel", "sms").want(t, 403, 60605)
	b.post("/v2/SafeList/Numbers", "PhoneNumber", mobile).want(t, 201, 0)
	b.send(service)
	b.do("DELETE", "verify.twilio.com", "/v2/SafeList/Numbers/"+mobile, nil).want(t, 204, 0)
	b.get("/v2/SafeList/Numbers/"+mobile).want(t, 404, 20404)
	b.post("/v2/Services/"+service+"/Verifications", "To", mobile, "Channel", "sms").want(t, 403, 60605)
}

func TestFraudGuardYieldsToRiskCheckDisable(t *testing.T) {
	b := newBench(t)
	service := b.service()
	b.behave("twilio.fraud_guard", "60238")
	b.behave("twilio.block_status", "429")
	b.post("/v2/Services/"+service+"/Verifications", "To", mobile, "Channel", "sms").want(t, 429, 60238)
	b.post("/v2/Services/"+service+"/Verifications", "To", mobile, "Channel", "sms", "RiskCheck", "disable").want(t, 201, 0)
}

func TestTrialAccountsTextVerifiedNumbers(t *testing.T) {
	b := newBench(t, func(o *Options) { o.CallerIDs = []string{mobile} })
	b.behave("twilio.account_type", "Trial")
	service := b.service()
	b.send(service)
	other := "+12025550143"
	b.post("/v2/Services/"+service+"/Verifications", "To", other, "Channel", "sms").want(t, 403, 21608)
	ids := "/2010-04-01/Accounts/" + account + "/OutgoingCallerIds"
	b.do("POST", "api.twilio.com", ids+".json", form("PhoneNumber", other)).want(t, 200, 0)
	b.do("POST", "api.twilio.com", ids+".json", form("PhoneNumber", other)).want(t, 400, 21450)
	b.post("/v2/Services/"+service+"/Verifications", "To", other, "Channel", "sms").want(t, 201, 0)
	list := b.do("GET", "api.twilio.com", ids+".json?PhoneNumber=%2B12025550143", nil)
	found := list.body["outgoing_caller_ids"].([]any)
	if len(found) != 1 {
		t.Fatalf("filtered list: %s", list.text)
	}
	b.do("DELETE", "api.twilio.com", ids+"/"+found[0].(map[string]any)["sid"].(string)+".json", nil).want(t, 204, 0)
	b.post("/v2/Services/"+service+"/Verifications", "To", other, "Channel", "sms").want(t, 403, 21608)
}

func TestConcurrentSendsToOneNumber(t *testing.T) {
	b := newBench(t, func(o *Options) { o.SendTime = time.Hour })
	b.behave("twilio.concurrent_sends", "60212")
	service := b.service()
	b.server.mu.Lock()
	b.server.sending[service+" "+mobile] = true
	b.server.mu.Unlock()
	b.post("/v2/Services/"+service+"/Verifications", "To", mobile, "Channel", "sms").want(t, 429, 60212)
}

func TestWriteErrorIsTwiliosForEveryStatus(t *testing.T) {
	for status, code := range map[int]int{401: 20003, 403: 20006, 404: 20404, 405: 20004, 429: 20429, 500: 20500, 502: 20502, 503: 20503} {
		rec := httptest.NewRecorder()
		WriteError(rec, status)
		if rec.Code != status || !strings.Contains(rec.Body.String(), fmt.Sprintf(`"code":%d`, code)) || rec.Header().Get("Content-Type") != "application/json" {
			t.Errorf("%d: %d %s", status, rec.Code, rec.Body)
		}
	}
	rec := httptest.NewRecorder()
	WriteError(rec, http.StatusUnauthorized)
	if !strings.Contains(rec.Body.String(), `"detail":""`) {
		t.Errorf("401 has an empty detail: %s", rec.Body)
	}
}

func TestPathsOutsideTheTableAreMarked(t *testing.T) {
	b := newBench(t)
	b.get("/v2/Services/VA00000000000000000000000000000000/Webhooks").want(t, 404, 20404)
	b.get("/v2/Services")
	log := b.w.Requests()
	if len(log) != 2 || !log[0].NotEmulated || log[1].NotEmulated {
		t.Fatalf("%+v", log)
	}
}
