package cloudflare

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"net/http"
	"regexp"
	"strings"

	"phonegate/provision/event"
	"phonegate/provision/fault"
	"phonegate/provision/resource"
	"phonegate/provision/transport"
)

// Subdomain is the resource host.project: the account's name under workers.dev, below which all of its Workers answer. An account
// without one gets one; one that is there is never changed, and none is ever deleted: other Workers may depend on it.
type Subdomain struct {
	c     *Client
	first string // the name that is asked for first
	found string
}

const workersDev = ".workers.dev"

var notLabel = regexp.MustCompile(`[^a-z0-9-]+`)

// newSubdomain makes the resource. A new subdomain is called like the form, without its last word.
func newSubdomain(c *Client, form string) *Subdomain {
	name := notLabel.ReplaceAllString(strings.ToLower(strings.TrimSuffix(form, "-verify")), "-")
	name = strings.Trim(name[:min(len(name), 58)], "-") // with room for what makes it unique
	if name == "" {
		name = "phonegate"
	}
	return &Subdomain{c: c, first: name}
}

// Name implements resource.Resource.
func (s *Subdomain) Name() string { return "host.project" }

// Read implements resource.Resource.
func (s *Subdomain) Read(ctx context.Context) (err error) {
	s.found, err = s.registered(ctx)
	return err
}

// registered asks for the account's subdomain, "" if it has none.
func (s *Subdomain) registered(ctx context.Context) (string, error) {
	var got struct {
		Subdomain string `json:"subdomain"`
	}
	err := s.c.call(ctx, http.MethodGet, s.c.account("/workers/subdomain"), nil, &got)
	if err != nil && !notFound(err) {
		return "", err
	}
	return got.Subdomain, nil
}

// Change implements resource.Resource.
func (s *Subdomain) Change() event.Change {
	if s.found == "" {
		return event.Change{Resource: s.Name(), Op: event.Create, From: "new", Requests: 1,
			Detail: s.first + workersDev + " for the account's Workers, or a similar name if it is taken"}
	}
	return event.Change{Resource: s.Name(), Op: event.None, Detail: s.found + workersDev}
}

// names is how many names are tried.
const names = 4

// Apply implements resource.Resource.
func (s *Subdomain) Apply(ctx context.Context, progress resource.Progress) error {
	// Somebody may have registered one since, and on some accounts registering would then rename it.
	if err := s.Read(ctx); err != nil || s.found != "" {
		return err
	}
	name := s.first
	for try := 1; ; try++ {
		err := s.register(ctx, name)
		if err == nil || answer(err).code != codeSubdomainTaken || try == names {
			return err
		}
		suffix := make([]byte, 2)
		_, _ = rand.Read(suffix)
		name = s.first + "-" + hex.EncodeToString(suffix)
		if progress != nil {
			progress("trying " + name + workersDev)
		}
	}
}

// register asks for a name. Where the answer does not say that the account has it now, the account is asked.
func (s *Subdomain) register(ctx context.Context, name string) error {
	err := s.c.call(transport.Repeatable(ctx), http.MethodPut, s.c.account("/workers/subdomain"), map[string]string{"subdomain": name}, nil)
	if err == nil {
		s.found = name
		return nil
	}
	if ctx.Err() != nil || answer(err).code == codeSubdomainTaken {
		return err
	}
	// 409 for an account that has one: the first of two attempts was made and its answer lost.
	if unsure(err) || answer(err).status == http.StatusConflict {
		if again := s.Read(ctx); again == nil && s.found != "" {
			return nil
		}
	}
	return err
}

// UndoChange implements resource.Resource.
func (s *Subdomain) UndoChange() event.Change {
	c := event.Change{Resource: s.Name(), Op: event.None, Detail: "the account has none"}
	if s.found != "" {
		c.Detail = s.found + workersDev + " is kept: it belongs to the account"
	}
	return c
}

// Undo implements resource.Resource.
func (s *Subdomain) Undo(context.Context, resource.Progress) error { return nil }

// Problems implements host.Resource.
func (s *Subdomain) Problems() []*fault.Error {
	if s.found != "" {
		return nil
	}
	return []*fault.Error{trouble("cloudflare.subdomain_missing",
		"The Cloudflare account has no workers.dev subdomain, so its Workers can't be reached.")}
}

// trouble is a difference that a doctor names. Without a hint, the remedy is phonegate apply.
func trouble(code, format string, args ...any) *fault.Error {
	return fault.New(fault.Differences, code, "", format, args...)
}
