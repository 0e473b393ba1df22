// Package host says what the engine expects of a place that runs the form. Each kind of place is a package below.
package host

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"slices"

	"phonegate/provision/fault"
	"phonegate/provision/resource"
	"phonegate/provision/ring"
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

// Host is where the form of one tenant runs. Its environment is told what to hold by an Environment.
type Host interface {
	// Check proves the credentials and says in words whom they belong to.
	Check(ctx context.Context) (account string, err error)
	// Resources are in order: each needs those before it, and all but the first need the Twilio service and key. Their names are
	// among host.project, host.env and host.deployment, which is always there and the last. It is done only when the public form
	// answers with the wanted version and shows every wanted key steadily.
	Resources() []Resource
	// URL is where the form answers, e.g. "https://acme-verify.vercel.app"; "" before it is known.
	URL() string
	// Look asks the form, anonymously and once, how it is.
	Look(ctx context.Context) (Condition, error)
	// Seen is what the last Read, or Apply, saw of the form. ok is false if it did not answer: then nobody can tell.
	Seen() (c Condition, ok bool)
	// Held are the keys that the environment has, as the last Read or Apply saw it. known is false where nobody can tell.
	Held() (keys []ring.Key, known bool)
	// Sweep takes keys out of the environment, and returns when the public form no longer has them. It may be repeated, and a key that is
	// gone already is no error. Where only a person can do it (a server of one's own) it does nothing.
	Sweep(ctx context.Context, keys []ring.Key, progress resource.Progress) error
	// Left is what is still there after Undo, because phonegate can't tell that it is its own or can't remove it.
	Left() []resource.Left
}

// Environment says what the form's environment is to hold. Both functions are asked anew at every use: what they give changes
// while a plan is made and carried out.
type Environment struct {
	// Add is the one key to be written if it is not there, with its value; "" as the name for none. What is there already is
	// never overwritten or removed by it.
	Add func() (name, value string)
	// Must are the keys that the form must show before anything is led to it, Add's among them.
	Must func() []ring.Key
}

// Condition is what the form says of itself.
type Condition struct {
	// Layout is the ring.Layout that it was generated with.
	Layout  int
	Version string
	Ready   bool // it has a key with which it can do its work
	// Keys are the ids of the certified keys that it has; Senders those of them with which it can use Twilio.
	Keys, Senders []string
}

// Shows says whether the form has every one of these keys.
func (c Condition) Shows(keys []ring.Key) bool {
	return !slices.ContainsFunc(keys, func(k ring.Key) bool { return !slices.Contains(c.Keys, k.ID) })
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
		Phonegate string   `json:"phonegate"`
		Layout    int      `json:"layout"`
		Version   any      `json:"version"`
		Ready     bool     `json:"ready"`
		Keys      []string `json:"keys"`
		Senders   []string `json:"senders"`
	}
	if res.StatusCode != http.StatusOK || json.Unmarshal(data, &body) != nil || body.Phonegate != "form" {
		return c, false, res, nil
	}
	c = Condition{Layout: body.Layout, Ready: body.Ready, Keys: body.Keys, Senders: body.Senders}
	c.Version, _ = body.Version.(string)
	return c, true, res, nil
}
