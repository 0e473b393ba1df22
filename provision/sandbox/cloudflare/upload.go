package cloudflare

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
)

// upload is the body of PUT .../scripts/{script}: what is to run, and with what.
type upload struct {
	Metadata metadata
	Modules  []module
}

// metadata is the JSON part of an upload (https://developers.cloudflare.com/workers/configuration/multipart-upload-metadata/),
// as far as it matters to a Worker that has nothing but text bound to it.
type metadata struct {
	MainModule   string    `json:"main_module"`
	BodyPart     string    `json:"body_part"`
	Bindings     []binding `json:"bindings"`
	KeepBindings *[]string `json:"keep_bindings"`
	Date         string    `json:"compatibility_date"`
	Flags        []string  `json:"compatibility_flags"`
	Tags         []string  `json:"tags"`
}

// invalid is how an upload is refused that can't be run.
func invalid(format string, args ...any) error {
	return refuse(http.StatusBadRequest, 10021, format, args...)
}

var (
	bindingName = regexp.MustCompile(`^[A-Za-z_$][A-Za-z0-9_$]*$`)
	scriptName  = regexp.MustCompile(`^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$`)
)

const (
	maxParts    = 200
	maxBindings = 500
)

// parseUpload reads a multipart body.
func parseUpload(contentType string, body []byte) (*upload, error) {
	kind, parameters, err := mime.ParseMediaType(contentType)
	if err != nil || kind != "multipart/form-data" || parameters["boundary"] == "" {
		return nil, refuse(http.StatusBadRequest, 10002, "A Worker is uploaded as multipart/form-data.")
	}
	reader := multipart.NewReader(bytes.NewReader(body), parameters["boundary"])
	var (
		u    upload
		told bool
	)
	for n := 0; ; n++ {
		part, err := reader.NextRawPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil || n == maxParts {
			return nil, refuse(http.StatusBadRequest, 10001, "The multipart body can't be read.")
		}
		content, err := io.ReadAll(part)
		if err != nil {
			return nil, refuse(http.StatusBadRequest, 10001, "The multipart body can't be read.")
		}
		if part.FormName() == "metadata" {
			if json.Unmarshal(content, &u.Metadata) != nil {
				return nil, invalid("The metadata is not valid JSON.")
			}
			told = true
			continue
		}
		// The name of a module is that of its part; a file's name, where there is one, is the same.
		u.Modules = append(u.Modules, module{part.FormName(), part.Header.Get("Content-Type"), content})
	}
	if !told {
		return nil, invalid("The part metadata is missing.")
	}
	return &u, u.check()
}

// check refuses what could not be run.
func (u *upload) check() error {
	m := u.Metadata
	if m.MainModule == "" && m.BodyPart != "" {
		return invalid("Workers in the service-worker syntax are not run by the sandbox; upload a module.")
	}
	main := u.module(m.MainModule)
	switch {
	case main == nil:
		return invalid("No such module %q.", m.MainModule)
	case main.kind() != "application/javascript+module" && main.kind() != "text/javascript+module":
		return invalid("The main module must be an ES module.")
	case len(m.Bindings) > maxBindings:
		return invalid("A Worker has at most %d bindings.", maxBindings)
	}
	if m.Date != "" {
		if _, err := time.Parse(time.DateOnly, m.Date); err != nil {
			return invalid("%q is not a compatibility date.", m.Date)
		}
	}
	seen := map[string]bool{}
	for i, b := range m.Bindings {
		name, kind := b.name(), b.text("type")
		_, text := b["text"].(string)
		switch {
		case !bindingName.MatchString(name):
			return invalid("Binding %d has no valid name.", i)
		case kind == "":
			return invalid("The binding %s has no type.", name)
		case seen[name]:
			return invalid("There is more than one binding named %s.", name)
		case (kind == "secret_text" || kind == "plain_text") && !text:
			return invalid("The binding %s has no text.", name)
		}
		seen[name] = true
	}
	return nil
}

func (u *upload) module(name string) *module {
	for i := range u.Modules {
		if name != "" && u.Modules[i].Name == name {
			return &u.Modules[i]
		}
	}
	return nil
}

func (m *module) kind() string {
	kind, _, err := mime.ParseMediaType(m.Type)
	if err != nil {
		return strings.ToLower(m.Type)
	}
	return kind
}

// version is what the upload makes of a Worker that has run before (nil: it has not): bindings that it inherits or keeps are
// taken over, and those of the kinds in otherwise if it does not say which.
func (u *upload) version(before *version, now time.Time, otherwise []string) (*version, error) {
	m := u.Metadata
	if m.Date > now.Format(time.DateOnly) {
		return nil, invalid("Can't set compatibility date in the future: %q.", m.Date)
	}
	v := &version{Main: m.MainModule, Modules: u.Modules, Bindings: []binding{}, Date: m.Date, Flags: m.Flags}
	if v.Date == "" {
		v.Date = "2021-11-02" // what a Worker has that does not say
	}
	if v.Flags == nil {
		v.Flags = []string{}
	}
	var had []binding
	if before != nil {
		had = before.Bindings
	}
	for _, b := range m.Bindings {
		if b.text("type") == "inherit" {
			old := b.text("old_name")
			if old == "" {
				old = b.name()
			}
			i := slices.IndexFunc(had, func(h binding) bool { return h.name() == old })
			if i < 0 {
				return nil, refuse(http.StatusBadRequest, 10057, "The binding %s can't be inherited: the Worker has none of that name.", old)
			}
			taken := binding{}
			for k, value := range had[i] {
				taken[k] = value
			}
			taken["name"] = b.name()
			b = taken
		}
		v.Bindings = append(v.Bindings, b)
	}
	kept := otherwise
	if m.KeepBindings != nil {
		kept = *m.KeepBindings
	}
	for _, h := range had {
		named := slices.ContainsFunc(v.Bindings, func(b binding) bool { return b.name() == h.name() })
		if !named && slices.Contains(kept, h.text("type")) {
			v.Bindings = append(v.Bindings, h)
		}
	}
	if err := v.parses(); err != nil {
		return nil, invalid("Uncaught %s", err)
	}
	return v, nil
}

func (v *version) main() *module {
	for i := range v.Modules {
		if v.Modules[i].Name == v.Main {
			return &v.Modules[i]
		}
	}
	return nil
}

// reformatted is a version as it is given back by a Cloudflare that does not keep every byte.
func (v *version) reformatted() *version {
	other := *v
	other.Modules = slices.Clone(v.Modules)
	for i, m := range other.Modules {
		other.Modules[i].Content = append(bytes.Clone(m.Content), "\n// end\n"...)
	}
	return &other
}

// download is a Worker's modules as the multipart body that GET gives back.
func (v *version) download() (contentType string, body []byte, err error) {
	var out bytes.Buffer
	w := multipart.NewWriter(&out)
	for _, m := range v.Modules {
		part, err := w.CreatePart(map[string][]string{
			"Content-Disposition": {fmt.Sprintf(`form-data; name=%q; filename=%q`, m.Name, m.Name)}, "Content-Type": {m.Type},
		})
		if err != nil {
			return "", nil, err
		}
		if _, err := part.Write(m.Content); err != nil {
			return "", nil, err
		}
	}
	err = w.Close()
	return w.FormDataContentType(), out.Bytes(), err
}
