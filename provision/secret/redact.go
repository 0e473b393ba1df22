package secret

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// Hidden is what stands in the place of a secret.
const Hidden = "[hidden]"

// shortest is the length under which a value is not hidden: replacing it would garble ordinary text.
const shortest = 6

// Redactor takes secrets out of text on its way to a log, an error or an event. It may be used from several goroutines;
// the zero value is ready.
type Redactor struct {
	mu    sync.RWMutex
	forms []string // longest first
	seen  map[string]bool
}

// Add learns secrets. Values that are too short to be one are left alone.
func (r *Redactor) Add(values ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.seen == nil {
		r.seen = map[string]bool{}
	}
	for _, value := range values {
		if len(value) < shortest {
			continue
		}
		for _, form := range disguises(value) {
			if len(form) >= shortest && !r.seen[form] {
				r.seen[form] = true
				r.forms = append(r.forms, form)
			}
		}
	}
	slices.SortFunc(r.forms, func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) })
}

// AddCredentials learns those of the credentials that are secret.
func (r *Redactor) AddCredentials(c Credentials) {
	for _, s := range Slots() {
		if s.Secret {
			r.Add(c.Get(s.Env))
		}
	}
}

// header and token are secrets by their looks, known or not.
var (
	header = regexp.MustCompile(`(?i)\b(bearer|basic) +[A-Za-z0-9._~+/=-]{8,}`)
	token  = regexp.MustCompile(`\beyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{5,}(\.[A-Za-z0-9_-]*)*`)
)

// Redact is the text with every secret replaced.
func (r *Redactor) Redact(text string) string {
	if r != nil {
		r.mu.RLock()
		for _, form := range r.forms {
			text = strings.ReplaceAll(text, form, Hidden)
		}
		r.mu.RUnlock()
	}
	text = header.ReplaceAllString(text, "$1 "+Hidden)
	return token.ReplaceAllString(text, Hidden)
}

// disguises are the forms in which a secret turns up: as it is, escaped for a URL or JSON, and inside base64, where the
// text before it (the user of a Basic header) shifts it by 0, 1 or 2 bytes.
func disguises(value string) []string {
	forms := []string{value, url.QueryEscape(value), url.PathEscape(value)}
	if quoted, err := json.Marshal(value); err == nil {
		forms = append(forms, string(quoted[1:len(quoted)-1]))
	}
	for shift := range 3 {
		for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			encoded := encoding.EncodeToString(append(make([]byte, shift), value...))
			first := (shift*8 + 5) / 6           // the characters before it hold bits of what stands before
			last := (shift + len(value)) * 8 / 6 // those after it, bits of what follows
			forms = append(forms, encoded[first:last])
		}
	}
	return forms
}
