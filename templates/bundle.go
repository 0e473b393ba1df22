package templates

import (
	"embed"
	"fmt"
	"net/url"
	"regexp"
	"strings"
)

//go:embed bundle
var bundle embed.FS

// BundleDir is where bundles go: a directory beside phonegate.yaml, with one for each project in it.
const BundleDir = "phonegate-form"

// BundleNames are the names in the files of a bundle. None of them shapes the form.
type BundleNames struct {
	Tenant  string // its name in phonegate.yaml
	Project string
	URL     string // where the form answers, without a slash at the end
}

var (
	bundleProject = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)
	bundleTenant  = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]*$`)
)

// Bundle renders the form with all that is needed to run it on a server of one's own: paths from the folder's root. The form's
// module is the one that every other host gets.
func Bundle(s Settings, n BundleNames) ([]File, error) {
	s, err := prepared(s)
	if err != nil {
		return nil, err
	}
	if err := n.check(); err != nil {
		return nil, err
	}
	form, err := Form(s)
	if err != nil {
		return nil, err
	}
	named := strings.NewReplacer("PROJECT", n.Project, "TENANT", n.Tenant, "DOMAIN", s.Domain, "FOLDER", BundleDir+"/"+n.Project, "URL", n.URL)
	file := func(path, name string) File {
		data, err := bundle.ReadFile("bundle/" + name)
		if err != nil {
			panic("templates: " + err.Error()) // a file that is embedded above: cannot happen
		}
		return File{Path: path, Data: data}
	}
	filled := func(path, name string) File {
		f := file(path, name)
		f.Data = []byte(named.Replace(string(f.Data)))
		return f
	}
	return []File{
		file("Dockerfile", "Dockerfile"),
		filled("README.md", "README.md"),
		filled("fly.toml", "fly.toml"),
		file("package.json", "package.json"),
		filled(n.Project+".service", "form.service"),
		file("server.mjs", "server.mjs"),
		{Path: "verify.mjs", Data: form[0].Data},
	}, nil
}

// check keeps out of the files what would mean something else there: names become part of commands and of TOML.
func (n BundleNames) check() error {
	if !bundleProject.MatchString(n.Project) {
		return fmt.Errorf("templates: a bundle's project is up to 63 lower-case letters, digits and -, not %q", n.Project)
	}
	if !bundleTenant.MatchString(n.Tenant) {
		return fmt.Errorf("templates: %q is not a tenant's name", n.Tenant)
	}
	u, err := url.Parse(n.URL)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || !hostPattern.MatchString(u.Host) || u.User != nil || u.RawQuery != "" || u.Fragment != "" ||
		strings.HasSuffix(n.URL, "/") || strings.ContainsFunc(n.URL, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune("\"'`<>\\;|$&()", r) }) {
		return fmt.Errorf("templates: %q is not the form's address", n.URL)
	}
	return nil
}

// formRow says in the artefacts' README where the form goes.
var formRow = regexp.MustCompile(`(?m)^\| form/ \|.*$`)

// WithBundle is artefacts with a bundle in the place of the form that another host would get.
func WithBundle(artefacts, bundle []File) []File {
	var all []File
	put := false
	for _, f := range artefacts {
		if f.Path == "README.md" {
			f.Data = formRow.ReplaceAll(f.Data, []byte("| form/ | a server of your own; form/README.md shows ways to run it |"))
		}
		if !strings.HasPrefix(f.Path, "form/") {
			all = append(all, f)
			continue
		}
		if !put {
			for _, b := range bundle {
				all = append(all, File{Path: "form/" + b.Path, Data: b.Data})
			}
			put = true
		}
	}
	return all
}
