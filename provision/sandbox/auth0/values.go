package auth0

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"maps"
	"time"
)

// nanos is the time as Actions write it, millis as the rest of the API does.
func nanos(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000000Z") }

func millis(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// clone copies a JSON value deeply, so that what leaves the lock can't change under a reader.
func clone[T any](v T) T {
	var out T
	data, err := json.Marshal(v)
	if err == nil {
		_ = json.Unmarshal(data, &out)
	}
	return out
}

func text(o object, key string) string {
	v, _ := o[key].(string)
	return v
}

func truth(o object, key string) bool {
	v, _ := o[key].(bool)
	return v
}

// texts reads an array of strings, whether it came from JSON or from the seed.
func texts(v any) []string {
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

func choose(b bool, yes, no string) string {
	if b {
		return yes
	}
	return no
}

// overlay is the metadata with first-level keys set or, for nil, removed. It never changes its arguments.
func overlay(old, set object) object {
	if len(set) == 0 {
		return old
	}
	out := maps.Clone(old)
	if out == nil {
		out = object{}
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

// random is n random bytes in base64url.
func random(n int) string {
	b := make([]byte, n)
	if _, err := rand.Read(b); err != nil {
		panic(err) // crypto/rand never fails on the platforms Go supports
	}
	return base64.RawURLEncoding.EncodeToString(b)
}
