package templates

import (
	"bytes"
	"regexp"
	"testing"
)

func TestAnEditedLoginPageIsToldFromAnUntouchedOne(t *testing.T) {
	page, err := LoginPage(full())
	if err != nil {
		t.Fatal(err)
	}
	if !regexp.MustCompile(`\n<!-- phonegate:page [0-9a-f]{32} -->\n$`).Match(page) {
		t.Errorf("it ends with %q", page[len(page)-60:])
	}
	for what, c := range map[string]struct {
		page         []byte
		ours, intact bool
	}{
		"as generated":           {page, true, true},
		"without the line break": {bytes.TrimSpace(page), true, true},
		"edited":                 {bytes.Replace(page, []byte("<title>"), []byte("<title>x"), 1), true, false},
		"added to":               {append(bytes.Clone(page), "<p>more</p>"...), true, false},
		"hash edited":            {append(bytes.Clone(page[:len(page)-8]), "0 -->\n"...), true, false},
		"two lines of ours":      {hashed(bytes.Clone(page)), true, true},
		"somebody else's":        {[]byte("<html>phonegate</html>"), false, false},
		"none":                   {nil, false, false},
	} {
		if ours, intact := LoginPageIs(c.page); ours != c.ours || intact != c.intact {
			t.Errorf("%s: ours %v, intact %v", what, ours, intact)
		}
	}
}
