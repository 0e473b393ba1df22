package reply

import "testing"

func FuzzSearchQuery(f *testing.F) {
	for _, q := range []string{`email:"a@b.c"`, `a:b AND c:*`, ``, `(type:"s")`, `x`, `identities.connection:"x" AND email:a*`} {
		f.Add(q)
	}
	o := Object{"email": "a@b.c", "identities": []Object{{"connection": "x"}}}
	f.Fuzz(func(_ *testing.T, q string) {
		if match, err := ParseQuery(q); err == nil {
			match(o)
		}
	})
}
