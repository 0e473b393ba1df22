package smoke

import (
	"html"
	"net/url"
	"strings"
)

// htmlForm is a form of a page, as far as a browser without JavaScript cares.
type htmlForm struct {
	action string
	method string
	inputs []input
}

type input struct{ name, kind, value string }

// values are the fields that a browser would send without anybody typing.
func (f htmlForm) values() url.Values {
	v := url.Values{}
	for _, in := range f.inputs {
		if in.name != "" && in.kind == "hidden" {
			v.Add(in.name, in.value)
		}
	}
	return v
}

// field is the input with the name.
func (f htmlForm) field(name string) (input, bool) {
	for _, in := range f.inputs {
		if in.name == name {
			return in, true
		}
	}
	return input{}, false
}

// has says whether the form has an input of the kind.
func (f htmlForm) has(kind string) bool {
	for _, in := range f.inputs {
		if in.kind == kind {
			return true
		}
	}
	return false
}

// forms finds the forms of a page. It reads well-formed HTML as the login pages and the form write it; what is
// inside script and style is not looked at.
func forms(page string) []htmlForm {
	var found []htmlForm
	open := false
	for rest := page; ; {
		start := strings.IndexByte(rest, '<')
		if start < 0 {
			return found
		}
		rest = rest[start+1:]
		if strings.HasPrefix(rest, "!--") {
			_, rest, _ = strings.Cut(rest, "-->")
			continue
		}
		var t tag
		t, rest = readTag(rest)
		switch t.name {
		case "script", "style", "textarea", "title":
			if at := strings.Index(strings.ToLower(rest), "</"+t.name); at >= 0 {
				rest = rest[at:]
			}
		case "form":
			method := strings.ToLower(t.attributes["method"])
			found = append(found, htmlForm{action: t.attributes["action"], method: method})
			open = true
		case "/form":
			open = false
		case "input", "button":
			if open {
				kind := strings.ToLower(t.attributes["type"])
				if kind == "" {
					kind = map[string]string{"input": "text", "button": "submit"}[t.name]
				}
				f := &found[len(found)-1]
				f.inputs = append(f.inputs, input{t.attributes["name"], kind, t.attributes["value"]})
			}
		}
	}
}

// tag is an HTML tag; a closing one begins with "/".
type tag struct {
	name       string
	attributes map[string]string
}

// readTag reads a tag after its "<" and gives what follows it.
func readTag(s string) (tag, string) {
	const space = " \t\r\n\f"
	end := strings.IndexAny(s, space+">")
	if end < 0 {
		return tag{}, ""
	}
	t := tag{strings.ToLower(s[:end]), map[string]string{}}
	s = s[end:]
	for {
		s = strings.TrimLeft(s, space+"/")
		if s == "" {
			return t, ""
		}
		if s[0] == '>' {
			return t, s[1:]
		}
		end := strings.IndexAny(s, space+"=>")
		if end < 0 {
			return t, ""
		}
		if end == 0 { // a stray "="
			s = s[1:]
			continue
		}
		name, value := strings.ToLower(s[:end]), ""
		s = strings.TrimLeft(s[end:], space)
		if strings.HasPrefix(s, "=") {
			value, s = readValue(strings.TrimLeft(s[1:], space))
		}
		if _, had := t.attributes[name]; !had {
			t.attributes[name] = html.UnescapeString(value)
		}
	}
}

// readValue reads an attribute's value, in quotes or without.
func readValue(s string) (value, rest string) {
	if s != "" && (s[0] == '"' || s[0] == '\'') {
		value, rest, _ = strings.Cut(s[1:], s[:1])
		return value, rest
	}
	end := strings.IndexAny(s, " \t\r\n\f>")
	if end < 0 {
		return s, ""
	}
	return s[:end], s[end:]
}

// heading is what a page says in its first heading and in its error message, for a person.
func heading(page string) string {
	var said []string
	for _, text := range []string{textAfter(page, "<h1"), alert(page)} {
		if text != "" {
			said = append(said, text)
		}
	}
	return strings.Join(said, ": ")
}

// alert is a page's error message, "" if it has none.
func alert(page string) string {
	if text := textAfter(page, `role="alert"`); text != "" {
		return text
	}
	return textAfter(page, `class="problem"`)
}

// textAfter is the text of the element whose opening tag holds the mark.
func textAfter(page, mark string) string {
	_, after, ok := strings.Cut(page, mark)
	if !ok {
		return ""
	}
	_, after, _ = strings.Cut(after, ">")
	text, _, _ := strings.Cut(after, "</")
	if text = strings.TrimSpace(html.UnescapeString(text)); len(text) >= 300 || strings.Contains(text, "<") {
		return ""
	}
	return text
}
