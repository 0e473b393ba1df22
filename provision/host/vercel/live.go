package vercel

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"phonegate/provision/fault"
	"phonegate/provision/host"
	"phonegate/provision/resource"
)

// wait looks at the deployment until it is live: ready, and the production address leads to it.
func (d *Deployment) wait(ctx context.Context, progress resource.Progress) error {
	start := time.Now()
	for {
		switch {
		case d.found.AliasError != nil:
			return fault.New(fault.Failed, "vercel."+strings.ToLower(cmp.Or(d.found.AliasError.Code, "alias_error")),
				"Look at the project's domains: https://vercel.com/dashboard.",
				"Vercel could not put the form under its address: %s", d.found.AliasError.Message)
		case strings.EqualFold(d.found.ReadyState, "ERROR"), strings.EqualFold(d.found.ReadyState, "CANCELED"):
			return fault.New(fault.Failed, "vercel."+strings.ToLower(cmp.Or(d.found.ErrorCode, "deployment_"+d.found.ReadyState)),
				cmp.Or(d.inspect(), "See the deployment at https://vercel.com/dashboard, then run the same command again."),
				"The deployment failed: %s", cmp.Or(d.found.ErrorMessage, d.found.ReadyState))
		case d.found.live():
			return nil
		case time.Since(start) > d.c.o.Wait:
			return fault.New(fault.Failed, "vercel.deployment_timeout", "Run the same command again: it carries on where it stopped.",
				"The deployment was not ready after %s.", d.c.o.Wait)
		}
		progress(strings.ToLower(cmp.Or(d.found.ReadyState, "queued")))
		if err := sleep(ctx, cmp.Or(d.c.o.Poll, pollDelay(time.Since(start)))); err != nil {
			return err
		}
		found, err := d.c.deployment(ctx, d.found.ID)
		if err != nil {
			return err
		}
		if found == nil {
			return fault.New(fault.Failed, "vercel.deployment_gone", "Run the same command again.", "The deployment was deleted while it was being made.")
		}
		d.found = found
	}
}

func (d *Deployment) inspect() string {
	if d.found.InspectorURL == "" {
		return ""
	}
	return "See " + d.found.InspectorURL + ", then run the same command again."
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

// address finds out under which name the form answers. It is not always <project>.vercel.app: that may have been taken.
func (d *Deployment) address(ctx context.Context) error {
	aliases := d.found.Alias
	if len(aliases) == 0 {
		p, err := d.project.get(ctx, d.project.ID())
		if err != nil {
			return err
		}
		if p != nil && p.Targets.Production != nil {
			aliases = p.Targets.Production.Alias
		}
	}
	if len(aliases) == 0 {
		return fault.New(fault.Failed, "vercel.no_alias", "Give the project a production domain at https://vercel.com/dashboard, then run the same command again.",
			"The deployment is ready but has no production address.")
	}
	// What this deployment replaced is no longer what the project serves.
	d.project.found.Targets.Production = d.found
	return d.note.Set("url", "https://"+bestAlias(aliases, d.project.found.Name))
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

// reachable checks the form anonymously, and once switches off Vercel's own login in front of it.
func (d *Deployment) reachable(ctx context.Context) error {
	_, err := d.Health(ctx)
	if !protected(err) {
		return err
	}
	if err := d.project.patch(ctx, map[string]any{"ssoProtection": nil}); err != nil {
		return err
	}
	_, err = d.Health(ctx)
	return err
}

// codeProtected is the code of the error that Health gives when Vercel asks for a login.
const codeProtected = "vercel.protected"

func protected(err error) bool { return err != nil && fault.Of(err).Code == codeProtected }

// healthTries is how often Health looks when the address does not lead to the form yet: it takes Vercel some
// seconds to make it known everywhere.
const healthTries = 10

// Health asks the form, anonymously, whether it is there. The string is its version.
func (d *Deployment) Health(ctx context.Context) (string, error) {
	if d.URL() == "" {
		return "", fault.New(fault.Failed, "vercel.no_form", "Run `phonegate apply`.", "No form is deployed.")
	}
	for try := 1; ; try++ {
		h, again, err := d.look(ctx)
		if err == nil || !again || try == healthTries {
			return h.Version, err
		}
		if err := sleep(ctx, cmp.Or(d.c.o.Poll, time.Second)); err != nil {
			return "", err
		}
	}
}

// Look asks the form, anonymously and once, how it is.
func (d *Deployment) Look(ctx context.Context) (host.Condition, error) {
	if d.URL() == "" {
		return host.Condition{}, fault.New(fault.Failed, "vercel.no_form", "Run `phonegate apply`.", "No form is deployed.")
	}
	c, _, err := d.look(ctx)
	return c, err
}

// look asks once. again says that the answer may be another one soon.
func (d *Deployment) look(ctx context.Context) (c host.Condition, again bool, err error) {
	c, found, res, err := host.Ask(ctx, d.c.o.HTTP, d.URL())
	switch {
	case found:
		return c, false, nil
	case err != nil:
		return c, res != nil, err
	case res.StatusCode == http.StatusUnauthorized || ssoRedirect(res):
		return c, false, fault.New(fault.Failed, codeProtected,
			"Switch Deployment Protection off for the project: https://vercel.com/dashboard > Settings > Deployment Protection.",
			"%s asks for a Vercel login, so that no user could reach it.", d.URL())
	}
	return c, res.StatusCode == http.StatusNotFound || res.StatusCode >= 500, fault.New(fault.Failed, "vercel.form_silent",
		"See the project's logs at https://vercel.com/dashboard, then run the same command again.",
		"%s answered %d instead of the form.", d.URL(), res.StatusCode)
}

func ssoRedirect(res *http.Response) bool {
	if res.StatusCode < 300 || res.StatusCode >= 400 {
		return false
	}
	to, err := url.Parse(res.Header.Get("Location"))
	return err == nil && (to.Hostname() == "vercel.com" || strings.HasSuffix(to.Hostname(), ".vercel.com"))
}
