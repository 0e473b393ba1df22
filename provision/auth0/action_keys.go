package auth0

import (
	"slices"
	"time"

	"github.com/auth0/go-auth0/v3/management"

	"phonegate/provision/ring"
)

// editedAfter is how long after the minute in its name a key may still be written by phonegate itself.
const editedAfter = time.Hour

// Version is the version of the Action that runs.
type Version struct {
	Code string
	Keys []ring.Key // oldest first
	// Built is when it was built and deployed, by Auth0's clock; zero if Auth0 does not say.
	Built time.Time
}

// Live is the version that runs; ok is false if none does.
func (a *Action) Live() (v Version, ok bool) {
	if a.found == nil || !a.found.DeployedVersion.GetDeployed() {
		return Version{}, false
	}
	d := a.found.DeployedVersion
	v = Version{Code: d.GetCode(), Keys: keys(d.GetSecrets()), Built: d.GetBuiltAt()}
	// A draft can be built long before it is deployed: the later time is the one since when it runs.
	if !v.Built.IsZero() && d.GetCreatedAt().After(v.Built) {
		v.Built = d.GetCreatedAt()
	}
	return v, true
}

// DraftKeys are the keys that the draft holds, oldest first.
func (a *Action) DraftKeys() []ring.Key { return keys(a.found.GetSecrets()) }

// KeyEdited says whether somebody wrote the value of a key: Auth0 got it more than an hour after the key was made, and phonegate
// writes a key within minutes. Where a person has to hand it to the form first, nobody can tell.
func (a *Action) KeyEdited(name string) bool {
	k, ok := ring.Parse(name)
	if !ok || a.found == nil || a.spec.Handed {
		return false
	}
	for _, list := range [][]*management.ActionSecretResponse{a.found.GetSecrets(), a.found.DeployedVersion.GetSecrets()} {
		if s := secretOf(list, name); s != nil && s.GetUpdatedAt().After(k.Made.Add(editedAfter)) {
			return true
		}
	}
	return false
}

// holds says whether the draft has a secret of that name.
func (a *Action) holds(name string) bool { return secretOf(a.found.GetSecrets(), name) != nil }

func secretOf(list []*management.ActionSecretResponse, name string) *management.ActionSecretResponse {
	i := slices.IndexFunc(list, func(s *management.ActionSecretResponse) bool { return s.GetName() == name })
	if i < 0 {
		return nil
	}
	return list[i]
}

func names(list []*management.ActionSecretResponse) []string {
	var all []string
	for _, s := range list {
		all = append(all, s.GetName())
	}
	return all
}

func keys(list []*management.ActionSecretResponse) []ring.Key { return ring.In(names(list)) }

// foreign are the names of the draft's secrets that are no keys.
func (a *Action) foreign() []string {
	return slices.DeleteFunc(names(a.found.GetSecrets()), func(name string) bool {
		_, ok := ring.Parse(name)
		return ok
	})
}
