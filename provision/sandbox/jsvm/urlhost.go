package jsvm

import (
	"strings"
)

// urlParts are the properties of a URL object.
type urlParts struct {
	Href     string `json:"href"`
	Origin   string `json:"origin"`
	Protocol string `json:"protocol"`
	Username string `json:"username"`
	Password string `json:"password"`
	Host     string `json:"host"`
	Hostname string `json:"hostname"`
	Port     string `json:"port"`
	Pathname string `json:"pathname"`
	Search   string `json:"search"`
	Hash     string `json:"hash"`
}

// parseURLs stands behind new URL(input, base).
func parseURLs(input string, rest arguments) (any, error) {
	var base *webURL
	if b, ok := rest.at(0).(string); ok {
		var err error
		if base, err = parseWebURL(b, nil); err != nil {
			return nil, err
		}
	}
	u, err := parseWebURL(input, base)
	if err != nil {
		return nil, err
	}
	return jsonText(u.parts())
}

// setURL stands behind the setters of URL; a value that does not fit changes nothing, as the standard has it.
func setURL(href, part, value string) (any, error) {
	u, err := parseWebURL(href, nil)
	if err != nil {
		return nil, err
	}
	changed := *u
	if changed.set(part, value) {
		u = &changed
	}
	return jsonText(u.parts())
}

func (u *webURL) set(part, value string) bool {
	value = strings.NewReplacer("\t", "", "\n", "", "\r", "").Replace(value)
	hasAuthority := u.host != nil && *u.host != "" && u.scheme != "file"
	switch part {
	case "protocol":
		scheme, _, ok := cutScheme(value + ":")
		_, special := defaultPorts[scheme]
		if !ok || special != u.special() || scheme == "file" || u.scheme == "file" {
			return false
		}
		u.scheme = scheme
		_ = u.setPort(u.port)
	case "username", "password":
		if !hasAuthority {
			return false
		}
		if part == "username" {
			u.user = encodeSet(value, userinfoSet)
		} else {
			u.password = encodeSet(value, userinfoSet)
		}
	case "host", "hostname":
		if u.opaque != nil {
			return false
		}
		if i := strings.IndexFunc(value, func(r rune) bool { return r == '/' || r == '?' || r == '#' || r == '\\' && u.special() }); i >= 0 {
			value = value[:i]
		}
		port := u.port
		if colon := strings.LastIndexByte(value, ':'); part == "hostname" && colon > strings.LastIndexByte(value, ']') {
			return false
		}
		if u.setHostPort(value) != nil {
			return false
		}
		if u.port == "" && !strings.HasSuffix(value, ":"+defaultPorts[u.scheme]) {
			u.port = port
		}
	case "port":
		digits := 0
		for digits < len(value) && value[digits] >= '0' && value[digits] <= '9' {
			digits++
		}
		if !hasAuthority || digits == 0 && value != "" || u.setPort(value[:digits]) != nil {
			return false
		}
	case "pathname":
		if u.opaque != nil {
			return false
		}
		u.path = nil
		query := u.query
		if value == "" || !u.slash(value[0]) {
			value = "/" + value
		}
		u.segments(strings.NewReplacer("?", "%3F", "#", "%23").Replace(value[1:]))
		u.query = query
	case "search":
		u.query = nil
		if value != "" {
			u.setQuery(strings.TrimPrefix(value, "?"))
		}
	case "hash":
		u.fragment = nil
		if value != "" {
			f := encodeSet(strings.TrimPrefix(value, "#"), fragmentSet)
			u.fragment = &f
		}
	default:
		return false
	}
	return true
}

func (u *webURL) parts() urlParts {
	p := urlParts{Protocol: u.scheme + ":", Username: u.user, Password: u.password, Port: u.port, Origin: "null", Pathname: u.pathname()}
	if u.host != nil {
		p.Hostname, p.Host = *u.host, *u.host
		if u.port != "" {
			p.Host += ":" + u.port
		}
	}
	if u.special() && u.scheme != "file" {
		p.Origin = p.Protocol + "//" + p.Host
	}
	if u.query != nil && *u.query != "" {
		p.Search = "?" + *u.query
	}
	if u.fragment != nil && *u.fragment != "" {
		p.Hash = "#" + *u.fragment
	}
	p.Href = u.href(p)
	return p
}

func (u *webURL) pathname() string {
	if u.opaque != nil {
		return *u.opaque
	}
	var out strings.Builder
	for _, s := range u.path {
		out.WriteByte('/')
		out.WriteString(s)
	}
	return out.String()
}

func (u *webURL) href(p urlParts) string {
	var out strings.Builder
	out.WriteString(p.Protocol)
	switch {
	case u.host != nil:
		out.WriteString("//")
		if u.user != "" || u.password != "" {
			out.WriteString(u.user)
			if u.password != "" {
				out.WriteString(":" + u.password)
			}
			out.WriteByte('@')
		}
		out.WriteString(p.Host)
	case u.opaque == nil && len(u.path) > 1 && u.path[0] == "":
		out.WriteString("/.")
	}
	out.WriteString(p.Pathname)
	if u.query != nil {
		out.WriteString("?" + *u.query)
	}
	if u.fragment != nil {
		out.WriteString("#" + *u.fragment)
	}
	return out.String()
}
