package templates

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

func FuzzNoNameBreaksOutOfItsLiteral(f *testing.F) {
	for _, seed := range []string{"Acme", "</script><script>alert(1)</script>", "<!--", "]]>", "'; alert(1)//", "\"`${x}`", "@@config@@", "*/ /* phonegate:end */", "/* phonegate:config */ {", "\u2028", "\\u003c", "ünïcode 💩", "\xff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		s := Settings{Domain: "acme.eu.auth0.com", Brand: Brand{Name: name}, Enforce: Enforce{SkipClients: []string{name}}}
		files, err := Artefacts(s)
		if err != nil {
			return
		}
		for _, file := range files {
			template, ok := templateOf[file.Path]
			if !ok {
				continue
			}
			templateHead, _, templateTail := split(t, template())
			data, _, _ := strings.Cut(string(file.Data), LoginPageHash)
			literal, foundHead := strings.CutPrefix(data, templateHead+configBegin)
			literal, foundTail := strings.CutSuffix(literal, configEnd+templateTail)
			if !foundHead || !foundTail {
				t.Fatalf("%s: something beside the literal has changed", file.Path)
			}
			if strings.ContainsAny(literal, "<>&@\u2028\u2029") || !utf8.ValidString(literal) {
				t.Fatalf("%s: %s", file.Path, literal)
			}
			var value struct{ Brand struct{ Name string } }
			if err := json.Unmarshal([]byte(literal), &value); err != nil {
				t.Fatalf("%s: %v", file.Path, err)
			}
			if strings.HasSuffix(file.Path, "login-page.html") && value.Brand.Name != strings.ToValidUTF8(name, "\uFFFD") {
				t.Fatalf("%q came back as %q", name, value.Brand.Name)
			}
		}
	})
}

func FuzzSignUpFieldsOf(f *testing.F) {
	page, err := LoginPage(full())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(page)
	f.Add([]byte(LoginPageMarker + configBegin + `{"fields":[null]}`))
	f.Fuzz(func(t *testing.T, page []byte) {
		if fields, err := SignUpFieldsOf(page); err != nil && fields != nil {
			t.Error("fields beside an error")
		}
	})
}
