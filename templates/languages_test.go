package templates_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// texts are the form's texts by language, English out of the module and the others out of their files.
func texts(t *testing.T) map[string]map[string]string {
	t.Helper()
	module, err := os.ReadFile("form/parts/config.mjs")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := bytes.Cut(module, []byte("\n  en: {\n"))
	table, _, _ = bytes.Cut(table, []byte("\n  },"))
	english := map[string]string{}
	for _, m := range regexp.MustCompile(`(?m)^    (\w+): '(.*)',$`).FindAllSubmatch(table, -1) {
		english[string(m[1])] = string(m[2])
	}
	if lines := bytes.Count(table, []byte("\n")) + 1; len(english) != lines {
		t.Fatalf("%d texts in %d lines", len(english), lines)
	}
	all := map[string]map[string]string{"en": english}
	paths, err := filepath.Glob("form/texts/*.json")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no translations: %v", err)
	}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		decoder := json.NewDecoder(bytes.NewReader(data))
		var one map[string]string
		if err := decoder.Decode(&one); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		if lines := bytes.Count(data, []byte("\n")) - 2; len(one) != lines {
			t.Errorf("%s: %d texts in %d lines: is one there twice?", path, len(one), lines)
		}
		all[strings.TrimSuffix(filepath.Base(path), ".json")] = one
	}
	return all
}

func TestEveryLanguageSaysTheSame(t *testing.T) {
	all := texts(t)
	for _, want := range []string{"ar", "de", "en", "es", "fr", "ja"} {
		if all[want] == nil {
			t.Errorf("%s is missing", want)
		}
	}
	placeholders := func(text string) []string {
		found := regexp.MustCompile(`\{\w*\}?`).FindAllString(text, -1)
		slices.Sort(found)
		return found
	}
	words := regexp.MustCompile(`[a-zA-Z]{2,}`)
	for language, translated := range all {
		if language == "en" {
			continue
		}
		got, want := slices.Sorted(maps.Keys(translated)), slices.Sorted(maps.Keys(all["en"]))
		if !slices.Equal(got, want) {
			t.Errorf("%s has the keys %v, English %v", language, got, want)
		}
		for key, text := range translated {
			english := all["en"][key]
			if key == "dir" {
				continue
			}
			if strings.TrimSpace(text) != text || text == "" {
				t.Errorf("%s %s is empty or has white space around: %q", language, key, text)
			}
			if !slices.Equal(placeholders(text), placeholders(english)) {
				t.Errorf("%s %s has the placeholders %v, English %v", language, key, placeholders(text), placeholders(english))
			}
			if text == english && language+" "+key != "es error" { // the same word
				t.Errorf("%s %s is English: %q", language, key, text)
			}
			bare := regexp.MustCompile(`\{\w+\}|SMS`).ReplaceAllString(text, "")
			if found := words.FindString(bare); found != "" && (language == "ja" || language == "ar") {
				t.Errorf("%s %s has a Latin word: %q", language, key, found)
			}
		}
	}
	leftover := regexp.MustCompile(`(?i)\b(the|your|you|code was|try again|sign in|enter|number)\b`)
	for language, translated := range all {
		for key, text := range translated {
			if found := leftover.FindString(regexp.MustCompile(`\{\w+\}`).ReplaceAllString(text, "")); found != "" && language != "en" {
				t.Errorf("%s %s has the English %q", language, key, found)
			}
		}
	}
}

func TestTheBrowserChoosesTheLanguage(t *testing.T) {
	suite := load(t)
	form := newForm(t, suite.Base, suite.Base.Settings, &standIn{})
	query := url.Values{"session_token": {signed(t, suite.Base.Session, sessionSecret(suite.Base), nil)}, "state": {"s"}}
	for header, want := range map[string]string{
		"":                              `lang="en" dir="ltr"`,
		"de":                            `lang="de" dir="ltr"`,
		"de-AT, en;q=0.5":               `lang="de" dir="ltr"`,
		"en;q=0.5, ja-JP;q=0.9":         `lang="ja" dir="ltr"`,
		"AR-eg":                         `lang="ar" dir="rtl"`,
		"nl, fr;q=0.3, es;q=0.4":        `lang="es" dir="ltr"`,
		"de;q=0, fr ; q=0.1":            `lang="fr" dir="ltr"`,
		"constructor, __proto__, es-MX": `lang="es" dir="ltr"`,
		"de;q=x, *":                     `lang="en" dir="ltr"`,
		strings.Repeat("xx,", 400):      `lang="en" dir="ltr"`,
	} {
		answer := ask(form, get(query, header))
		if answer.Code != http.StatusOK || !strings.Contains(answer.Body.String(), "<html "+want+">") {
			t.Errorf("%q: %d, %.60s", header, answer.Code, answer.Body)
		}
		if got := answer.Header().Get("Vary"); got != "Accept-Language" {
			t.Errorf("Vary: %q", got)
		}
	}
}

// TestOnePageIsOnePacket: what a host sends for a page, compressed, fits the 14 kB that TCP sends before it waits.
func TestOnePageIsOnePacket(t *testing.T) {
	const limit = 14_000
	suite := load(t)
	secret := sessionSecret(suite.Base)
	twilio := &standIn{answer: pendingCheck}
	states := map[string]struct {
		session map[string]any
		fields  url.Values // none: the page is opened
		status  int
	}{
		"code":               {nil, nil, 200},
		"code, call offered": {map[string]any{"sends": 3}, nil, 200},
		"limited":            {map[string]any{"limited": true}, nil, 200},
		"wrong code":         {nil, url.Values{"intent": {"check"}, "code": {"123456"}}, 422},
		"no code":            {nil, url.Values{"intent": {"check"}, "code": {"12"}}, 422},
		"too many tries":     {map[string]any{"tries": 4}, url.Values{"intent": {"check"}, "code": {"123456"}}, 429},
		"number":             {map[string]any{"task": "number"}, nil, 200},
		"profile's number":   {map[string]any{"task": "number", "reason": "phone_country"}, nil, 200},
		"wrong number":       {map[string]any{"task": "number"}, url.Values{"intent": {"number"}, "number": {"12"}}, 422},
		"another number":     {nil, url.Values{"intent": {"change"}}, 200},
		"expired":            {map[string]any{"exp": 1795427999, "iat": 1795427400}, nil, 410},
		"invalid":            {map[string]any{"purpose": "other"}, nil, 400},
		"not here yet":       {map[string]any{"key": "0123456789abcdef"}, nil, 409},
	}
	everywhere := suite.Base.Settings
	everywhere.Brand.Name = strings.Repeat("Acme & Söhne ", 8)
	form := newForm(t, suite.Base, everywhere, twilio)
	largest, where := 0, ""
	for language := range texts(t) {
		for name, state := range states {
			fields := url.Values{"session_token": {signed(t, suite.Base.Session, secret, state.session)}, "state": {strings.Repeat("s", 60)}}
			request := get(fields, language)
			if state.fields != nil {
				maps.Copy(fields, state.fields)
				request = post(fields, language)
			}
			answer := ask(form, request)
			if answer.Code != state.status {
				t.Errorf("%s, %s: %d", language, name, answer.Code)
			}
			page := answer.Body.String()
			if !strings.Contains(page, `<html lang="`+language+`"`) || regexp.MustCompile(`\{\w+\}`).MatchString(withoutCode(page)) {
				t.Errorf("%s, %s: another language, or a placeholder is left:\n%s", language, name, withoutCode(page))
			}
			if size := compressed(t, answer.Body.Bytes()); size > largest {
				largest, where = size, fmt.Sprintf("%s in %s", name, language)
			}
		}
	}
	t.Logf("the largest page is %q: %d bytes", where, largest)
	if largest >= limit {
		t.Errorf("%q has %d bytes, the limit is %d", where, largest, limit)
	}
}

// withoutCode is a page without style, script and what the script fills in.
func withoutCode(page string) string {
	return regexp.MustCompile(`(?s)<style.*?</style>|<script.*?</script>|data-waiting="[^"]*"`).ReplaceAllString(page, "")
}

func compressed(t *testing.T, data []byte) int {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Len()
}

func TestCountriesAreNamedInEveryLanguage(t *testing.T) {
	suite := load(t)
	twilio := &standIn{}
	everywhere := suite.Base.Settings
	listed := everywhere
	listed.Countries, listed.DefaultCountry = []string{"AU", "NZ", "GB", "MK"}, "NZ"
	query := url.Values{"state": {"s"}, "session_token": {signed(t, suite.Base.Session, sessionSecret(suite.Base), map[string]any{"task": "number"})}}
	options := regexp.MustCompile(`<option value="([A-Z]*)"( selected)?>([^<]*)</option>`)

	form := newForm(t, suite.Base, listed, twilio)
	for language, want := range map[string][]string{
		"en": {"AU Australia \u2066+61\u2069", "NZ selected New Zealand \u2066+64\u2069", "MK North Macedonia \u2066+389\u2069", "GB United Kingdom \u2066+44\u2069"},
		"de": {"AU Australien \u2066+61\u2069", "NZ selected Neuseeland \u2066+64\u2069", "MK Nordmazedonien \u2066+389\u2069", "GB Vereinigtes Königreich \u2066+44\u2069"},
		"ar": {"AU أستراليا \u2066+61\u2069", "GB المملكة المتحدة \u2066+44\u2069", "MK مقدونيا الشمالية \u2066+389\u2069", "NZ selected نيوزيلندا \u2066+64\u2069"},
	} {
		var got []string
		for _, m := range options.FindAllStringSubmatch(ask(form, get(query, language)).Body.String(), -1) {
			got = append(got, m[1]+m[2]+" "+m[3])
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", language, got, want)
		}
	}

	form = newForm(t, suite.Base, everywhere, twilio)
	for language := range texts(t) {
		page := ask(form, get(query, language)).Body.String()
		found := options.FindAllStringSubmatch(page, -1)
		if len(found) < 240 || found[0][1] != "" {
			t.Errorf("%s: %d countries, the first %q", language, len(found), found[:1])
		}
		for _, m := range found[1:] {
			if strings.HasPrefix(m[3], m[1]+" ") || !strings.Contains(m[3], " \u2066+") {
				t.Errorf("%s: %s has no name or code: %q", language, m[1], m[3])
			}
		}
	}
	// Without a default the browser's language gives the country.
	if page := ask(form, get(query, "de-CH, de;q=0.5")).Body.String(); !strings.Contains(page, `<option value="CH" selected>Schweiz`) {
		t.Error("Switzerland is not preselected for de-CH")
	}

	only := listed
	only.Countries, only.DefaultCountry = []string{"AU"}, ""
	form = newForm(t, suite.Base, only, twilio)
	if page := ask(form, get(query, "en")).Body.String(); strings.Contains(page, "<select") || !strings.Contains(page, `name="country" value="AU"`) {
		t.Error("there is a choice of one country")
	}
	if len(twilio.taken()) > 0 {
		t.Error("Twilio was called")
	}
}

func TestNumbersAreReadInTheChosenCountry(t *testing.T) {
	suite := load(t)
	session := signed(t, suite.Base.Session, sessionSecret(suite.Base), map[string]any{"task": "number"})
	for name, test := range map[string]struct {
		countries []string
		home      string
		country   string
		typed     string
		want      string // the number that is texted, "" for none
	}{
		"national":                     {nil, "", "AU", "0412 345 678", "+61412345678"},
		"national without its zero":    {nil, "", "AU", "412 345 678", "+61412345678"},
		"North America":                {nil, "", "CA", "(416) 555-0123", "+14165550123"},
		"Argentina's mobiles":          {nil, "", "AR", "011 15 2345-6789", "+5491123456789"},
		"Italy keeps its zero":         {nil, "", "IT", "06 1234 5678", "+390612345678"},
		"international beats choice":   {nil, "", "AU", "+64 21 123 4567", "+64211234567"},
		"with 00":                      {nil, "", "AU", "0064 21 123 4567", "+64211234567"},
		"choice beats default":         {nil, "NZ", "AU", "0412 345 678", "+61412345678"},
		"default without choice":       {nil, "NZ", "", "021 123 4567", "+64211234567"},
		"listed":                       {[]string{"AU", "NZ"}, "NZ", "AU", "0412 345 678", "+61412345678"},
		"Arabic digits":                {nil, "", "EG", "٠١٠٠ ١٢٣ ٤٥٦٧", "+201001234567"},
		"Persian digits":               {nil, "", "IR", "۰۹۱۲۳۴۵۶۷۸۹", "+989123456789"},
		"full-width digits":            {nil, "", "JP", "０９０－１２３４－５６７８", "+819012345678"},
		"no choice, no default":        {nil, "", "", "0412 345 678", ""},
		"not listed":                   {[]string{"AU", "NZ"}, "NZ", "DE", "0151 23456789", ""},
		"listed, a number from abroad": {[]string{"AU", "NZ"}, "NZ", "AU", "+49 151 23456789", ""},
		"no country":                   {nil, "", "XX", "0412 345 678", ""},
		"a name for a country":         {nil, "", "__proto__", "0412 345 678", ""},
		"part of a country":            {nil, "", "AU 61", "0412 345 678", ""},
		"in lower case":                {nil, "", "au", "0412 345 678", ""},
	} {
		t.Run(name, func(t *testing.T) {
			twilio := &standIn{answer: `{"sid":"VE00000000000000000000000000000002","to":"` + test.want + `","send_code_attempts":[{}]}`}
			s := suite.Base.Settings
			s.Countries, s.DefaultCountry = test.countries, test.home
			var sent []string
			form := newForm(t, suite.Base, s, twilio)
			answer := ask(form, post(url.Values{"session_token": {session}, "state": {"s"}, "intent": {"number"}, "number": {test.typed}, "country": {test.country}}, "en"))
			sent = twilio.taken()
			page := withoutCode(answer.Body.String())
			if test.want == "" {
				if answer.Code != http.StatusUnprocessableEntity || len(sent) > 0 || !strings.Contains(page, `role="alert"`) {
					t.Errorf("%d, calls %v\n%s", answer.Code, sent, page)
				}
				if chosen := `<option value="` + test.country + `" selected>`; len(test.countries) == 0 && regexp.MustCompile(`^[A-WYZ]{2}$`).MatchString(test.country) && !strings.Contains(page, chosen) {
					t.Error("the choice was forgotten")
				}
				return
			}
			if answer.Code != http.StatusOK || len(sent) != 1 || !strings.Contains(page, "•••• ••"+test.want[len(test.want)-2:]) {
				t.Errorf("%d, calls %v\n%s", answer.Code, sent, page)
			}
			if twilio.to != test.want {
				t.Errorf("the text went to %q, want %q", twilio.to, test.want)
			}
		})
	}
}

func TestCodesAreReadAsPeopleTypeThem(t *testing.T) {
	suite := load(t)
	session := signed(t, suite.Base.Session, sessionSecret(suite.Base), nil)
	twilio := &standIn{answer: pendingCheck}
	form := newForm(t, suite.Base, suite.Base.Settings, twilio)
	for typed, want := range map[string]string{
		"123456": "123456", " 123 456 ": "123456", "123-456": "123456", "1 2 3 4 5 6": "123456", "123–456": "123456", "12.34.56": "123456",
		"１２３４５６": "123456", "١٢٣٤٥٦": "123456", "۱۲۳۴۵۶": "123456", "\u202a123456\u202c": "123456", "123\u00a0456": "123456", "123\u2009456": "123456",
		"1234": "1234", "12345": "12345", "١٢٣٤٥": "12345", "12345 67890": "1234567890", // Twilio knows how long a code is
		"": "", "123": "", "12345678901": "", "12345a": "", "+123456": "", "0x1234": "", "1e5000": "", "١٢٣": "", "१२३४५६": "", "123456;": "",
	} {
		answer := ask(form, post(url.Values{"session_token": {session}, "state": {"s"}, "intent": {"check"}, "code": {typed}}, "en"))
		calls := twilio.taken()
		if answer.Code != http.StatusUnprocessableEntity || len(calls) != min(len(want), 1) || want != "" && twilio.code != want {
			t.Errorf("%q: %d, %v, code %q", typed, answer.Code, calls, twilio.code)
		}
	}
}
