package vercel

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"phonegate/provision/fault"
	"phonegate/provision/host"
	"phonegate/provision/ring"
	"phonegate/provision/transport"
)

const (
	// steadyLooks is how many looks one after the other must find the form as it must be: for some seconds after a deployment,
	// parts of Vercel's network still answer with the one before.
	steadyLooks = 3
	// patience is how many looks may find it otherwise.
	patience = 15
)

// Codes of the errors of a look at the form.
const (
	codeProtected = "vercel.protected"
	codeSilent    = "vercel.form_silent"
	codeBehind    = "vercel.form_behind"
)

func protected(err error) bool { return err != nil && fault.Of(err).Code == codeProtected }

func silent(err error) bool { return err != nil && fault.Of(err).Code == codeSilent }

// behind says that the public address does not lead to what was deployed, as far as anybody can see.
func behind(err error) bool { return err != nil && fault.Of(err).Code == codeBehind || silent(err) }

// Look asks the form, anonymously and once, how it is.
func (d *Deployment) Look(ctx context.Context) (host.Condition, error) {
	_, err := d.look(ctx)
	c, _ := d.seen()
	return c, err
}

// seen is what the last look saw.
func (d *Deployment) seen() (host.Condition, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.condition, d.looked && d.silence == nil
}

// look asks once, and keeps the answer. again says that the answer may be another one soon.
func (d *Deployment) look(ctx context.Context) (again bool, err error) {
	c, again, err := d.ask(ctx)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.condition, d.silence, d.looked = c, err, true
	return again, err
}

// reset forgets the addresses and what was seen.
func (d *Deployment) reset() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.addresses, d.condition, d.silence, d.looked = nil, host.Condition{}, nil, false
}

func (d *Deployment) ask(ctx context.Context) (c host.Condition, again bool, err error) {
	at := d.URL()
	if at == "" {
		return c, false, fault.New(fault.Failed, "vercel.no_form", "Run phonegate apply.", "The form is not deployed.")
	}
	c, found, res, err := host.Ask(ctx, d.c.o.HTTP, at)
	switch {
	case found:
		return c, false, nil
	case err != nil:
		return c, res != nil, err
	case res.StatusCode == http.StatusUnauthorized || ssoRedirect(res):
		return c, false, fault.New(fault.Failed, codeProtected,
			"Switch off Deployment Protection for the project at https://vercel.com/dashboard > Settings > Deployment Protection.",
			"%s asks for a Vercel login, so users can't reach the form.", at)
	}
	return c, true, fault.New(fault.Failed, codeSilent,
		"Check the project's logs at https://vercel.com/dashboard, then run the same command again.",
		"%s does not show the form (status %d).", at, res.StatusCode)
}

func ssoRedirect(res *http.Response) bool {
	if res.StatusCode < 300 || res.StatusCode >= 400 {
		return false
	}
	to, err := url.Parse(res.Header.Get("Location"))
	return err == nil && (to.Hostname() == "vercel.com" || strings.HasSuffix(to.Hostname(), ".vercel.com"))
}

// steady looks until the form is steadily as it must be, or for the whole patience. It switches off Vercel's own login in front
// of the form, once.
func (d *Deployment) steady(ctx context.Context, swept []ring.Key) error {
	opened := false
	for good, misses := 0, 0; ; {
		again, err := d.look(ctx)
		switch {
		case protected(err) && !opened:
			if err := d.project.patch(ctx, map[string]any{"ssoProtection": nil}); err != nil {
				return err
			}
			opened, good = true, 0
			continue
		case err == nil:
			err, again = d.lacks(swept), true
		case protected(err):
			again = true // it takes effect in a moment
		}
		switch {
		case err == nil:
			if good++; good == steadyLooks {
				return nil
			}
		case !again:
			return err
		default:
			good = 0
			if misses++; misses == patience {
				return err
			}
		}
		if err := transport.Pause(ctx, cmp.Or(d.c.o.Poll, time.Second)); err != nil {
			return err
		}
	}
}

// lacks says how the form that answered is not as it must be.
func (d *Deployment) lacks(swept []ring.Key) error {
	c, _ := d.seen()
	at := d.URL()
	if c.Version != d.form.Version {
		return fault.New(fault.Failed, codeBehind,
			"Run the same command again. If another computer applies a different phonegate.yaml to this tenant, agree on one.",
			"The form at %s is version %s instead of %s.", at, cmp.Or(c.Version, "unknown"), d.form.Version)
	}
	for _, k := range d.form.Env.Must() {
		if !c.Shows([]ring.Key{k}) {
			return fault.New(fault.Failed, codeBehind,
				"Run the same command again. If the error persists, somebody edited that variable: run phonegate rotate to create a new key.",
				"The form at %s lacks the key %s.", at, k.ID)
		}
	}
	for _, k := range swept {
		if c.Shows([]ring.Key{k}) {
			return fault.New(fault.Failed, codeBehind, "Run the same command again.", "The form at %s still has the deleted key %s.", at,
				k.ID)
		}
	}
	return nil
}
