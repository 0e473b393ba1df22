package command

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"phonegate/provision/fault"
)

// tree is a directory with empty files in it.
func tree(t *testing.T, files ...string) string {
	t.Helper()
	root := physical(t.TempDir())
	for _, f := range files {
		if err := writeFile(filepath.Join(root, f), nil); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func TestNearestFileIsFoundUpToTheHomeDirectory(t *testing.T) {
	root := tree(t, "phonegate.yaml", "home/me/shop/web/keep", "home/me/blog/phonegate.yaml", "home/me/blog/posts/keep", "srv/app/keep", "home/me/shop/phonegate.yaml/keep")
	in := func(parts ...string) string { return filepath.Join(append([]string{root}, parts...)...) }
	for _, c := range []struct{ dir, home, want string }{
		{in("home", "me", "blog"), in("home", "me"), in("home", "me", "blog", "phonegate.yaml")},
		{in("home", "me", "blog", "posts"), in("home", "me"), in("home", "me", "blog", "phonegate.yaml")},
		{in("home", "me", "shop", "web"), in("home", "me"), ""}, // a directory by that name is none
		{in("srv", "app"), in("home", "me"), in("phonegate.yaml")},
		{in("srv", "app"), in("root"), ""}, // the folder above the home directory is not looked into
		{in("srv", "app"), "", in("phonegate.yaml")},
		{in("home", "me"), in("home", "me"), ""},
	} {
		if got := lookUp(c.dir, c.home); got != c.want {
			t.Errorf("from %s with the home directory %s: %q, want %q", c.dir, c.home, got, c.want)
		}
	}
}

func TestPathsAreShownAsShortAsTheyCanBe(t *testing.T) {
	for _, c := range [][3]string{
		{"/home/me/shop", "/home/me/shop/phonegate.yaml", "phonegate.yaml"},
		{"/home/me/shop/web", "/home/me/shop/phonegate.yaml", "../phonegate.yaml"},
		{"/srv/a/b/c/d/e", "/srv/phonegate.yaml", "/srv/phonegate.yaml"},
	} {
		if got := filepath.ToSlash(nearer(filepath.FromSlash(c[0]), filepath.FromSlash(c[1]))); got != c[2] {
			t.Errorf("from %s: %s, want %s", c[0], got, c[2])
		}
	}
}

func TestFileIsFoundWhereALinkLeadsAndNotWhereItCameFrom(t *testing.T) {
	root := tree(t, "data/shop/phonegate.yaml", "data/shop/web/keep", "me/phonegate.yaml")
	link := filepath.Join(root, "me", "web")
	if err := os.Symlink(filepath.Join(root, "data", "shop", "web"), link); err != nil {
		t.Skip("no symbolic links here")
	}
	t.Chdir(link)
	path, err := found("")
	if err != nil || filepath.ToSlash(path) != "../phonegate.yaml" || physical(path) == filepath.Join(root, "me", "phonegate.yaml") {
		t.Errorf("found %s, which is %s: %v", path, physical(path), err)
	}
}

func TestFileOfAnotherUserIsOnlyTakenWhenNamed(t *testing.T) {
	root := tree(t, "phonegate.yaml", "work/keep")
	file := filepath.Join(root, "phonegate.yaml")
	if os.Chown(file, 12345, -1) != nil {
		t.Skip("files can only be given away by an administrator")
	}
	t.Chdir(filepath.Join(root, "work"))
	var out, errs strings.Builder
	run := func(args ...string) int {
		out.Reset()
		errs.Reset()
		return Main(args, Streams{In: strings.NewReader(""), Out: &out, Err: &errs, Getenv: func(string) string { return "" }})
	}
	for _, command := range []string{"plan", "apply", "init", "doctor"} {
		if code := run(command, "--auth0-domain", "acme.us.auth0.com", "--no-input"); code != 2 || !strings.Contains(errs.String(), "../phonegate.yaml belongs to another user.") {
			t.Errorf("%s ended with %d: %s", command, code, errs.String())
		}
	}
	if code := run("version"); code != 0 {
		t.Errorf("version ended with %d: %s", code, errs.String())
	}
	if code := run("plan", "--config", "../phonegate.yaml"); code != 2 || !strings.Contains(errs.String(), "is empty") {
		t.Errorf("the file that was named ended with %d: %s", code, errs.String())
	}
	// A checkout that belongs to somebody else as a whole, as in a container.
	if err := os.Chown(filepath.Join(root, "work"), 12345, -1); err != nil {
		t.Fatal(err)
	}
	if path, err := found(""); err != nil || path != filepath.Join("..", "phonegate.yaml") {
		t.Errorf("found %s: %v", path, fault.Of(err))
	}
}
