package reply

import (
	"fmt"
	"strings"
)

// ParseQuery reads a Lucene-like query. The empty one matches everything.
func ParseQuery(q string) (func(Object) bool, error) {
	type term struct{ field, value string }
	var terms []term
	for part := range strings.SplitSeq(q, " AND ") {
		part = strings.Trim(strings.TrimSpace(part), "()")
		if part == "" || part == "*" {
			continue
		}
		field, value, ok := strings.Cut(part, ":")
		if !ok || field == "" {
			return nil, fmt.Errorf("Failed parsing query string syntax")
		}
		terms = append(terms, term{strings.TrimSuffix(strings.TrimSpace(field), ".raw"), unquote(strings.TrimSpace(value))})
	}
	return func(o Object) bool {
		for _, t := range terms {
			if !matches(lookup(o, strings.Split(t.field, ".")), t.value) {
				return false
			}
		}
		return true
	}, nil
}

func unquote(v string) string {
	if len(v) >= 2 && v[0] == '"' && v[len(v)-1] == '"' {
		return strings.ReplaceAll(v[1:len(v)-1], `\"`, `"`)
	}
	return strings.ReplaceAll(v, `\`, "")
}

func lookup(v any, path []string) []any {
	if len(path) == 0 {
		return []any{v}
	}
	switch x := v.(type) {
	case Object:
		if inner, ok := x[path[0]]; ok {
			return lookup(inner, path[1:])
		}
	case []Object:
		var out []any
		for _, e := range x {
			out = append(out, lookup(e, path)...)
		}
		return out
	}
	return nil
}

func matches(values []any, want string) bool {
	for _, v := range values {
		got := strings.ToLower(fmt.Sprint(v))
		want := strings.ToLower(want)
		if want == "*" || got == want || (strings.HasSuffix(want, "*") && strings.HasPrefix(got, strings.TrimSuffix(want, "*"))) {
			return true
		}
	}
	return false
}
