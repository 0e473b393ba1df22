package secret

import "phonegate/provision/config"

// Getter is a place in which credentials are found by name.
type Getter interface {
	Get(name string) string
}

// getterFunc lets a function be a Getter.
type getterFunc func(string) string

func (f getterFunc) Get(name string) string { return f(name) }

// FromEnv reads credentials from the environment: PHONEGATE_<TENANT>_<NAME> before <NAME>. Sources
// says by name which variable each one came from.
func FromEnv(tenant string, getenv func(string) string) (Credentials, map[string]string) {
	return Lookup(tenant, getenv, nil)
}

// Lookup reads credentials from the environment and then from the keyring (nil: none). Where a provider can
// be called in two ways (a token, or an id and a secret) and a place has completed one, later places
// do not add the other: a key that is exported for this tenant is not mixed with another's token.
func Lookup(tenant string, getenv func(string) string, keyring Getter) (Credentials, map[string]string) {
	type layer struct {
		from   Getter
		source func(env string) string
	}
	plain := func(env string) string { return env }
	scoped := func(env string) string { return config.ScopedEnv(tenant, env) }
	layers := []layer{
		{getterFunc(func(env string) string { return getenv(scoped(env)) }), scoped},
		{getterFunc(getenv), plain},
	}
	if keyring != nil {
		layers = append(layers, layer{keyring, func(string) string { return "keyring" }})
	}
	var c Credentials
	sources := map[string]string{}
	for _, l := range layers {
		before := c
		for _, s := range Slots() {
			if c.Get(s.Env) != "" || s.Way != "" && proven(before, s.Provider) {
				continue
			}
			if value := Clean(l.from.Get(s.Env)); value != "" {
				c.Set(s.Env, value)
				sources[s.Env] = l.source(s.Env)
			}
		}
	}
	return c, sources
}
