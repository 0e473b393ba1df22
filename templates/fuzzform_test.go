package templates_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"phonegate/provision/sandbox/jsvm"
	"phonegate/templates"
)

// The fuzz targets feed the deployed JavaScript, in one warm machine each.

// seldomMinimise keeps the fuzzer from spending its time on making inputs shorter: to it the whole JavaScript engine is
// code under test, in which nearly every input is new, and never quite the same twice.
func seldomMinimise(f *testing.F) {
	f.Helper()
	if err := flag.Set("test.fuzzminimizetime", "10x"); err != nil {
		f.Fatal(err)
	}
}

// FuzzNoTokenButASignedOneOpensThePage: the form reads tokens that nobody has signed.
func FuzzNoTokenButASignedOneOpensThePage(f *testing.F) {
	seldomMinimise(f)
	suite := load(f)
	base := suite.Base
	twilio := &standIn{answer: pendingCheck}
	form := newForm(f, base, fewCountries(base.Settings), twilio)
	good := signed(f, base.Session, sessionSecret(base), nil)
	parts := strings.Split(good, ".")
	for _, seed := range []string{
		good, signed(f, base.Session, verdictKey(base), nil), signedText(`{"alg":"none"}`, "{}", ""), "", "..", "a.b.c", good + "=", good + ".",
		parts[0] + "." + parts[1] + ".", parts[0] + ".." + parts[2], signedText(`{"alg":"HS256"}`, "null", sessionSecret(base)), "\x00", "💩.💩.💩", strings.Repeat("A", 4097),
	} {
		f.Add(seed, true)
		f.Add(seed, false)
	}
	signedSeeds := []string{good, signedText(`{"alg":"HS256"}`, "null", sessionSecret(base))}
	f.Fuzz(func(t *testing.T, token string, opened bool) {
		fields := url.Values{"session_token": {token}, "state": {"s"}, "intent": {"resend"}}
		request := post(fields, "en")
		if opened {
			request = get(fields, "en")
		}
		answer := ask(form, request)
		calls := twilio.taken()
		if slices.Contains(signedSeeds, token) {
			return
		}
		if answer.Code < 400 || answer.Code > 499 || len(calls) > 0 || answer.Header().Get("Location") != "" {
			t.Errorf("%q: %d, calls %v", token, answer.Code, calls)
		}
	})
}

// FuzzNoRequestBreaksTheForm: addresses, bodies and headers as no browser makes them.
func FuzzNoRequestBreaksTheForm(f *testing.F) {
	seldomMinimise(f)
	suite := load(f)
	base := suite.Base
	twilio := &standIn{answer: pendingCheck}
	form := newForm(f, base, fewCountries(base.Settings), twilio)
	good := "session_token=" + signed(f, base.Session, sessionSecret(base), nil) + "&state=s"
	for _, seed := range []string{
		good, good + "&intent=check&code=123456", good + "&intent=number&number=%2B61412345678&country=AU", good + "&intent=change", good + "&state=s",
		"", "&", "=", "%", "%zz=%ff", "session_token", "a=1;b=2", "session_token=a.b.c&state=%00", strings.Repeat("a&", 9000),
	} {
		f.Add([]byte(seed), "application/x-www-form-urlencoded", "https://form.test", "de, en;q=0.5")
		f.Add([]byte(seed), "application/json", "null", ";;,q=")
	}
	f.Fuzz(func(t *testing.T, body []byte, contentType, origin, languages string) {
		request := httptest.NewRequest(http.MethodPost, "https://form.test/", bytes.NewReader(body))
		for name, value := range map[string]string{"Content-Type": contentType, "Origin": origin, "Accept-Language": languages} {
			if isHeaderValue(value) && value != "" {
				request.Header.Set(name, value)
			}
		}
		answer := ask(form, request)
		for _, call := range twilio.taken() {
			if !bytes.Contains(body, []byte("eyJ")) || !strings.Contains(call, "https://verify.twilio.com/v2/Services/VA00000000000000000000000000000001/Verification") {
				t.Errorf("called %s", call)
			}
		}
		page := answer.Body.String()
		if answer.Code >= 500 && !strings.Contains(page, `id="problem"`) || answer.Header().Get("Location") != "" || strings.Count(page, "<h1>") != 1 {
			t.Errorf("%d\n%s", answer.Code, withoutCode(page))
		}
		for _, m := range formAction.FindAllStringSubmatch(page, -1) {
			if m[1] != "?" {
				t.Errorf("a form goes to %q", m[1])
			}
		}
	})
}

// FuzzNumbersAreReadOrRefused: whatever is typed, the normaliser gives a number of the plan in E.164, which it reads as
// itself again, or a problem.
func FuzzNumbersAreReadOrRefused(f *testing.F) {
	seldomMinimise(f)
	suite := load(f)
	plan := templates.PlanForTest(f, "AU", "NZ", "GB", "RU", "US", "AR", "MX", "IT")
	code := string(templates.JoinForTest("shared/numbers.mjs")) + `
const plan = ` + string(plan) + `;
export default { async fetch(request) {
  const { typed, home } = JSON.parse(await request.text());
  const read = (text) => normaliseNumber(text, { allowed: plan, home: plan[home] ?? null });
  const first = read(typed);
  return Response.json({ ...first, again: first.number && read(first.number) });
} };`
	normalise, err := jsvm.NewFunction(runtime(f, suite.Base, &standIn{}), code, nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(normalise.Close)
	for home, seed := range []string{"0412 345 678", "+64 21 123 4567", "00447400123456", "8 912 345-67-89", "(415) 555-2671", "011 15 2345-6789", "044 55 1234 5678", "06 1234 5678",
		"+", "(0)", "+44(0)7400 123456", "٠٤١٢٣٤٥٦٧٨", "０４１２", "\u202a+61412345678\u202c", "+61+61", "0000000000", strings.Repeat("1", 61)} {
		f.Add(seed, home)
	}
	e164 := regexp.MustCompile(`^\+(61|64|44|7|1|54|52|39)\d{4,13}$`)
	f.Fuzz(func(t *testing.T, typed string, home int) {
		given, err := json.Marshal(map[string]any{"typed": typed, "home": home})
		if err != nil {
			t.Skip()
		}
		type reading struct{ Number, Problem string }
		var got struct {
			reading
			Again *reading
		}
		answer := ask(normalise, httptest.NewRequest(http.MethodPost, "https://form.test/", bytes.NewReader(given)))
		if answer.Code != http.StatusOK || json.Unmarshal(answer.Body.Bytes(), &got) != nil {
			t.Fatalf("%q: %d %s", typed, answer.Code, answer.Body)
		}
		switch got.Problem {
		case "":
			if !e164.MatchString(got.Number) || got.Again == nil || *got.Again != got.reading {
				t.Errorf("%q is read as %+v, that as %+v", typed, got.reading, got.Again)
			}
		case "phone_invalid":
			if got.Number != "" {
				t.Errorf("%q is refused with a number: %+v", typed, got.reading)
			}
		case "phone_country":
			if !regexp.MustCompile(`^\+[1-9]\d{6,14}$`).MatchString(got.Number) {
				t.Errorf("%q: %+v", typed, got.reading)
			}
		default:
			t.Errorf("%q: %+v", typed, got.reading)
		}
	})
}

// fewCountries keeps pages short, for speed.
func fewCountries(s templates.Settings) templates.Settings {
	s.Countries = []string{"AU", "NZ"}
	return s
}
