package smoke

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/html"

	"phonegate/provision/transport"
)

// shown is a page that a browser stands at.
type shown struct {
	at     *url.URL
	status int
	text   string
	// again says that the page asks to be loaded again after a while: what it needs is on its way.
	again bool
	after time.Duration
}

// reload loads the page again when its time has come.
func (s *shown) reload(ctx context.Context) (*http.Request, error) {
	if err := transport.Pause(ctx, s.after); err != nil {
		return nil, err
	}
	return http.NewRequestWithContext(ctx, http.MethodGet, s.at.String(), nil)
}

// refresh reads the header that asks for a page to be loaded again. One that leads elsewhere, or long after, is none of the form's.
func refresh(h http.Header) (after time.Duration, again bool) {
	seconds, err := strconv.Atoi(strings.TrimSpace(h.Get("Refresh")))
	if err != nil || seconds < 0 || seconds > 10 {
		return 0, false
	}
	return time.Duration(seconds) * time.Second, true
}

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
	i := slices.IndexFunc(f.inputs, func(in input) bool { return in.name == name })
	if i < 0 {
		return input{}, false
	}
	return f.inputs[i], true
}

// has says whether the form has an input of the kind.
func (f htmlForm) has(kind string) bool {
	return slices.ContainsFunc(f.inputs, func(in input) bool { return in.kind == kind })
}

// parse reads a page as a browser does; what is no HTML is an empty page.
func parse(page string) *html.Node {
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		return &html.Node{Type: html.DocumentNode}
	}
	return root
}

// forms finds the forms of a page.
func forms(page string) []htmlForm {
	var found []htmlForm
	for n := range parse(page).Descendants() {
		if n.Type != html.ElementNode || n.Data != "form" {
			continue
		}
		f := htmlForm{action: attribute(n, "action"), method: strings.ToLower(attribute(n, "method"))}
		for in := range n.Descendants() {
			if in.Type != html.ElementNode || in.Data != "input" && in.Data != "button" {
				continue
			}
			kind := strings.ToLower(attribute(in, "type"))
			if kind == "" {
				kind = map[string]string{"input": "text", "button": "submit"}[in.Data]
			}
			f.inputs = append(f.inputs, input{attribute(in, "name"), kind, attribute(in, "value")})
		}
		found = append(found, f)
	}
	return found
}

// heading is what a page says in its first heading and in its error message, for a person.
func heading(page string) string {
	var said []string
	for n := range parse(page).Descendants() {
		if n.Type == html.ElementNode && n.Data == "h1" {
			said = append(said, text(n))
			break
		}
	}
	said = append(said, alert(page))
	return strings.Join(slices.DeleteFunc(said, func(s string) bool { return s == "" }), ": ")
}

// alert is a page's error message, "" if it has none.
func alert(page string) string {
	for n := range parse(page).Descendants() {
		if n.Type == html.ElementNode && (attribute(n, "role") == "alert" || attribute(n, "class") == "problem") {
			return text(n)
		}
	}
	return ""
}

// text is what an element says, on one line; "" if it says more than a sentence or two.
func text(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	said := strings.Join(strings.Fields(b.String()), " ")
	if len(said) >= 300 {
		return ""
	}
	return said
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}
