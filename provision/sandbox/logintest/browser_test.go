package logintest

import (
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"

	"phonegate/provision/sandbox"
	"phonegate/provision/sandbox/world"
)

// callback is the application: nothing listens there, the browser stops at its door.
const callback = "http://127.0.0.1:9/callback"

// browser is a browser without JavaScript. It knows only the emulated hosts, under their real names.
type browser struct {
	t      testing.TB
	client *http.Client
	ip     string // where its requests come from, "" for the machine itself

	at     *url.URL
	status int
	page   string
	ended  url.Values // what the last login brought the application, nil if none ended yet
	codes  []string   // every authorization code that ever reached the application
}

func newBrowser(t testing.TB, box *sandbox.Sandbox) *browser {
	b := &browser{t: t}
	b.client = &http.Client{Transport: box.Network(), CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if strings.HasPrefix(r.URL.String(), callback) {
			return http.ErrUseLastResponse
		}
		return nil
	}}
	b.forgetCookies()
	return b
}

func (b *browser) forgetCookies() { b.client.Jar, _ = cookiejar.New(nil) } // never fails

func (b *browser) get(address string) { b.t.Helper(); b.do(http.MethodGet, address, nil) }

// post sends a form as the page that the browser stands at would.
func (b *browser) post(address string, fields url.Values) {
	b.t.Helper()
	b.do(http.MethodPost, address, fields)
}

func (b *browser) do(method, address string, fields url.Values) {
	b.t.Helper()
	ctx := b.t.Context()
	if b.ip != "" {
		ctx = world.From(ctx, b.ip)
	}
	req, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(fields.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if b.at != nil {
			req.Header.Set("Origin", b.at.Scheme+"://"+b.at.Host)
			req.Header.Set("Sec-Fetch-Site", map[bool]string{true: "same-origin", false: "cross-site"}[b.at.Host == req.URL.Host])
		}
	}
	res, err := b.client.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	b.at, b.status, b.page = res.Request.URL, res.StatusCode, string(text)
	if to := res.Header.Get("Location"); strings.HasPrefix(to, callback) {
		u, err := url.Parse(to)
		if err != nil {
			b.t.Fatal(err)
		}
		b.ended = u.Query()
		if code := b.ended.Get("code"); code != "" {
			b.codes = append(b.codes, code)
		}
	}
}

var (
	formElement = regexp.MustCompile(`(?s)<form([^>]*)>(.*?)</form>`)
	hiddenInput = regexp.MustCompile(`<input[^>]*type="hidden"[^>]*>`)
	selection   = regexp.MustCompile(`(?s)<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>`)
	option      = regexp.MustCompile(`<option[^>]*value="([^"]*)"([^>]*)>`)
	attribute   = regexp.MustCompile(`([\w-]+)="([^"]*)"`)
	headline    = regexp.MustCompile(`(?s)<h1>(.*?)</h1>`)
	alert       = regexp.MustCompile(`(?s)<p[^>]*role="alert"[^>]*>(.*?)</p>`)
)

// form is one form of the page: where it leads and what it sends by itself.
type form struct {
	id, action string
	hidden     url.Values
}

func (b *browser) forms() []form {
	var all []form
	for _, m := range formElement.FindAllStringSubmatch(b.page, -1) {
		own := attributes(m[1])
		f := form{id: own["id"], action: own["action"], hidden: url.Values{}}
		for _, input := range hiddenInput.FindAllString(m[2], -1) {
			a := attributes(input)
			f.hidden.Set(a["name"], a["value"])
		}
		for _, s := range selection.FindAllStringSubmatch(m[2], -1) {
			f.hidden.Set(s[1], selected(s[2]))
		}
		all = append(all, f)
	}
	return all
}

// selected is the option that a browser would send: the selected one, else the first.
func selected(options string) string {
	all := option.FindAllStringSubmatch(options, -1)
	for _, o := range all {
		if strings.Contains(o[2], "selected") {
			return html.UnescapeString(o[1])
		}
	}
	if len(all) == 0 {
		return ""
	}
	return html.UnescapeString(all[0][1])
}

func attributes(text string) map[string]string {
	all := map[string]string{}
	for _, a := range attribute.FindAllStringSubmatch(text, -1) {
		all[a[1]] = html.UnescapeString(a[2])
	}
	return all
}

// theForm is the page's form with the id; "" for the only one.
func (b *browser) theForm(id string) form {
	b.t.Helper()
	for _, f := range b.forms() {
		if f.id == id {
			return f
		}
	}
	b.t.Fatalf("no form %q at %s (%d):\n%s", id, b.at, b.status, b.text())
	return form{}
}

// submit posts a form of the page with what was filled in: name, value, ...
func (b *browser) submit(id string, filled ...string) {
	b.t.Helper()
	f := b.theForm(id)
	for i := 0; i < len(filled); i += 2 {
		f.hidden.Set(filled[i], filled[i+1])
	}
	b.post(b.target(f), f.hidden)
}

func (b *browser) target(f form) string {
	b.t.Helper()
	to, err := b.at.Parse(f.action)
	if err != nil {
		b.t.Fatal(err)
	}
	return to.String()
}

// heading and problem are what a person reads first on the page, and what it complains of.
func (b *browser) heading() string { return firstText(headline, b.page) }

func (b *browser) problem() string { return firstText(alert, b.page) }

func firstText(of *regexp.Regexp, page string) string {
	if m := of.FindStringSubmatch(page); m != nil {
		return html.UnescapeString(strings.TrimSpace(m[1]))
	}
	return ""
}

// text is the page without what nobody reads, for messages of failed tests.
func (b *browser) text() string {
	return regexp.MustCompile(`(?s)<style.*?</style>|<script.*?</script>`).ReplaceAllString(b.page, "")
}

// tab is a page that was left open.
type tab struct {
	at     *url.URL
	status int
	page   string
}

func (b *browser) tab() tab { return tab{b.at, b.status, b.page} }

func (b *browser) turnTo(t tab) { b.at, b.status, b.page = t.at, t.status, t.page }

// twins lets n copies of the browser, with its page and cookies, do something at the same time.
func (b *browser) twins(n int, do func(*browser)) []*browser {
	all := make([]*browser, n)
	var group sync.WaitGroup
	for i := range all {
		twin := *b
		twin.t, twin.codes, twin.ended = alongside{b.t}, nil, nil
		all[i] = &twin
		group.Go(func() { do(&twin) })
	}
	group.Wait()
	return all
}
