package vercel

import (
	"errors"
	"net/url"
	"regexp"
	"strings"
)

// route is a rewrite: a source in the path-to-regexp notation of vercel.json and where it leads.
type route struct {
	match       *regexp.Regexp
	names       []string
	destination string
}

var parameter = regexp.MustCompile(`:([A-Za-z_][A-Za-z0-9_]*)`)

// newRoute knows ":name", ":name*", ":name+", ":name(regexp)" and "(regexp)".
func newRoute(source, destination string) (*route, error) {
	if !strings.HasPrefix(source, "/") {
		return nil, errors.New("a source starts with a slash")
	}
	r := &route{destination: destination}
	var out strings.Builder
	out.WriteString("^")
	for i := 0; i < len(source); {
		switch c := source[i]; {
		case c == ':' && parameter.MatchString(source[i:]) && parameter.FindStringIndex(source[i:])[0] == 0:
			m := parameter.FindStringSubmatch(source[i:])
			i += len(m[0])
			r.names = append(r.names, m[1])
			switch {
			case i < len(source) && source[i] == '(':
				end := group(source, i)
				if end < 0 {
					return nil, errors.New("an open bracket")
				}
				out.WriteString(source[i:end])
				i = end
			case i < len(source) && (source[i] == '*' || source[i] == '+'):
				// "/:path*" also matches nothing, without its slash
				if text := out.String(); source[i] == '*' && strings.HasSuffix(text, "/") {
					out.Reset()
					out.WriteString(strings.TrimSuffix(text, "/") + "(?:/(.*?))?")
				} else {
					out.WriteString("(.+?)")
				}
				i++
			default:
				out.WriteString("([^/]+?)")
			}
		case c == '(':
			end := group(source, i)
			if end < 0 {
				return nil, errors.New("an open bracket")
			}
			r.names = append(r.names, "")
			out.WriteString(source[i:end])
			i = end
		default:
			out.WriteString(regexp.QuoteMeta(string(c)))
			i++
		}
	}
	out.WriteString("/?$")
	var err error
	r.match, err = regexp.Compile(out.String())
	return r, err
}

// group is the end of the bracket that opens at i, -1 if it does not close.
func group(s string, i int) int {
	depth := 0
	for ; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return -1
}

// apply gives the path and query that a path leads to.
func (r *route) apply(path string) (to string, query url.Values, ok bool) {
	m := r.match.FindStringSubmatch(path)
	if m == nil {
		return "", nil, false
	}
	query = url.Values{}
	to = r.destination
	for i, name := range r.names {
		if i+1 >= len(m) {
			break
		}
		number := "$" + string(rune('1'+i))
		switch {
		case name != "" && strings.Contains(to, ":"+name):
			to = regexp.MustCompile(`:`+name+`[*+]?`).ReplaceAllLiteralString(to, m[i+1])
		case strings.Contains(to, number):
			to = strings.ReplaceAll(to, number, m[i+1])
		case name != "":
			query.Set(name, m[i+1])
		}
	}
	if before, after, found := strings.Cut(to, "?"); found {
		to = before
		extra, err := url.ParseQuery(after)
		if err == nil {
			for k, v := range extra {
				query[k] = v
			}
		}
	}
	return to, query, true
}
