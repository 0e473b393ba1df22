package twilio

import "testing"

func TestMarksAreReadAsTheyAreWritten(t *testing.T) {
	for text, want := range map[string]mark{
		"phonegate acme.us.auth0.com":                            {domain: "acme.us.auth0.com"},
		"phonegate acme.us.auth0.com; made":                      {domain: "acme.us.auth0.com", made: true},
		"phonegate acme.us.auth0.com; was code_length=4":         {domain: "acme.us.auth0.com", was: 4},
		"phonegate acme.us.auth0.com; found; was code_length=10": {domain: "acme.us.auth0.com", found: true, was: 10},
	} {
		if got := readMark(text); got != want || got.String() != text {
			t.Errorf("%q reads as %+v, which is written as %q", text, got, got)
		}
	}
	for text, want := range map[string]mark{
		"":                                       {},
		"Acme":                                   {},
		"phonegate":                              {},
		"phonegate test":                         {}, // the issuer that Twilio gives a service of that name
		"phonegate for acme.com":                 {},
		"my phonegate acme.com":                  {},
		"phonegate acme.com; was code_length=0":  {domain: "acme.com"},
		"phonegate acme.com; was code_length=11": {domain: "acme.com"},
		"phonegate acme.com; was code_length=x":  {domain: "acme.com"},
		"phonegate acme.com; of a later version": {domain: "acme.com"},
	} {
		if got := readMark(text); got != want {
			t.Errorf("%q reads as %+v", text, got)
		}
	}
}

func FuzzReadMark(f *testing.F) {
	f.Add("phonegate acme.us.auth0.com; found; was code_length=4")
	f.Fuzz(func(t *testing.T, text string) {
		if m := readMark(text); m.domain != "" && readMark(m.String()) != m {
			t.Errorf("%q reads as %+v, and what that writes as another", text, m)
		}
	})
}
