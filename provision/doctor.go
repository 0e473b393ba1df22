package provision

import (
	"context"

	"phonegate/provision/event"
	"phonegate/provision/fault"
)

// Finding is what Doctor says about one link of the chain.
type Finding struct {
	Resource string `json:"resource"` // a resource's public name, or "auth0.account", "twilio.account", "host.account", "form", "clock"
	OK       bool   `json:"ok"`
	Code     string `json:"code"` // stable; "ok" where all is well
	Message  string `json:"message"`
	Hint     string `json:"hint,omitempty"` // what to do about it
}

// Doctor looks at every link of the chain and says what is broken and what to do about it. It changes nothing. A link that
// can't be looked at is a finding, not an error; an error means that the look was interrupted.
func (t *Tenant) Doctor(ctx context.Context) ([]Finding, error) {
	var all []Finding
	for _, n := range t.nodes {
		if err := n.Read(ctx); err != nil {
			if ctx.Err() != nil {
				return all, fault.Of(ctx.Err())
			}
			f := fault.Of(err)
			all = append(all, Finding{n.Name(), false, f.Code, f.Message, f.Hint})
			continue
		}
		if c := n.Change(); c.Op != event.None {
			all = append(all, Finding{n.Name(), false, n.Name() + "_differs", c.Detail, "Run phonegate apply --tenant " + t.name + "."})
			continue
		}
		all = append(all, Finding{n.Name(), true, "ok", n.Change().Detail, ""})
	}
	return all, nil
}
