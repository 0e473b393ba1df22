package templates

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/nyaruka/phonenumbers"
)

// NumberExample is a number that the JavaScript normaliser must read in a certain way.
type NumberExample struct {
	Plan    phonePlan `json:"plan"`
	Typed   string    `json:"typed"`
	Number  string    `json:"number"`
	Problem string    `json:"problem,omitempty"`
}

// NumberExamples is libphonenumber's own example of every country, in international and national form, under an
// allow-list of that country; and the examples of North America under one another's lists.
func NumberExamples(t *testing.T) []NumberExample {
	t.Helper()
	var out []NumberExample
	var northAmerica []string
	for _, region := range sortedRegions() {
		example := phonenumbers.GetExampleNumberForType(region, phonenumbers.MOBILE)
		if example == nil {
			continue
		}
		plan, err := planOf(Settings{Countries: []string{region}, DefaultCountry: region})
		if err != nil {
			t.Fatal(err)
		}
		for _, format := range []phonenumbers.PhoneNumberFormat{phonenumbers.E164, phonenumbers.INTERNATIONAL, phonenumbers.NATIONAL} {
			// The library's own reading counts: not every national form that it writes does it read as the same number.
			typed := phonenumbers.Format(example, format)
			parsed, err := phonenumbers.Parse(typed, region)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, NumberExample{Plan: plan, Typed: typed, Number: phonenumbers.Format(parsed, phonenumbers.E164)})
		}
		if example.GetCountryCode() == 1 {
			northAmerica = append(northAmerica, region)
		}
	}
	for _, from := range northAmerica {
		number := phonenumbers.Format(phonenumbers.GetExampleNumberForType(from, phonenumbers.MOBILE), phonenumbers.E164)
		for _, listed := range northAmerica {
			if from == listed {
				continue
			}
			plan, err := planOf(Settings{Countries: []string{listed}})
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, NumberExample{Plan: plan, Typed: number, Number: number, Problem: "phone_country"})
		}
	}
	return out
}

func sortedRegions() []string {
	var all []string
	for region := range regions() {
		all = append(all, region)
	}
	slices.Sort(all)
	return all
}

// PlanForTest is the allow-list of countries as Action and form have it, as JSON.
func PlanForTest(t testing.TB, countries ...string) []byte {
	t.Helper()
	plan, err := planOf(Settings{Countries: countries})
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(plan.Allowed)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// JoinForTest is templates.join.
func JoinForTest(parts ...string) []byte { return join(parts...) }

// WriteFormParts writes the modules of which a rendered form was joined, under its configuration, and answers with the path of
// the one that hosts would call.
func WriteFormParts(t testing.TB, dir string, form []byte) string {
	t.Helper()
	var config json.RawMessage
	if err := literalOf(form, &config); err != nil {
		t.Fatal(err)
	}
	for _, part := range formParts {
		data := source(part)
		if part == formParts[0] {
			var err error
			if data, err = fill(data, config); err != nil {
				t.Fatal(err)
			}
		}
		path := filepath.Join(dir, filepath.FromSlash(part))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, "form", "parts", "verify.mjs")
}
