package smoke

import (
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestFormsAreReadAsABrowserReadsThem(t *testing.T) {
	page := `<!doctype html><html><head><title><form action="/no"></title><style>form{}</style></head><body>
<!-- <form action="/commented"> -->
<script>document.write("<form action='/written'>")</script>
<input type="hidden" name="stray" value="1">
<FORM METHOD=post action='/login?a=1&amp;b=2' id=login>
<input type="hidden" name="state" value="a&quot;b&#39;c"><input name=email value = plain><input type=PASSWORD name="password" />
<button name="intent" value="check">Go</button>
</form>
<form method="post" action="?"><input type="hidden" name="x"
value="y>z"></form></body></html>`
	want := []htmlForm{
		{action: "/login?a=1&b=2", method: "post", inputs: []input{
			{"state", "hidden", `a"b'c`}, {"email", "text", "plain"}, {"password", "password", ""}, {"intent", "submit", "check"},
		}},
		{action: "?", method: "post", inputs: []input{{"x", "hidden", "y>z"}}},
	}
	got := forms(page)
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("forms\n%+v, want\n%+v", got, want)
	}
	if v := got[0].values().Encode(); v != "state=a%22b%27c" {
		t.Errorf("values %s", v)
	}
	if !got[0].has("password") || got[1].has("password") {
		t.Error("a password field is not where it is")
	}
}

func TestHeadingSaysWhatAPageSays(t *testing.T) {
	for page, want := range map[string]string{
		`<h1>This link doesn’t work</h1><p>x</p>`: "This link doesn’t work",
		`<h1 id="a">Check your phone</h1><p id="problem" class="problem" role="alert">That code isn&#39;t right. 4 tries left.</p>`: "Check your phone: That code isn't right. 4 tries left.",
		`nothing`:                    "",
		`<h1><b>bold</b> words</h1>`: "bold words",
	} {
		if got := heading(page); got != want {
			t.Errorf("heading %q, want %q", got, want)
		}
	}
}

func FuzzForms(f *testing.F) {
	for _, seed := range []string{"", "<", "<form", "<form ", "<form a", "<form a=", `<form a="`, "<form a=b><input", "<!--", "<script>", "</form><input name=a>", "<form><input =x =></form>"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, page string) {
		for _, form := range forms(page) {
			for _, in := range form.inputs {
				if strings.Count(page, "<") == 0 {
					t.Fatalf("an input %q out of nothing", in.name)
				}
			}
		}
		_ = heading(page)
	})
}

func TestAPageThatAsksForItIsLoadedAgain(t *testing.T) {
	loaded := 0
	person := &Automatic{HTTP: road(func(r *http.Request) (int, http.Header, string) {
		switch loaded++; {
		case r.URL.Path == "/authorize":
			return 302, http.Header{"Location": {"https://form.example/?session_token=a.b.c&state=s"}}, ""
		case loaded < 5 && r.URL.RawQuery == "session_token=a.b.c&state=s":
			return 409, http.Header{"Refresh": {"0"}}, "<h1>One moment</h1>"
		}
		return 302, http.Header{"Location": {"http://127.0.0.1/callback?code=c"}}, ""
	})}
	result, err := person.Login(t.Context(), LoginRequest{
		FormURL: "https://form.example/", Callbacks: []string{"http://127.0.0.1/callback"},
		Authorize: func(string) string { return "https://acme.example/authorize" }, Report: func(Stage) {},
	})
	if err != nil || result.Values.Get("code") != "c" || loaded != 5 {
		t.Errorf("%d pages, then %v, %v", loaded, result.Values, err)
	}
}

func TestOnlyAPageThatStaysIsLoadedAgain(t *testing.T) {
	for header, want := range map[string]bool{
		"2": true, " 2 ": true, "": false, "2; url=https://elsewhere.example/": false, "-1": false, "3600": false, "x": false,
	} {
		if after, again := refresh(http.Header{"Refresh": {header}}); again != want || after < 0 || after > 10*time.Second {
			t.Errorf("%q: %v after %s", header, again, after)
		}
	}
}
