package auth0

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/auth0/go-auth0/v3/management"
)

func TestPageTellsWhetherItWasEdited(t *testing.T) {
	for name, c := range map[string]struct {
		html string
		want standing
	}{
		"none":                      {"", blank},
		"somebody's":                {"<p>phonegate:login-page</p>\n", stranger},
		"one that speaks of ours":   {"<p>phonegate</p><!-- phonegate:page -->\n", stranger},
		"ours":                      {pageHTML, intact},
		"ours of another version":   {sealed("<p>older</p>\n"), intact},
		"ours without last newline": {strings.TrimSpace(pageHTML), intact},
		"edited":                    {strings.Replace(pageHTML, "Log in", "Log on", 1), edited},
		"something after the line":  {pageHTML + "<script></script>\n", edited},
		"a hash that is not its":    {"<p>x</p>\n<!-- phonegate:page 0123456789abcdef0123456789abcdef -->\n", edited},
		"a page around a page":      {sealed(pageHTML), intact},
	} {
		if got := (&page{html: c.html}).standing(); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}

func TestBackupHoldsPageWhole(t *testing.T) {
	noise := rand.New(rand.NewPCG(1, 2))
	random := func(n int) string {
		data := make([]byte, n)
		for i := range data {
			data[i] = byte(noise.IntN(256))
		}
		return string(data)
	}
	for name, c := range map[string]struct{ html, kept string }{
		"none":        {"", keptNone},
		"a page":      {"<p>mine</p>\r\n*/ </script> “x”\n", keptHere},
		"large":       {strings.Repeat("<p>mine, and a lot of it</p>\n", 10_000), keptHere},
		"too large":   {random(90_000), keptFile},
		"just fits":   {random(70_000), keptHere},
		"ours":        {pageHTML, keptUnknown},
		"ours edited": {pageHTML + "x", keptUnknown},
	} {
		b := newBackup(domain, &page{id: "abc", html: c.html, on: name != "none"}, "pages/mine.html")
		code, title := b.code(), backupName+"abc"
		if b.Kept != c.kept || len(code) > 100_000 {
			t.Errorf("%s: kept %s in %d bytes", name, b.Kept, len(code))
		}
		got, ok := readBackup(&management.Action{Name: &title, Code: &code}, domain)
		if !ok || got.broken || got.On != b.On || got.Kept != b.Kept || got.Client != "abc" || (b.Kept == keptHere &&
			got.html != c.html) {
			t.Errorf("%s: read back as %+v, %v", name, got, ok)
		}
		if (b.File != "") != (b.Kept == keptFile) {
			t.Errorf("%s: file %q", name, b.File)
		}
		if _, ok := readBackup(&management.Action{Name: &title, Code: &code}, "other.eu.auth0.com"); ok {
			t.Errorf("%s: read as another tenant's", name)
		}
	}
}

func FuzzReadBackup(f *testing.F) {
	f.Add(newBackup(domain, &page{id: "abc", html: "<p>mine</p>", on: true}, "").code())
	f.Add("// " + backupMark + "\n// {}\n// H4sI\n")
	title := backupName + "abc"
	f.Fuzz(func(t *testing.T, code string) {
		b, ok := readBackup(&management.Action{Name: &title, Code: &code}, domain)
		if ok && !b.broken && b.Kept == keptHere && hash(b.html) != b.Hash {
			t.Errorf("a page is read that is not the one that was kept")
		}
	})
}
