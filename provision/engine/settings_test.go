package engine_test

import (
	"bytes"
	"maps"
	"testing"

	"phonegate/provision/config"
	"phonegate/provision/engine"
)

// another is an answer to each question that has no fixed ones, other than that of the base.
var another = map[string]string{
	"auth0.domain": "other.eu.auth0.com", "auth0.custom_domains": "login.acme.example", "auth0.connection": "Customers", "auth0.client_id": "abc123",
	"twilio.account_sid": "AC0123456789abcdef0123456789abcdef", "twilio.service_name": "Other", "twilio.code_length": "8",
	"host.project": "other-verify", "host.team": "team_1", "host.url": "https://other.acme.test",
	"brand.name": "Other", "brand.color": "#aa3300", "brand.logo_url": "https://acme.example/logo.png",
	"countries": "AU,GB", "default_country": "NZ", "claims": "https://acme.example/",
	"enforce.users_created_after": "2026-07-01T09:00:00Z", "enforce.skip_clients": "abc", "enforce.skip_connections": "google-oauth2",
}

// shapesNothing are the answers that reach no generated file, with what they are for instead.
var shapesNothing = map[string]string{
	"auth0.connection":    "where users sign up, for the live test",
	"auth0.client_id":     "which application’s login page is changed",
	"auth0.login_page":    "which login page is changed",
	"twilio.account_sid":  "which account pays",
	"twilio.service_name": "the Verify service’s name, which Twilio puts into its texts",
	"host.team":           "whose project it is",
	"protected":           "whether a change must name the tenant",
}

// TestAnswersReachTheArtefacts fails for a setting that is asked for and then forgotten.
func TestAnswersReachTheArtefacts(t *testing.T) {
	base := config.Tenant{
		Auth0: config.Auth0{Domain: "acme.us.auth0.com", LoginPage: "client"}, Brand: config.Brand{Name: "Acme"},
		Host: config.Host{Kind: "bundle", Project: "acme-verify", URL: "https://verify.acme.test"}, Countries: []string{"AU", "NZ"}, DefaultCountry: "AU",
	}
	render := func(key, value string) map[string][]byte {
		t.Helper()
		spec := config.Complete("dev", base)
		if q, ok := config.Find(key); ok {
			if err := q.Set(&spec, value); err != nil {
				t.Fatalf("%s: %v", key, err)
			}
		}
		files, err := engine.Artefacts("dev", spec)
		if err != nil {
			t.Fatalf("%s: %v", key, err)
		}
		all := map[string][]byte{}
		for _, f := range files {
			all[f.Path] = f.Data
		}
		return all
	}
	before := render("", "")
	for _, q := range config.Questions() {
		values := []string{another[q.Key]}
		if len(q.Choices) > 0 {
			values = nil
			for _, o := range q.Choices {
				values = append(values, o.Value)
			}
		}
		changed := false
		for _, v := range values {
			if v == "" {
				t.Fatalf("%s: there is no other answer to try", q.Key)
			}
			changed = changed || !maps.EqualFunc(before, render(q.Key, v), bytes.Equal)
		}
		switch why := shapesNothing[q.Key]; {
		case !changed && why == "":
			t.Errorf("%s reaches no artefact: pass it on in Settings, or say in shapesNothing what it is for", q.Key)
		case changed && why != "":
			t.Errorf("%s shapes the artefacts, although it is said to be for %s", q.Key, why)
		}
	}
}
