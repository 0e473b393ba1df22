package jsvm

import (
	"errors"
	"strconv"
	"strings"
)

// webURL is a URL as the WHATWG URL Standard sees it (https://url.spec.whatwg.org/). net/url follows RFC 3986 and
// differs where browsers and Node are lenient: backslashes, dot segments, default ports, IPv4 spellings.
type webURL struct {
	scheme, user, password string
	host                   *string // nil: none
	port                   string  // "" for none or the scheme's own
	path                   []string
	opaque                 *string // the path of "mailto:x"
	query, fragment        *string
}

var errInvalidURL = errors.New("Invalid URL")

var defaultPorts = map[string]string{"http": "80", "https": "443", "ws": "80", "wss": "443", "ftp": "21", "file": ""}

func (u *webURL) special() bool { _, ok := defaultPorts[u.scheme]; return ok }

// Percent-encode sets: what is encoded beside controls and what is not ASCII.
const (
	fragmentSet     = " \"<>`"
	querySet        = " \"#<>"
	specialQuerySet = querySet + "'"
	pathSet         = querySet + "?^`{}"
	userinfoSet     = pathSet + "/:;=@[\\]|"
)

func encodeSet(s, set string) string {
	var out strings.Builder
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < 0x20 || c > 0x7E || strings.IndexByte(set, c) >= 0 {
			percentEncode(&out, c)
		} else {
			out.WriteByte(c)
		}
	}
	return out.String()
}

// parseWebURL is the standard's basic URL parser without state override.
func parseWebURL(input string, base *webURL) (*webURL, error) {
	input = strings.TrimFunc(input, func(r rune) bool { return r <= ' ' })
	input = strings.NewReplacer("\t", "", "\n", "", "\r", "").Replace(input)
	u := &webURL{}
	if i := strings.IndexByte(input, '#'); i >= 0 {
		f := encodeSet(input[i+1:], fragmentSet)
		u.fragment = &f
		input = input[:i]
	}
	scheme, rest, ok := cutScheme(input)
	if !ok {
		if base == nil || base.opaque != nil && (input != "" || u.fragment == nil) {
			return nil, errInvalidURL
		}
		return u, u.relative(input, base)
	}
	u.scheme = scheme
	switch {
	case scheme == "file":
		return u, u.file(rest, base)
	case u.special() && base != nil && base.scheme == scheme && !strings.HasPrefix(rest, "//"):
		return u, u.relative(rest, base)
	case u.special():
		return u, u.authority(strings.TrimLeft(rest, `/\`))
	case strings.HasPrefix(rest, "//"):
		return u, u.authority(rest[2:])
	case strings.HasPrefix(rest, "/"):
		u.pathAndQuery(rest)
		return u, nil
	}
	path, query, found := strings.Cut(rest, "?")
	if found {
		u.setQuery(query)
	}
	path = encodeSet(path, "")
	u.opaque = &path
	return u, nil
}

func cutScheme(s string) (scheme, rest string, ok bool) {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == ':' && i > 0:
			return strings.ToLower(s[:i]), s[i+1:], true
		case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z':
		case i > 0 && (isAlphanumeric(c) || c == '+' || c == '-' || c == '.'):
		default:
			return "", "", false
		}
	}
	return "", "", false
}

func (u *webURL) slash(c byte) bool { return c == '/' || c == '\\' && u.special() }

func (u *webURL) relative(rest string, base *webURL) error {
	u.scheme = base.scheme
	if u.scheme == "file" && (strings.HasPrefix(rest, "/") || strings.HasPrefix(rest, `\`)) {
		return u.file(rest, base)
	}
	if len(rest) > 0 && u.slash(rest[0]) {
		if len(rest) > 1 && u.slash(rest[1]) {
			if u.special() {
				return u.authority(strings.TrimLeft(rest, `/\`))
			}
			return u.authority(rest[2:])
		}
		u.user, u.password, u.host, u.port = base.user, base.password, base.host, base.port
		u.pathAndQuery(rest)
		return nil
	}
	u.user, u.password, u.host, u.port, u.opaque = base.user, base.password, base.host, base.port, base.opaque
	u.path = append([]string(nil), base.path...)
	switch {
	case rest == "":
		u.query = base.query
	case rest[0] == '?':
		u.setQuery(rest[1:])
	default:
		u.shorten()
		u.segments(rest)
	}
	return nil
}

func (u *webURL) file(rest string, base *webURL) error {
	empty := ""
	u.host = &empty
	switch {
	case len(rest) > 1 && u.slash(rest[0]) && u.slash(rest[1]):
		end := strings.IndexAny(rest[2:], `/\?`)
		if end < 0 {
			end = len(rest) - 2
		}
		host, err := parseHost(rest[2:2+end], true)
		if err != nil && end > 0 {
			return err
		}
		if host != "localhost" {
			u.host = &host
		}
		u.pathAndQuery(rest[2+end:])
	case base != nil && base.scheme == "file" && (rest == "" || !u.slash(rest[0])):
		return u.relative(rest, base)
	default:
		u.pathAndQuery(rest)
	}
	return nil
}

func (u *webURL) authority(rest string) error {
	end := 0
	for end < len(rest) && rest[end] != '?' && !u.slash(rest[end]) {
		end++
	}
	host := rest[:end]
	if at := strings.LastIndexByte(host, '@'); at >= 0 {
		user, password, _ := strings.Cut(host[:at], ":")
		u.user, u.password = encodeSet(user, userinfoSet), encodeSet(password, userinfoSet)
		if host = host[at+1:]; host == "" {
			return errInvalidURL
		}
	}
	if err := u.setHostPort(host); err != nil {
		return err
	}
	u.pathAndQuery(rest[end:])
	return nil
}

func (u *webURL) setHostPort(s string) error {
	host, port := s, ""
	if colon := strings.LastIndexByte(s, ':'); colon > strings.LastIndexByte(s, ']') {
		host, port = s[:colon], s[colon+1:]
		if host == "" {
			return errInvalidURL
		}
	}
	if host == "" && u.special() {
		return errInvalidURL
	}
	parsed, err := parseHost(host, u.special())
	if err != nil {
		return err
	}
	if err := u.setPort(port); err != nil {
		return err
	}
	u.host = &parsed
	return nil
}

func (u *webURL) setPort(s string) error {
	if s == "" {
		u.port = ""
		return nil
	}
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return errInvalidURL
		}
	}
	n, err := strconv.ParseUint(s, 10, 16)
	if err != nil {
		return errInvalidURL
	}
	if u.port = strconv.FormatUint(n, 10); u.port == defaultPorts[u.scheme] {
		u.port = ""
	}
	return nil
}

func (u *webURL) setQuery(s string) {
	set := querySet
	if u.special() {
		set = specialQuerySet
	}
	q := encodeSet(s, set)
	u.query = &q
}

// pathAndQuery takes over an absolute path; it starts with a slash, a question mark or is empty.
func (u *webURL) pathAndQuery(rest string) {
	u.path = nil
	if rest != "" && u.slash(rest[0]) {
		u.segments(rest[1:])
		return
	}
	if u.special() || rest != "" && rest[0] != '?' {
		u.segments(rest)
		return
	}
	if rest != "" {
		u.setQuery(rest[1:])
	}
}

func (u *webURL) segments(rest string) {
	path, query, found := strings.Cut(rest, "?")
	if found {
		u.setQuery(query)
	}
	for start := 0; ; {
		end := start
		for end < len(path) && !u.slash(path[end]) {
			end++
		}
		last := end == len(path)
		segment := path[start:end]
		switch strings.ReplaceAll(strings.ToLower(segment), "%2e", ".") {
		case "..":
			u.shorten()
			if last {
				u.path = append(u.path, "")
			}
		case ".":
			if last {
				u.path = append(u.path, "")
			}
		default:
			u.path = append(u.path, encodeSet(segment, pathSet))
		}
		if last {
			return
		}
		start = end + 1
	}
}

func (u *webURL) shorten() {
	if len(u.path) > 0 {
		u.path = u.path[:len(u.path)-1]
	}
}
