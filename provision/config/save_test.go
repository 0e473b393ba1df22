package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func save(t *testing.T, text string, change func(f *File)) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "phonegate.yaml")
	if err := os.WriteFile(path, []byte(text), 0o640); err != nil {
		t.Fatal(err)
	}
	f, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	change(f)
	if err := Save(path, f); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if info, _ := os.Stat(path); info.Mode().Perm() != 0o640 {
		t.Errorf("mode %v, want that of the old file", info.Mode())
	}
	left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".phonegate*"))
	if len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	return string(data)
}

func TestSetWritesANewFileThatExplainsItself(t *testing.T) {
	path := filepath.Join(t.TempDir(), "phonegate.yaml")
	tenant := Complete("dev", Tenant{Auth0: Auth0{Domain: "acme-dev.us.auth0.com"}, Countries: []string{"NO", "SE"}, Brand: Brand{Name: "Yes", Color: "#ff6600"}})
	if err := Set(path, "dev", tenant); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want := head + `version: 1

tenants:
  dev:
    auth0:
      domain: acme-dev.us.auth0.com
    twilio:
      service_name: Yes dev
    code_check: form
    capture: lock
    countries: ['NO', SE]
    host:
      kind: vercel
      project: acme-dev-verify
    brand:
      name: 'Yes'
      color: '#ff6600'
`
	if string(data) != want {
		t.Errorf("wrote:\n%s\nwant:\n%s", data, want)
	}
	f, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	got, err := f.Tenant("dev")
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range Questions() {
		if q.Get(got) != q.Get(tenant) {
			t.Errorf("%s = %q, want %q", q.Key, q.Get(got), q.Get(tenant))
		}
	}
}

const commented = `# our tenants
version: 1

defaults:
  countries: [AU, NZ] # both

tenants:
  # for us
  dev:
    auth0: {domain: acme-dev.us.auth0.com} # the old one
    # how it looks
    brand:
      name: Acme # as on the door
      color: '#ff0000'
    code_check: form # see the minutes
    protected: true
  # for all
  prod:
    auth0:
      domain: acme.us.auth0.com
# the end
`

func TestSaveKeepsCommentsAndOrder(t *testing.T) {
	got := save(t, commented, func(f *File) {
		dev, _ := f.Raw("dev")
		dev.Brand.Color = "#00ff00"
		dev.Twilio.CodeLength = 8
		dev.Auth0.Connection = "Customers"
		dev.Protected = false
		f.Put("dev", dev)
		f.Put("qa", Tenant{Auth0: Auth0{Domain: "acme-qa.us.auth0.com"}, Countries: []string{"AU", "NZ"}})
	})
	want := `# our tenants
version: 1

defaults:
  countries: [AU, NZ] # both

tenants:
  # for us
  dev:
    auth0: {domain: acme-dev.us.auth0.com, connection: Customers} # the old one
    # how it looks
    brand:
      name: Acme # as on the door
      color: '#00ff00'
    code_check: form # see the minutes
    twilio:
      code_length: 8
  # for all
  prod:
    auth0:
      domain: acme.us.auth0.com
  qa:
    auth0:
      domain: acme-qa.us.auth0.com
# the end
`
	if got != want {
		t.Errorf("wrote:\n%s\nwant:\n%s", got, want)
	}
}

func TestSaveLeavesAFileThatSaysTheSame(t *testing.T) {
	odd := "version:   1\ntenants:   {dev: {protected:   false , brand: }}   # odd\n"
	if got := save(t, odd, func(*File) {}); got != odd {
		t.Errorf("rewrote:\n%s", got)
	}
}

func TestSaveKeepsLineEndings(t *testing.T) {
	got := save(t, "version: 1\r\n# mine\r\ntenants:\r\n  dev:\r\n    capture: lock\r\n", func(f *File) { f.Put("dev", Tenant{Capture: "form"}) })
	if want := "version: 1\r\n# mine\r\ntenants:\r\n  dev:\r\n    capture: form\r\n"; got != want {
		t.Errorf("wrote %q, want %q", got, want)
	}
}

func TestPutCanTakeADefaultBack(t *testing.T) {
	got := save(t, "version: 1\ndefaults: {protected: true, countries: [AU], claims: 'https://acme.example/'}\ntenants:\n  dev: {}\n", func(f *File) { f.Put("dev", Tenant{}) })
	f, err := Parse("phonegate.yaml", []byte(got))
	if err != nil {
		t.Fatal(err)
	}
	dev, err := f.Tenant("dev")
	if err != nil || dev.Protected || len(dev.Countries) > 0 || dev.Claims != "" {
		t.Errorf("tenant %+v, error %v, from\n%s", dev, err, got)
	}
}

func TestSaveRemovesTenantsAndAnswers(t *testing.T) {
	got := save(t, commented, func(f *File) {
		delete(f.Tenants, "prod")
		f.Put("dev", Tenant{Auth0: Auth0{Domain: "acme-dev.us.auth0.com"}, Countries: []string{"AU", "NZ"}})
	})
	if strings.Contains(got, "prod") || strings.Contains(got, "brand") || !strings.Contains(got, "# the old one") {
		t.Errorf("wrote:\n%s", got)
	}
}

func TestSaveLeavesABrokenFileAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "phonegate.yaml")
	const broken = "version: 1\ntenants:\n  dev: {brnd: {}}\n"
	if err := os.WriteFile(path, []byte(broken), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Set(path, "dev", Tenant{}); err == nil || !strings.Contains(err.Error(), ":3:9:") {
		t.Errorf("error = %v", err)
	}
	if data, _ := os.ReadFile(path); string(data) != broken {
		t.Errorf("changed to:\n%s", data)
	}
}

func TestSaveRefusesAnswersThatCouldNotBeRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "phonegate.yaml")
	f := New(path)
	f.Tenants["dev"] = Tenant{CodeCheck: "nobody"}
	if err := Save(path, f); err == nil {
		t.Error("an answer that is none was written")
	}
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Errorf("the file is there: %v", err)
	}
}

func TestSaveThroughASymlinkKeepsTheLink(t *testing.T) {
	dir := t.TempDir()
	real, link := filepath.Join(dir, "real.yaml"), filepath.Join(dir, "phonegate.yaml")
	if err := os.WriteFile(real, []byte("version: 1\ntenants:\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(real, link); err != nil {
		t.Skip("no symbolic links here")
	}
	if err := Set(link, "dev", Tenant{Capture: "form"}); err != nil {
		t.Fatal(err)
	}
	if info, _ := os.Lstat(link); info.Mode()&os.ModeSymlink == 0 {
		t.Error("the link was replaced by a file")
	}
	if data, _ := os.ReadFile(real); !strings.Contains(string(data), "capture: form") {
		t.Errorf("the file says:\n%s", data)
	}
}
