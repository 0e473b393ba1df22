package cloudflare

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"phonegate/provision/fault"
	"phonegate/provision/host"
	"phonegate/provision/resource"
)

const (
	// tries is how often the form is looked at before giving up: a new subdomain takes Cloudflare some minutes to make known.
	tries = 90
	// steadyLooks is how often the form must have answered after its secrets were replaced: nobody says when the last
	// of Cloudflare's machines has stopped running what was there before.
	steadyLooks = 4
)

// look asks the form once how it is.
func (w *Worker) look(ctx context.Context) (host.Condition, error) {
	if w.URL() == "" {
		return host.Condition{}, fault.New(fault.Failed, "cloudflare.no_form", "Run `phonegate apply`.", "No form is deployed.")
	}
	c, found, res, err := host.Ask(ctx, w.c.o.HTTP, w.URL())
	switch {
	case err != nil || found:
		return c, err
	case guarded(res):
		return c, fault.New(fault.Failed, codeGuarded, "Take the Worker's workers.dev address out of Cloudflare Access: https://one.dash.cloudflare.com > Access > Applications.",
			"%s asks for a login of Cloudflare Access, so that no user could reach it.", w.URL())
	}
	return c, fault.New(fault.Failed, "cloudflare.form_silent", "See the Worker's logs at https://dash.cloudflare.com > Workers & Pages, then run the same command again.",
		"%s answered %d instead of the form.", w.URL(), res.StatusCode)
}

const codeGuarded = "cloudflare.access"

// guarded says whether a login stands in front of the form.
func guarded(res *http.Response) bool {
	to, err := url.Parse(res.Header.Get("Location"))
	return err == nil && res.StatusCode/100 == 3 && strings.HasSuffix(to.Hostname(), ".cloudflareaccess.com")
}

// reachable looks at the form until what was uploaded has answered so many times. Until the address is known everywhere, its
// name does not exist, its certificate is not there yet, something else answers, or the version before.
func (w *Worker) reachable(ctx context.Context, looks int, progress resource.Progress) error {
	var last error
	for try := 1; ; try++ {
		c, err := w.look(ctx)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil && fault.Of(err).Code == codeGuarded:
			return err
		case err != nil:
			last = err
		case w.form.Version != "" && c.Version != w.form.Version:
			last = fault.New(fault.Failed, "cloudflare.form_old", "Run the same command again in a minute.", "%s still answers with an earlier form.", w.URL())
		default:
			if looks--; looks == 0 {
				return nil
			}
		}
		if try == tries && last != nil {
			return last
		}
		if try == 5 {
			progress("waiting until Cloudflare has made the address known")
		}
		if err := sleep(ctx, w.c.o.Poll); err != nil {
			return err
		}
	}
}
