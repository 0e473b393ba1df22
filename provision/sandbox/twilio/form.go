package twilio

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
)

const (
	verifyURL  = "https://verify.twilio.com"
	lookupsURL = "https://lookups.twilio.com"
)

// reader takes typed parameters out of a form and keeps the first thing that is wrong.
type reader struct {
	form url.Values
	bad  *problem
}

func (r *reader) has(name string) bool { return r.form.Has(name) }

func (r *reader) refuse(name string) {
	if r.bad == nil {
		r.bad = invalid(name, r.form.Get(name))
	}
}

func (r *reader) flag(name string, into *bool) {
	if !r.has(name) {
		return
	}
	switch strings.ToLower(r.form.Get(name)) {
	case "true":
		*into = true
	case "false":
		*into = false
	default:
		r.refuse(name)
	}
}

func (r *reader) number(name string, least, most int, into *int) {
	if !r.has(name) {
		return
	}
	n, err := strconv.Atoi(r.form.Get(name))
	if err != nil || n < least || n > most {
		r.refuse(name)
		return
	}
	*into = n
}

// text sets a nullable string; an empty value clears it.
func (r *reader) text(name string, into **string, pattern *regexp.Regexp) {
	if !r.has(name) {
		return
	}
	v := r.form.Get(name)
	switch {
	case v == "":
		*into = nil
	case pattern != nil && !pattern.MatchString(v):
		r.refuse(name)
	default:
		*into = &v
	}
}

// seconds and millis are the two forms in which Verify writes times.
func seconds(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }
func millis(t time.Time) string  { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// mail is the form of times in the 2010 API.
func mail(t time.Time) string { return t.UTC().Format("Mon, 02 Jan 2006 15:04:05 +0000") }
