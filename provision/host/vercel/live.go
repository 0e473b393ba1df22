package vercel

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"phonegate/provision/fault"
	"phonegate/provision/resource"
	"phonegate/provision/transport"
)

// addressLooks is how often a deployment that is ready is looked at until it has its address, before the project is asked
// whether a newer deployment has it.
const addressLooks = 3

// wait looks at the deployment until it is live: ready, and the production address leads to it or to a newer one.
func (d *Deployment) wait(ctx context.Context, progress resource.Progress) error {
	start, ready := time.Now(), 0
	for {
		switch {
		case d.live.AliasError != nil:
			return fault.New(fault.Failed, "vercel."+strings.ToLower(cmp.Or(d.live.AliasError.Code, "alias_error")),
				"Check the project's domains at https://vercel.com/dashboard.",
				"Vercel could not assign the form's address: %s", d.live.AliasError.Message)
		case d.live.failed():
			return fault.New(fault.Failed, "vercel."+strings.ToLower(cmp.Or(d.live.ErrorCode, "deployment_"+d.live.ReadyState)),
				cmp.Or(d.inspect(), "Check the deployment at https://vercel.com/dashboard, then run the same command again."),
				"The deployment failed: %s", cmp.Or(d.live.ErrorMessage, d.live.ReadyState))
		case d.live.live():
			return nil
		case time.Since(start) > d.c.o.Wait:
			return fault.New(fault.Failed, "vercel.deployment_timeout", "Run the same command again: it continues where it stopped.",
				"The deployment was not ready after %s.", d.c.o.Wait)
		case d.live.ready():
			ready++
		}
		if ready >= addressLooks {
			newer, err := d.newer(ctx)
			if err != nil {
				return err
			}
			if newer != nil {
				d.live = newer
				return nil
			}
		}
		progress(strings.ToLower(cmp.Or(d.live.ReadyState, "queued")))
		if err := transport.Pause(ctx, cmp.Or(d.c.o.Poll, pollDelay(time.Since(start)))); err != nil {
			return err
		}
		found, err := d.c.deployment(ctx, d.live.ID)
		if err != nil {
			return err
		}
		if found == nil {
			return fault.New(fault.Failed, "vercel.deployment_gone", "Run the same command again.",
				"Somebody deleted the deployment before it was ready.")
		}
		d.live = found
	}
}

// newer is a deployment that another run made later and that has the address, nil if there is none. It may do as well;
// otherwise it is replaced.
func (d *Deployment) newer(ctx context.Context) (*deployment, error) {
	p, err := d.c.project(ctx, d.project.ID())
	if err != nil {
		return nil, err
	}
	if live := p.serves(); live != nil && live.ID != d.live.ID && live.CreatedAt > d.live.CreatedAt {
		return live, nil
	}
	return nil, nil
}

func (d *Deployment) inspect() string {
	if d.live.InspectorURL == "" {
		return ""
	}
	return "See " + d.live.InspectorURL + ", then run the same command again."
}

// pollDelay is how the vercel CLI paces itself.
func pollDelay(elapsed time.Duration) time.Duration {
	switch {
	case elapsed < 15*time.Second:
		return time.Second
	case elapsed < time.Minute:
		return 5 * time.Second
	case elapsed < 5*time.Minute:
		return 15 * time.Second
	}
	return 30 * time.Second
}

// address finds out under which names the form answers. They need not have <project>.vercel.app among them: that may have been
// taken.
func (d *Deployment) address(ctx context.Context) error {
	p := *d.project.found
	p.Targets.Production = d.live
	if len(d.live.Alias) == 0 {
		found, err := d.c.project(ctx, d.project.ID())
		if err != nil {
			return err
		}
		if found != nil {
			p = *found
		}
	}
	if d.at(&p); len(p.addresses()) == 0 {
		return fault.New(fault.Failed, "vercel.no_alias",
			"Give the project a production domain at https://vercel.com/dashboard, then run the same command again.",
			"The deployment is ready but has no production address.")
	}
	return nil
}

// at notes the project's addresses.
func (d *Deployment) at(p *project) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.addresses, d.named = p.addresses(), p.Name
}

// URL is where the form answers, e.g. "https://acme-verify.vercel.app"; "" before it is known. The address that is in use
// stays, as far as the project has it.
func (d *Deployment) URL() string {
	used := ""
	if d.form.URL != nil {
		used = strings.TrimSuffix(d.form.URL(), "/")
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.addresses) == 0 || slices.Contains(d.addresses, strings.TrimPrefix(used, "https://")) {
		return used
	}
	return "https://" + bestAlias(d.addresses, d.named)
}

// bestAlias prefers <project>.vercel.app, then the shortest name: the others have branch and team in them.
func bestAlias(aliases []string, project string) string {
	sorted := slices.Clone(aliases)
	for i, a := range sorted {
		sorted[i] = strings.TrimPrefix(strings.TrimSuffix(a, "/"), "https://")
	}
	slices.SortFunc(sorted, func(a, b string) int {
		return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b))
	})
	if own := project + ".vercel.app"; slices.Contains(sorted, own) {
		return own
	}
	return sorted[0]
}
