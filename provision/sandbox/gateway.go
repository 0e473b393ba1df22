package sandbox

import (
	"bytes"
	"maps"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// gateway is the door of an emulated host for browsers that can't resolve its name. It calls the host under its real
// name and translates origins both ways: the code behind it sees and writes what it would at the real provider.
func (s *Sandbox) gateway(host string) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		to, ok := s.hosts.find(host)
		if !ok {
			http.Error(rw, "The sandbox knows no host of this name.", http.StatusBadGateway)
			return
		}
		t := newTranslation(s.doors.all(), r.Host)
		inner := r.Clone(r.Context())
		inner.Host = host
		inner.Header.Del("Accept-Encoding") // pages must stay readable for the translation
		for _, name := range []string{"Origin", "Referer"} {
			if v := inner.Header.Get(name); v != "" {
				inner.Header.Set(name, t.inward(v))
			}
		}
		out := &translating{recording: newRecording()}
		to.ServeHTTP(out, inner) // a dropped connection panics through to the server, which drops it
		out.flush(rw, r, t)
	})
}

// translation knows the real and the loopback origin of every host that has a door.
type translation struct {
	in  []pair          // loopback -> real
	out []pair          // real -> loopback
	own map[string]bool // real host names, for cookies
}

type pair struct{ from, to string }

// newTranslation writes loopback origins with the name that the browser used (localhost or 127.0.0.1), since
// cookies belong to a name.
func newTranslation(doors map[string]string, asked string) *translation {
	t := &translation{own: map[string]bool{}}
	name, _, err := net.SplitHostPort(asked)
	if err != nil {
		name = asked
	}
	for _, host := range slices.Sorted(maps.Keys(doors)) {
		u, err := url.Parse(doors[host])
		if err != nil {
			continue
		}
		real := "https://" + host
		shown := "http://" + net.JoinHostPort(strings.Trim(name, "[]"), u.Port())
		t.own[host] = true
		t.out = append(t.out, pair{real, shown})
		for _, n := range []string{u.Hostname(), "localhost", "127.0.0.1"} {
			t.in = append(t.in, pair{"http://" + net.JoinHostPort(n, u.Port()), real})
		}
	}
	return t
}

// inward translates one origin or address of a request header.
func (t *translation) inward(s string) string {
	for _, p := range t.in {
		if rest, ok := strings.CutPrefix(s, p.from); ok && endsOrigin(rest) {
			return p.to + rest
		}
	}
	return s
}

// outward translates one address of a response header.
func (t *translation) outward(s string) string {
	for _, p := range t.out {
		if rest, ok := strings.CutPrefix(s, p.from); ok && endsOrigin(rest) {
			return p.to + rest
		}
	}
	return s
}

// text translates every origin in a page or policy, also where its slashes are escaped as in a script.
func (t *translation) text(s []byte) []byte {
	for _, p := range t.out {
		s = replaceOrigin(s, p.from, p.to)
		s = replaceOrigin(s, strings.ReplaceAll(p.from, "/", `\/`), strings.ReplaceAll(p.to, "/", `\/`))
	}
	return s
}

// replaceOrigin replaces an origin where it is not only the beginning of a longer host name.
func replaceOrigin(s []byte, from, to string) []byte {
	var out []byte
	for {
		i := bytes.Index(s, []byte(from))
		if i < 0 {
			return append(out, s...)
		}
		out = append(out, s[:i]...)
		s = s[i+len(from):]
		if endsOrigin(string(s[:min(2, len(s))])) {
			out = append(out, to...)
		} else {
			out = append(out, from...)
		}
	}
}

// endsOrigin says whether what follows an origin does not belong to it.
func endsOrigin(rest string) bool {
	if rest == "" {
		return true
	}
	c := rest[0]
	if c == '.' || c == ':' { // a full stop or a colon may end a sentence, but also continue a host
		return len(rest) == 1 || !alphanumeric(rest[1])
	}
	return c != '-' && c != '_' && !alphanumeric(c)
}

func alphanumeric(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// translating is a response on its way out of a door.
type translating struct{ *recording }

func (w *translating) flush(rw http.ResponseWriter, r *http.Request, t *translation) {
	w.WriteHeader(http.StatusOK)
	h, body := w.sent, w.body.Bytes()
	h.Del("Strict-Transport-Security")
	for _, name := range []string{"Location", "Content-Location", "Access-Control-Allow-Origin"} {
		if v := h.Get(name); v != "" {
			h.Set(name, t.outward(v))
		}
	}
	for _, name := range []string{"Content-Security-Policy", "Content-Security-Policy-Report-Only", "Link", "Refresh"} {
		for i, v := range h.Values(name) {
			h[name][i] = withoutUpgrade(string(t.text([]byte(v))))
		}
	}
	for i, v := range h.Values("Set-Cookie") {
		h["Set-Cookie"][i] = t.cookie(v)
	}
	if strings.HasPrefix(h.Get("Content-Type"), "text/html") {
		body = t.text(body)
	}
	maps.Copy(rw.Header(), h)
	if bodyAllowed(w.status) {
		rw.Header().Set("Content-Length", strconv.Itoa(len(body)))
	}
	rw.WriteHeader(w.status)
	if r.Method != http.MethodHead && bodyAllowed(w.status) {
		_, _ = rw.Write(body)
	}
}

func bodyAllowed(status int) bool {
	return status >= 200 && status != http.StatusNoContent && status != http.StatusNotModified
}

// withoutUpgrade takes the directive out that would make a browser look for the loopback doors at https.
func withoutUpgrade(policy string) string {
	kept := slices.DeleteFunc(strings.Split(policy, ";"), func(d string) bool {
		return strings.EqualFold(strings.TrimSpace(d), "upgrade-insecure-requests")
	})
	return strings.TrimSpace(strings.Join(kept, ";"))
}

// cookie makes a cookie acceptable over plain http: no Secure, no Partitioned, no Domain of an emulated host, and Lax
// instead of None, which needs Secure. The doors are one site, so Lax reaches as far.
func (t *translation) cookie(line string) string {
	parts := strings.Split(line, ";")
	kept := parts[:1]
	for _, p := range parts[1:] {
		name, value, _ := strings.Cut(strings.TrimSpace(p), "=")
		switch strings.ToLower(name) {
		case "secure", "partitioned":
			continue
		case "domain":
			if t.own[strings.ToLower(strings.TrimPrefix(value, "."))] {
				continue
			}
		case "samesite":
			if strings.EqualFold(value, "none") {
				p = " SameSite=Lax"
			}
		}
		kept = append(kept, p)
	}
	return strings.Join(kept, ";")
}
