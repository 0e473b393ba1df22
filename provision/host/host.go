// Package host says what the engine expects of a place that runs the form. Each kind of place is a package below.
package host

import (
	"context"
	"encoding/json"
	"io"
	"net/http"

	"phonegate/provision/fault"
	"phonegate/provision/resource"
)

// File is one file of the form.
type File struct {
	Path string // with forward slashes
	Data []byte
}

// Resource is one of a host's resources, with what a doctor says of it after a Read.
type Resource interface {
	resource.Resource
	// Problems names each way in which what was read is not as it should be.
	Problems() []*fault.Error
}

// Host is where the form of one tenant runs.
type Host interface {
	// Check proves the credentials and says in words whom they belong to.
	Check(ctx context.Context) (account string, err error)
	// Resources are in order: each needs those before it, and all but the first need the Twilio service and key. Their names are
	// among host.project, host.env and host.deployment, which is always there and the last.
	Resources() []Resource
	// SendsSecrets says whether what would be applied now must hand over the form's secrets, so that their values must be known.
	SendsSecrets() bool
	// URL is where the form answers, e.g. "https://acme-verify.vercel.app"; "" before it is known.
	URL() string
	// Look asks the form, anonymously and once, how it is.
	Look(ctx context.Context) (Condition, error)
}

// Condition is what the form says of itself.
type Condition struct {
	Version string
	Ready   bool // its environment is complete
}

// Ask asks whatever answers at base for the form's health, anonymously and once. found says whether it is a form; the
// response, its body read, tells more where it is not.
func Ask(ctx context.Context, road http.RoundTripper, base string) (c Condition, found bool, res *http.Response, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/?health=1", nil)
	if err != nil {
		return c, false, nil, err
	}
	r.Header.Set("User-Agent", "phonegate")
	r.Header.Set("Accept", "application/json")
	if res, err = road.RoundTrip(r); err != nil { // a RoundTripper follows no redirect
		return c, false, nil, err
	}
	defer func() { _ = res.Body.Close() }()
	data, err := io.ReadAll(io.LimitReader(res.Body, 64<<10))
	if err != nil {
		return c, false, res, err
	}
	var body struct {
		Phonegate string `json:"phonegate"`
		Version   any    `json:"version"`
		Ready     bool   `json:"ready"`
	}
	if res.StatusCode != http.StatusOK || json.Unmarshal(data, &body) != nil || body.Phonegate != "form" {
		return c, false, res, nil
	}
	c.Version, _ = body.Version.(string)
	c.Ready = body.Ready
	return c, true, res, nil
}
