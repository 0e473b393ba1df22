package twilio

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/mail"
	"regexp"
	"slices"
	"strings"
	"time"

	api "github.com/twilio/twilio-go/rest/api/v2010"

	"phonegate/provision/event"
	"phonegate/provision/fault"
	"phonegate/provision/resource"
	"phonegate/provision/transport"
)

// KeySpec says whose the Twilio keys are and which one is wanted. The functions are asked anew at every use.
type KeySpec struct {
	// Domain is the tenant's Auth0 domain. Its hash is part of every key's name.
	Domain string
	// Want is the id of the ring's key that a Twilio key is to be made for now, "" for none. Live is the id of the key in use, ""
	// if unknown.
	Want, Live func() string
	// Put is given what was made, before anything else happens with it.
	Put func(sid, secret string) error
}

// Key is the resource twilio.key: a standard API key for each key of the ring, so that neither Auth0 nor the form is given the
// auth token, which can do everything.
//
// Twilio shows a key's secret once. A key whose secret got lost on the way is of no use: Apply deletes it and makes another one.
type Key struct {
	c    *Client
	spec KeySpec

	keys  []namedKey // of this tenant
	known bool       // the credentials allow to list keys, and Read has
	stale bool       // keys may lack one: an Apply has failed on the way
	made  string     // ring id
}

// namedKey is a key of the account whose name begins with the tenant's prefix; id is what follows.
type namedKey struct {
	sid, id string
	created time.Time // zero if Twilio does not say
}

// ringID is what an id of the ring looks like.
var ringID = regexp.MustCompile(`^[0-9a-f]{16}$`)

// NewKey makes the resource.
func NewKey(c *Client, spec KeySpec) *Key { return &Key{c: c, spec: spec} }

// Name implements resource.Resource.
func (k *Key) Name() string { return "twilio.key" }

// prefix begins the names of all of this tenant's keys, and of nobody else's. A hash, because names have at most 64 characters.
func (k *Key) prefix() string {
	sum := sha256.Sum256([]byte(k.spec.Domain))
	return "phonegate " + hex.EncodeToString(sum[:4]) + " "
}

// Known says whether the credentials may list keys, and Read has. Otherwise nobody can tell what the account has.
func (k *Key) Known() bool { return k.known }

// Has says whether the account has a key for this id of the ring.
func (k *Key) Has(id string) bool { return slices.Contains(k.IDs(), id) }

// IDs are the ids of the ring that the account has keys for, in order.
func (k *Key) IDs() []string {
	var ids []string
	for _, one := range k.keys {
		if ringID.MatchString(one.id) {
			ids = append(ids, one.id)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// Created is when Twilio made the newest key for this id of the ring; zero if there is none, or Twilio does not say.
func (k *Key) Created(id string) time.Time {
	var newest time.Time
	for _, one := range k.keys {
		if one.id == id && one.created.After(newest) {
			newest = one.created
		}
	}
	return newest
}

// Made is the id of the ring that this run made a key for, "" for none.
func (k *Key) Made() string { return k.made }

// CanMake is nil if the credentials can make and delete keys, and otherwise the error that Apply would end with.
func (k *Key) CanMake() error {
	if k.c.master() {
		return nil
	}
	return fault.New(fault.Refused, "twilio.key_needs_auth_token",
		"Set TWILIO_AUTH_TOKEN (https://console.twilio.com > Account Info) for this run; it is not stored.",
		"Creating the Twilio API key needs the account's auth token.")
}

// Read implements resource.Resource. An API key can't see keys: then nothing is known.
func (k *Key) Read(ctx context.Context) error {
	if err := k.c.ready(); err != nil {
		return err
	}
	k.keys, k.known, k.stale = nil, false, false
	if !k.c.master() {
		return nil
	}
	all, err := k.c.api(ctx).ListKey((&api.ListKeyParams{}).SetPageSize(1000))
	if err != nil {
		return typed(err)
	}
	for _, one := range all {
		if id, ok := strings.CutPrefix(text(one.FriendlyName), k.prefix()); ok {
			k.keys = append(k.keys, namedKey{text(one.Sid), id, date(text(one.DateCreated))})
		}
	}
	k.known = true
	return nil
}

// wanted is the id of the ring that a key is still to be made for, "" for none.
func (k *Key) wanted() string {
	if id := k.spec.Want(); id != k.made {
		return id
	}
	return ""
}

// Change implements resource.Resource.
func (k *Key) Change() event.Change {
	c := event.Change{Resource: k.Name(), Op: event.None}
	live := k.spec.Live()
	switch want := k.wanted(); {
	case want != "" && live == "":
		c.Op, c.From, c.Requests, c.Detail = event.Create, "new", 1, fmt.Sprintf("“%s%s”", k.prefix(), want)
	case want != "":
		c.Op, c.Requests, c.Detail = event.Update, 1, "a new key; the former one is deleted when no login needs it any more"
	case !k.known && !k.c.master():
		c.Detail = "can't be read with an API key"
	case live != "" && k.known && !k.Has(live):
		c.Detail = "the current key no longer exists"
	case live != "":
		c.Detail = fmt.Sprintf("“%s%s”", k.prefix(), live)
	default:
		c.Detail = "no new key is needed"
	}
	return c
}

// Apply implements resource.Resource.
func (k *Key) Apply(ctx context.Context, _ resource.Progress) (err error) {
	want := k.wanted()
	if want == "" {
		return nil
	}
	if err := k.CanMake(); err != nil {
		return err
	}
	if k.stale {
		if err := k.Read(ctx); err != nil {
			return err
		}
	}
	defer func() { k.stale = err != nil }()
	// It was made by a call that was cut off: nobody has its secret.
	if err := k.Delete(ctx, want); err != nil {
		return err
	}
	one, secret, err := k.create(ctx, want)
	if err != nil && unsure(err) && ctx.Err() == nil {
		if k.Read(ctx) != nil || k.Delete(ctx, want) != nil {
			return err
		}
		one, secret, err = k.create(ctx, want)
	}
	if err != nil {
		return err
	}
	if err := k.spec.Put(one.sid, secret); err != nil {
		k.revoke(ctx, one.sid)
		return err
	}
	k.keys, k.made = append(k.keys, one), want
	return nil
}

// create makes one key. It may exist although an error says otherwise.
func (k *Key) create(ctx context.Context, id string) (one namedKey, secret string, err error) {
	made, err := k.c.api(ctx).CreateNewKey((&api.CreateNewKeyParams{}).SetFriendlyName(k.prefix() + id))
	if err != nil {
		return one, "", typed(err)
	}
	one = namedKey{text(made.Sid), id, date(text(made.DateCreated))}
	if secret = text(made.Secret); one.sid == "" || secret == "" {
		return one, "", fault.New(fault.Failed, "twilio.unexpected_answer", "Run the same command again.",
			"Twilio created a key but did not return its secret.")
	}
	return one, secret, nil
}

// date reads a time of the 2010 API, which are those of mail; zero if it is none.
func date(text string) time.Time {
	t, err := mail.ParseDate(text)
	if err != nil {
		return time.Time{}
	}
	return t
}

// revoke deletes a key that was made in vain. It is done even when the run has just been interrupted.
func (k *Key) revoke(ctx context.Context, sid string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	_ = k.c.api(transport.Repeatable(ctx)).DeleteKey(sid, nil)
}
