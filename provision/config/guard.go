package config

// Guard is the name of the protected tenant that a change to t changes: the tenant itself, or another one of the file with the
// same Auth0 domain. It is "" if there is none.
func (f *File) Guard(name string, t Tenant) string {
	if t.Protected || f.protects(name) {
		return name
	}
	for _, other := range f.Names() {
		own, _ := f.Raw(other)
		if t.Auth0.Domain != "" && own.Auth0.Domain == t.Auth0.Domain && f.protects(other) {
			return other
		}
	}
	return ""
}

// protects says whether the file protects a tenant.
func (f *File) protects(name string) bool {
	t, err := f.Raw(name)
	return err == nil && t.Protected
}
