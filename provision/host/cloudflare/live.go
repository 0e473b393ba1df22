package cloudflare

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"phonegate/provision/fault"
	"phonegate/provision/host"
	"phonegate/provision/resource"
	"phonegate/provision/ring"
	"phonegate/provision/transport"
)

const (
	// tries is how often the form is looked at before giving up: a new subdomain takes Cloudflare some minutes to make known.
	tries = 90
	// steadyLooks is how often in a row the form must have answered as it should: nobody says when the last of Cloudflare's machines
	// has stopped running what was there before.
	steadyLooks = 4
)

// sight is what was seen of the form.
type sight struct {
	host.Condition
	looked bool
	err    error // why no form was seen
}

// answered says whether a form was seen.
func (s sight) answered() bool { return s.looked && s.err == nil }

// see looks at the form and keeps what it says.
func (w *Worker) see(ctx context.Context, base string) {
	w.seen = sight{looked: true}
	w.seen.Condition, w.seen.err = w.look(ctx, base)
}

// look asks the form once how it is.
func (w *Worker) look(ctx context.Context, base string) (host.Condition, error) {
	if base == "" {
		return host.Condition{}, fault.New(fault.Failed, "cloudflare.no_form", "Run phonegate apply.", "The form is not deployed.")
	}
	c, found, res, err := host.Ask(ctx, w.c.o.HTTP, base)
	switch {
	case err != nil || found:
		return c, err
	case guarded(res):
		return c, fault.New(fault.Failed, codeGuarded,
			"Remove the Worker's workers.dev address from Cloudflare Access at https://one.dash.cloudflare.com > Access > Applications.",
			"%s asks for a Cloudflare Access login, so users can't reach the form.", base)
	}
	return c, fault.New(fault.Failed, "cloudflare.form_silent",
		"Check the Worker's logs at https://dash.cloudflare.com > Workers & Pages, then run the same command again.",
		"%s does not show the form (status %d).", base, res.StatusCode)
}

const codeGuarded = "cloudflare.access"

// guarded says whether a login stands in front of the form.
func guarded(res *http.Response) bool {
	to, err := url.Parse(res.Header.Get("Location"))
	return err == nil && res.StatusCode/100 == 3 && strings.HasSuffix(to.Hostname(), ".cloudflareaccess.com")
}

// steady looks at the form until it has been right so many times in a row. Until the address is known everywhere, its name
// does not exist, its certificate is not there yet, something else answers, or the version before. wrong says what is not
// right about a form that answered.
func (w *Worker) steady(ctx context.Context, progress resource.Progress, wrong func() *fault.Error) error {
	for try, good := 1, 0; ; try++ {
		w.see(ctx, w.URL())
		err := w.seen.err
		if err == nil {
			if f := wrong(); f != nil {
				err = f
			}
		}
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil && (try >= tries || fault.Of(err).Code == codeGuarded):
			return err
		case err != nil:
			good = 0
		default:
			if good++; good == steadyLooks {
				return nil
			}
		}
		if try == steadyLooks+1 {
			progress("waiting for all of Cloudflare to have it")
		}
		if err := transport.Pause(ctx, w.c.o.Poll); err != nil {
			return err
		}
	}
}

// unready is what is not right about the form that was seen before logins may be sent to it.
func (w *Worker) unready() *fault.Error {
	if !w.upToDate() {
		return fault.New(fault.Failed, "cloudflare.form_old", "Run the same command again in a minute.",
			"%s still serves an earlier form.", w.URL())
	}
	for _, k := range w.form.Env.Must() {
		if !w.seen.Shows([]ring.Key{k}) {
			return w.ignored(fault.Failed, k)
		}
	}
	return nil
}
