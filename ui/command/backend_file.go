package command

import (
	"phonegate/provision/config"
	"phonegate/provision/secret"
	"phonegate/ui/wizard/flow"
)

// file is the file with the tenants' answers, nil if there is none to go by.
func (b *backend) file() (*config.File, error) {
	switch {
	case b.at.sandboxed:
		return nil, nil
	case b.p.misplaced != nil:
		return nil, b.p.misplaced
	case !exists(b.p.config):
		return nil, nil
	}
	return config.Load(b.p.config)
}

// Known is what the file says of a tenant, with flags and environment over it.
func (b *backend) Known(tenant string) (*flow.Known, error) {
	f, err := b.file()
	if f == nil {
		return nil, err
	}
	if _, ok := f.Tenants[tenant]; !ok {
		return nil, nil
	}
	spec, sources, err := config.Resolve(f, tenant, false, b.p.answer, b.at.getenv)
	if err != nil {
		return nil, err
	}
	for key, from := range sources {
		if from == "default" {
			delete(sources, key) // nobody has decided it
		}
	}
	return &flow.Known{Spec: spec, Sources: sources}, nil
}

// Guard is the protected tenant that a change is a change to. A file that can't be read is said where it is written.
func (b *backend) Guard(s flow.Session) string {
	f, err := b.file()
	if f == nil || err != nil {
		f = config.New(fileName)
	}
	return b.at.guard(f, s.Tenant, s.Spec)
}

// identify keeps exported credentials from leading a tenant to another's account: the answers say which one is meant.
func identify(spec config.Tenant, answered map[string]string, c *secret.Credentials, sources map[string]string) {
	for env, key := range identifies {
		q, _ := config.Find(key)
		if value := q.Get(spec); value != "" && c.Get(env) != value {
			c.Set(env, value)
			sources[env] = answered[key]
		}
	}
}

// identifies are the answers that say which account is meant, by the credential that says so, too.
var identifies = map[string]string{"AUTH0_DOMAIN": "auth0.domain", "TWILIO_ACCOUNT_SID": "twilio.account_sid"}
