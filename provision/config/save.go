package config

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"phonegate/provision/durable"
	"phonegate/provision/fault"
)

// Set writes the tenant's complete answers into the file and creates the file if there is none. It leaves out answers that are
// the default anyway, but removes none that the file has. Comments, order and style of what does not change stay. A tenant that the
// file protects stays protected.
func Set(path, tenant string, t Tenant) error {
	if err := CheckName(tenant); err != nil {
		return fault.Wrap(err, fault.Usage, "config.tenant_name", "Choose another name with --tenant.", "%s.", err)
	}
	f, err := Load(path)
	if errors.Is(err, fs.ErrNotExist) {
		f, err = New(path), nil
	}
	if err != nil {
		return err
	}
	t.Protected = t.Protected || f.protects(tenant)
	f.Put(tenant, f.Lean(tenant, t))
	return Save(path, f)
}

// New is a file without tenants. Name is how messages call it.
func New(name string) *File {
	return &File{Version: Version, name: filepath.ToSlash(name), marks: map[mark]position{}, Tenants: map[string]Tenant{}}
}

// Put makes t the tenant's answers, written down as far as the file's defaults do not give them already.
func (f *File) Put(tenant string, t Tenant) {
	if f.marks == nil {
		f.marks = map[mark]position{}
	}
	if f.Tenants == nil {
		f.Tenants = map[string]Tenant{}
	}
	var own Tenant
	for _, q := range Questions() {
		m := mark{tenant, q.Key}
		at, given := f.marks[m]
		if given && q.Get(t) == q.Get(f.Tenants[tenant]) {
			_ = q.Set(&own, q.Get(t)) // it stays as it was written, even if it says nothing
			continue
		}
		delete(f.marks, m)
		if q.Get(t) == q.Get(f.Defaults) && !given {
			continue
		}
		_ = q.Set(&own, q.Get(t)) // t's answers have been checked when they were taken in
		if q.Get(t) != q.Get(f.Defaults) && unanswered(q, t) || given && !unanswered(q, t) {
			f.marks[m] = at // a default is taken back, or the answer stays where it was
		}
	}
	f.Tenants[tenant] = own
}

// Save writes the file, whole or not at all. An existing file keeps everything that does not differ.
// A file that cannot be read as it is is left alone: Save then fails with what is wrong in it.
func Save(path string, f *File) error {
	mode := fs.FileMode(0o644)
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	old, err := os.ReadFile(path)
	data := encode(f)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return unwritable(path, err)
	default:
		if info, err := os.Stat(path); err == nil {
			mode = info.Mode().Perm()
		}
		if data, err = revise(path, old, f); err != nil {
			return err
		}
		if bytes.Equal(old, data) {
			return nil
		}
	}
	if _, err := Parse(path, data); err != nil {
		return err // before anything is written: an answer that was never checked
	}
	if err := durable.WriteFile(path, data, mode); err != nil {
		return unwritable(path, err)
	}
	return nil
}

func unwritable(path string, err error) error {
	return fault.Wrap(err, fault.Failed, "config.unwritable", "Check the permissions of the file and its folder, or name another with --config.",
		"%s cannot be written: %s.", path, cause(err))
}

// same says whether two files say the same.
func same(a, b *File) bool {
	if len(a.Tenants) != len(b.Tenants) {
		return false
	}
	scopes := append(a.Names(), "")
	for _, scope := range scopes {
		if _, ok := b.Tenants[scope]; scope != "" && !ok {
			return false
		}
		for _, q := range Questions() {
			if a.writes(scope, q) != b.writes(scope, q) || q.Get(a.scope(scope)) != q.Get(b.scope(scope)) {
				return false
			}
		}
	}
	return true
}

// scope is the answers of a tenant, or the defaults under "".
func (f *File) scope(tenant string) Tenant {
	if tenant == "" {
		return f.Defaults
	}
	return f.Tenants[tenant]
}

// writes says whether the key stands in the file: it has an answer, or was written down without one.
func (f *File) writes(tenant string, q Question) bool {
	return !unanswered(q, f.scope(tenant)) || f.given(tenant, q.Key)
}
