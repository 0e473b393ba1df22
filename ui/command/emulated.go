package command

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"phonegate/provision/fault"
	"phonegate/provision/rehearsal"
	"phonegate/provision/state"
)

// assign gives each tenant an emulated Auth0 tenant of its own. known are all tenants of the file, asked those that are worked on.
func (at *environment) assign(ctx context.Context, known, asked []string) error {
	if !at.sandboxed {
		return nil
	}
	at.domains = map[string]string{}
	if at.embedded != nil { // which was made for them
		for i, domain := range at.embedded.Domains() {
			if i < len(asked) {
				at.domains[asked[i]] = domain
			}
		}
		return nil
	}
	there := at.emulated(ctx)
	if len(there) == 1 && len(asked) == 1 {
		return nil
	}
	// A tenant keeps its place from run to run, whichever of them are asked for.
	for _, name := range asked {
		i := slices.Index(known, name)
		if i < 0 || i >= len(there) {
			return fault.New(fault.Usage, "sandbox.tenants", "Start it with: phonegate sandbox serve --tenants "+strconv.Itoa(len(known))+", and set PHONEGATE_PHONE_URL to what it prints.",
				"The sandbox server has only %s; %s needed.", fault.Count(len(there), "Auth0 tenant"), name)
		}
		at.domains[name] = there[i]
	}
	return nil
}

// emulated are the domains of a sandbox server's tenants; the first one is always there.
func (at *environment) emulated(ctx context.Context) []string {
	first := []string{rehearsal.Domain}
	if at.phone == "" {
		return first
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(at.phone, "/")+"/tenants", nil)
	if err != nil {
		return first
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return first
	}
	defer res.Body.Close()
	var all []string
	if res.StatusCode != http.StatusOK || json.NewDecoder(res.Body).Decode(&all) != nil || len(all) == 0 {
		return first
	}
	return all
}

// forgetOthers drops what a sandbox's state remembers of another emulated tenant than the one it is led to now: sandboxes come and go.
func (at *environment) forgetOthers(s *state.State, domain string) error {
	was := s.Note("tenant").Get("domain")
	if !at.sandboxed || was == "" || was == domain {
		return nil
	}
	return s.Forget()
}
