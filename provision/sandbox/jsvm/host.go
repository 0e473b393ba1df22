package jsvm

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"time"

	"modernc.org/quickjs"
	"modernc.org/quickjs/intl"
)

// host is the one Go function behind the prelude: host(name, ...arguments). Bytes cross as base64 and structured
// values as JSON, because that is what the engine converts without loss. The code itself never sees it.
func (m *machine) host(args []any) (any, error) {
	if len(args) == 0 {
		return nil, errors.New("host: no operation")
	}
	name, _ := args[0].(string)
	a := arguments(args[1:])
	switch name {
	case "now":
		return float64(m.around.Now().UnixMilli()), nil
	case "log":
		m.log(a.text(0))
		return nil, nil
	case "done":
		s := a.text(0)
		m.outcome = &s
		return nil, nil
	case "uncaught":
		m.uncaught = &scriptError{a.text(0), a.text(1)}
		return nil, nil
	case "env":
		return jsonText(m.env)
	case "process":
		return int(m.around.Process), nil
	case "intl":
		return nil, intl.Register(m.vm, intl.TimeZone("UTC"))
	case "sleep":
		return nil, m.sleep(a.int(0), a.float(1))
	case "cancel":
		m.cancel(a.int(0))
		return nil, nil
	case "fetch":
		return nil, m.fetch(a.int(0), a.text(1))
	case "url.parse":
		return parseURLs(a.text(0), a[1:])
	case "url.set":
		return setURL(a.text(0), a.text(1), a.text(2))
	case "form.parse":
		return jsonText(parseForm(a.text(0)))
	case "form.serialize":
		var pairs [][2]string
		if err := json.Unmarshal([]byte(a.text(0)), &pairs); err != nil {
			return nil, err
		}
		return serializeForm(pairs), nil
	case "utf8.encode":
		return base64.StdEncoding.EncodeToString([]byte(a.text(0))), nil
	case "utf8.decode":
		b, err := a.bytes(0)
		if err != nil {
			return nil, err
		}
		s, ok := decodeUTF8(b)
		if fatal, _ := a.at(1).(bool); fatal && !ok {
			return nil, nil
		}
		return s, nil
	case "random":
		b := make([]byte, a.int(0))
		_, err := rand.Read(b)
		return base64.StdEncoding.EncodeToString(b), err
	case "digest", "hmac", "hmac.verify":
		return digest(name, a)
	case "encodeToken", "validateToken", "cache.get", "cache.set", "cache.delete":
		return m.action.host(name, a)
	}
	return nil, fmt.Errorf("host: no operation %q", name)
}

// arguments are what the prelude passed; a missing one is the zero value.
type arguments []any

func (a arguments) at(i int) any {
	if i < len(a) {
		return a[i]
	}
	return nil
}

func (a arguments) text(i int) string {
	s, _ := a.at(i).(string)
	return s
}

func (a arguments) float(i int) float64 {
	switch n := a.at(i).(type) {
	case int:
		return float64(n)
	case float64:
		return n
	}
	return 0
}

func (a arguments) int(i int) int { return int(a.float(i)) }

func (a arguments) bytes(i int) ([]byte, error) {
	return base64.StdEncoding.DecodeString(a.text(i))
}

func jsonText(v any) (any, error) {
	b, err := json.Marshal(v)
	return string(b), err
}

var hashes = map[string]func() hash.Hash{
	"SHA-1": sha1.New, "SHA-256": sha256.New, "SHA-384": sha512.New384, "SHA-512": sha512.New,
}

// digest does digest(hash, data), hmac(hash, key, data) and hmac.verify(hash, key, data, signature).
func digest(name string, a arguments) (any, error) {
	h, ok := hashes[a.text(0)]
	if !ok {
		return nil, fmt.Errorf("no hash %q", a.text(0))
	}
	var parts [3][]byte
	for i := range parts {
		if i+1 < len(a) {
			b, err := a.bytes(i + 1)
			if err != nil {
				return nil, err
			}
			parts[i] = b
		}
	}
	if name == "digest" {
		sum := h()
		sum.Write(parts[0])
		return base64.StdEncoding.EncodeToString(sum.Sum(nil)), nil
	}
	mac := hmac.New(h, parts[0])
	mac.Write(parts[1])
	sum := mac.Sum(nil)
	if name == "hmac.verify" {
		return subtle.ConstantTimeCompare(sum, parts[2]) == 1, nil
	}
	return base64.StdEncoding.EncodeToString(sum), nil
}

// sleep starts a timer; the code hears of it through settle.
func (m *machine) sleep(id int, ms float64) error {
	ctx, cancel := context.WithCancel(m.ctx)
	m.timers[id] = cancel
	m.later(ctx, id, func(ctx context.Context) (string, error) {
		return "", m.around.Sleep(ctx, time.Duration(ms*float64(time.Millisecond)))
	})
	return nil
}

// cancel ends a timer or a fetch.
func (m *machine) cancel(id int) {
	if stop, ok := m.timers[id]; ok {
		stop()
		delete(m.timers, id)
	}
}

var _ quickjs.HostFunc = (*machine)(nil).host
