package login

import (
	"regexp"
	"strings"
	"testing"

	"phonegate/templates"
)

func page(t testing.TB) string {
	made, err := templates.LoginPage(templates.Settings{
		Domain: "acme.us.auth0.com", CodeCheck: "form", Capture: "lock", NoPhone: "form", CodeLength: 6,
		Countries: []string{"NZ", "AU"}, DefaultCountry: "NZ", Brand: templates.Brand{Name: "Acme"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return string(made)
}

func TestSignUpFieldsAreReadFromADeployedLoginPage(t *testing.T) {
	fields := loginFields(page(t))
	if len(fields) != 1 || fields[0].Name != "phone_number" || !strings.Contains(fields[0].Placeholder, "021 ") {
		t.Fatalf("%+v", fields)
	}
	pattern := regexp.MustCompile(fields[0].Pattern)
	for typed, want := range map[string]bool{"+64211234567": true, "0061412345678": true, "0211234567": true, "+14155552671": false, "abc": false, "": false} {
		if pattern.MatchString(typed) != want {
			t.Errorf("%q: %v", typed, !want)
		}
	}
	for _, foreign := range []string{"", "<html></html>", "<!-- phonegate:login-page -->", "phonegate:login-page /* phonegate:config */ {"} {
		if fields := loginFields(foreign); len(fields) > 0 {
			t.Errorf("%q: %+v", foreign, fields)
		}
	}
}

func FuzzLoginFields(f *testing.F) {
	f.Add(page(f))
	f.Add("phonegate:login-page /* phonegate:config */ {\"fields\":[null]}")
	f.Fuzz(func(t *testing.T, page string) {
		if fields := loginFields(page); len(fields) > 0 && !strings.Contains(page, "phonegate:login-page") {
			t.Error("fields of somebody else's page")
		}
	})
}
