package reply

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"maps"
	"time"
)

// Nanos is the time as Actions write it.
func Nanos(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000000Z") }

// Millis is the time as the Management API writes it.
func Millis(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// Clone copies a JSON value deeply, so that what leaves the lock can't change under a reader.
func Clone[T any](v T) T {
	var out T
	data, err := json.Marshal(v)
	if err == nil {
		_ = json.Unmarshal(data, &out)
	}
	return out
}

// Text is a string of an object, "" if there is none.
func Text(o Object, key string) string {
	v, _ := o[key].(string)
	return v
}

// Truth is a boolean of an object, false if there is none.
func Truth(o Object, key string) bool {
	v, _ := o[key].(bool)
	return v
}

// Texts reads an array of strings, whether it came from JSON or from the seed.
func Texts(v any) []string {
	switch list := v.(type) {
	case []string:
		return list
	case []any:
		var out []string
		for _, e := range list {
			if t, ok := e.(string); ok {
				out = append(out, t)
			}
		}
		return out
	}
	return nil
}

// Choose is yes if b, and else no.
func Choose(b bool, yes, no string) string {
	if b {
		return yes
	}
	return no
}

// Overlay is the metadata with first-level keys set or, for nil, removed. It never changes its arguments.
func Overlay(old, set Object) Object {
	if len(set) == 0 {
		return old
	}
	out := maps.Clone(old)
	if out == nil {
		out = Object{}
	}
	for k, v := range set {
		if v == nil {
			delete(out, k)
			continue
		}
		out[k] = v
	}
	return out
}

// Random is n random bytes in base64url.
func Random(n int) string {
	b := make([]byte, n)
	if _, err := rand.Read(b); err != nil {
		panic(err) // crypto/rand never fails on the platforms Go supports
	}
	return base64.RawURLEncoding.EncodeToString(b)
}
