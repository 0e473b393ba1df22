package config

import (
	"maps"
	"slices"
	"strings"

	"phonegate/provision/fault"
)

// Names are the file's tenants, sorted.
func (f *File) Names() []string { return slices.Sorted(maps.Keys(f.Tenants)) }

// Tenant is the tenant as the file describes it: its own answers over the file's defaults over the
// built-in ones, checked against each other.
func (f *File) Tenant(name string) (Tenant, error) {
	t, err := f.Raw(name)
	if err != nil {
		return Tenant{}, err
	}
	t = Complete(name, t)
	return t, f.contradictions(name, t)
}

// Raw is the tenant's own answers over the file's defaults, and nothing built in: what flags and
// environment are laid over, before Complete.
func (f *File) Raw(name string) (Tenant, error) {
	t, ok := f.Tenants[name]
	if !ok {
		return Tenant{}, f.unknown(name)
	}
	for _, q := range Questions() {
		if unanswered(q, t) && !f.given(name, q.Key) {
			_ = q.Set(&t, q.Get(f.Defaults)) // what stands in the file has been checked
		}
	}
	return t, nil
}

// given says whether the file has the key for the tenant ("" for the defaults), even if it says nothing there.
func (f *File) given(tenant, key string) bool {
	_, ok := f.marks[mark{tenant, key}]
	return ok
}

func (f *File) unknown(name string) error {
	const code = "config.unknown_tenant"
	if len(f.Tenants) == 0 {
		return fault.New(fault.Usage, code, "Run phonegate init --tenant "+name+".", "%s has no tenants yet.", f.shownName())
	}
	return fault.New(fault.Usage, code, "Name one of these with --tenant, or add it with phonegate init --tenant "+name+".",
		"%s has no tenant %s%s; it has %s.", f.shownName(), quoted(name), didYouMean(name, f.Names()), enumerate(f.Names(), "and"))
}

func (f *File) shownName() string {
	if f.name == "" {
		return "phonegate.yaml"
	}
	return f.name
}

// contradictions is Validate with each problem's place in the file, where the key stands there.
func (f *File) contradictions(tenant string, t Tenant) error {
	found := contradictions(t)
	for i, p := range found {
		for _, scope := range []string{tenant, ""} {
			if at, ok := f.marks[mark{scope, p.Key}]; ok {
				found[i].Origin, found[i].Line, found[i].Column = f.shownName(), at.line, at.column
				break
			}
		}
		found[i].Key = "tenants." + tenant + "." + p.Key
	}
	return found.err(f.shownName())
}

// Sources says by key of the table where a tenant's answer came from: a flag, a variable,
// the file, its defaults, or "default".
type Sources map[string]string

// Resolve puts a tenant together from all its sources: flags, then the variables that name the tenant, then
// plain variables, then the file, its defaults, and what is built in. The file may be nil (no file yet) or not have the
// tenant, if fresh is true. It finds contradictions but not missing answers: see Missing.
func Resolve(f *File, name string, fresh bool, flag func(q Question) (string, bool), getenv func(string) string) (Tenant, Sources, error) {
	if err := CheckName(name); err != nil {
		return Tenant{}, nil, fault.Wrap(err, fault.Usage, "config.tenant_name", "Choose another name with --tenant.", "%s.", err)
	}
	if f == nil {
		f = &File{}
	}
	t, err := f.Raw(name)
	if _, known := f.Tenants[name]; !known && fresh {
		t, err = f.Defaults, nil
	}
	if err != nil {
		return Tenant{}, nil, err
	}
	sources := Sources{}
	own := f.Tenants[name]
	for _, q := range Questions() {
		switch {
		case !unanswered(q, own) || f.given(name, q.Key):
			sources[q.Key] = f.shownName()
		case !unanswered(q, f.Defaults):
			sources[q.Key] = f.shownName() + " defaults"
		}
	}
	given, err := Fill(&t, func(q Question) (string, string, bool) {
		if q.Latched && !unanswered(q, t) {
			return "", "", false
		}
		if flag != nil {
			if value, ok := flag(q); ok {
				return value, "--" + q.Flag, true
			}
		}
		return fromEnvironment(name, q, !unanswered(q, t), getenv)
	})
	maps.Copy(sources, given)
	if err != nil {
		return t, sources, err
	}
	t = Complete(name, t)
	for _, q := range Questions() {
		if _, ok := sources[q.Key]; !ok && q.Get(t) != "" {
			sources[q.Key] = "default"
		}
	}
	return t, sources, f.contradictions(name, t)
}

// fromEnvironment looks a question up under the tenant's own variable and then under the plain one, which does not
// overrule an answer that says which account is meant.
func fromEnvironment(tenant string, q Question, answered bool, getenv func(string) string) (value, source string, ok bool) {
	if getenv == nil {
		return "", "", false
	}
	if scoped := ScopedEnv(tenant, q.Env); strings.TrimSpace(getenv(scoped)) != "" {
		return getenv(scoped), scoped, true
	}
	if value := getenv(q.Env); strings.TrimSpace(value) != "" && !(q.Identity && answered) {
		return value, q.Env, true
	}
	return "", "", false
}

// ScopedEnv is the variable that holds for one tenant alone: PHONEGATE_DEV_AUTH0_DOMAIN for
// AUTH0_DOMAIN, PHONEGATE_DEV_CODE_CHECK for PHONEGATE_CODE_CHECK.
func ScopedEnv(tenant, env string) string {
	upper := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
			return r
		}
		return '_'
	}, tenant)
	return "PHONEGATE_" + upper + "_" + strings.TrimPrefix(env, "PHONEGATE_")
}
