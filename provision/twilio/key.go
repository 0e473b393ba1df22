package twilio

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	api "github.com/twilio/twilio-go/rest/api/v2010"

	"phonegate/provision/event"
	"phonegate/provision/fault"
	"phonegate/provision/resource"
	"phonegate/provision/transport"
)

// Key is the resource twilio.key: a standard API key, so that the auth token, which can do everything, is never
// given to Auth0 or to the form.
//
// Twilio shows a key's secret once. It goes into the vault together with its sid, as one value: so the
// two are never out of step, wherever the program is cut off.
type Key struct {
	c        *Client
	name     string
	vaultGet func() string
	vaultPut func(secret string) error
	note     resource.Note

	// SecretNeeded says whether this run has a use for the key's secret. Where it says no, a key whose secret is not in the
	// vault (a machine without keyring) is left as it is; otherwise, and if it is nil, the key is replaced.
	SecretNeeded func() bool

	sids   []string // keys of this name, or noted, that the account has
	listed bool     // the credentials allow to list keys, and Read has
	renew  bool
	stale  bool // sids may lack a key: an Apply has failed on the way
}

// NewKey makes the resource. The name must belong to one tenant alone: Retire deletes all other keys of
// that name. What vaultPut is given is opaque; use SID and Secret to read it.
func NewKey(c *Client, name string, vaultGet func() string, vaultPut func(secret string) error, note resource.Note) *Key {
	return &Key{c: c, name: name, vaultGet: vaultGet, vaultPut: vaultPut, note: note}
}

// Name implements resource.Resource.
func (k *Key) Name() string { return "twilio.key" }

// vault is the pair that the vault holds, empty if it holds none.
func (k *Key) vault() (sid, secret string) {
	sid, secret, ok := strings.Cut(k.vaultGet(), ":")
	if !ok || !strings.HasPrefix(sid, "SK") {
		return "", ""
	}
	return sid, secret
}

// SID is the sid of the key in use, "" before there is one.
func (k *Key) SID() string {
	if sid, _ := k.vault(); sid != "" && k.alive(sid) {
		return sid
	}
	if sid := k.note.Get("sid"); sid != "" && k.alive(sid) {
		return sid
	}
	return ""
}

// Secret is the secret of the key in use, "" if it is not known on this machine.
func (k *Key) Secret() string {
	if sid, secret := k.vault(); sid != "" && sid == k.SID() {
		return secret
	}
	return ""
}

// alive says whether the account has the key, as far as the credentials can tell.
func (k *Key) alive(sid string) bool { return !k.listed || slices.Contains(k.sids, sid) }

// Renew makes Change an update: a new key, and the old one is deleted by Retire.
func (k *Key) Renew() { k.renew = true }

// Read implements resource.Resource. An API key can't see keys: then the vault and the note have to do.
func (k *Key) Read(ctx context.Context) error {
	if err := k.c.ready(); err != nil {
		return err
	}
	k.sids, k.listed, k.stale = nil, false, false
	if !k.c.master() {
		return nil
	}
	all, err := k.c.api(ctx).ListKey((&api.ListKeyParams{}).SetPageSize(1000))
	if err != nil {
		return typed(err)
	}
	vaulted, _ := k.vault()
	for _, key := range all {
		sid := text(key.Sid)
		if text(key.FriendlyName) == k.name || sid == vaulted || sid == k.note.Get("sid") || slices.Contains(k.superseded(), sid) {
			k.sids = append(k.sids, sid)
		}
	}
	k.listed = true
	return nil
}

// superseded are the sids of keys that a newer one has replaced and that are not deleted yet.
func (k *Key) superseded() []string { return strings.Fields(k.note.Get("old")) }

// Change implements resource.Resource.
func (k *Key) Change() event.Change {
	c := event.Change{Resource: k.Name(), Op: event.None, Detail: fmt.Sprintf("“%s”", k.name)}
	switch {
	case k.SID() == "":
		c.Op, c.From, c.Requests = event.Create, "new", 1
		if len(k.sids) > 0 { // of our name, but nobody has its secret
			c.Op, c.From = event.Update, ""
			c.Detail += ": its secret is not on this machine; a new key, the old one is deleted last"
		}
	case k.renew:
		c.Op, c.Requests = event.Update, 2
		c.Detail += ": new key, the old one is deleted last"
	case k.Secret() == "" && (k.SecretNeeded == nil || k.SecretNeeded()):
		c.Op, c.Requests = event.Update, 2
		c.Detail += ": its secret is not on this machine; a new key, the old one is deleted last"
	case k.unused() > 0:
		c.Op, c.Requests = event.Update, k.unused()
		c.Detail += fmt.Sprintf(": %d that nobody uses any more are deleted", k.unused())
		if k.unused() == 1 {
			c.Detail = fmt.Sprintf("“%s”: one that nobody uses any more is deleted", k.name)
		}
	}
	return c
}

// Missing says whether Apply will have to make a key, whatever has been said about renewing it.
func (k *Key) Missing() bool { return k.SID() == "" }

// unused is how many keys Retire would delete: the account has them, and none is the one in use.
func (k *Key) unused() int {
	n := 0
	for _, sid := range k.sids {
		if sid != k.SID() {
			n++
		}
	}
	return n
}

// Superseded says whether Retire would delete a key that may have been in use until now.
func (k *Key) Superseded() bool { return k.c.master() && k.listed && k.unused() > 0 }

// makes says whether Apply makes a key. Where it does not, all that is left to do is Retire's.
func (k *Key) makes() bool {
	return k.SID() == "" || k.renew || k.Secret() == "" && (k.SecretNeeded == nil || k.SecretNeeded())
}

// Apply implements resource.Resource.
func (k *Key) Apply(ctx context.Context, _ resource.Progress) (err error) {
	if k.stale {
		if err := k.Read(ctx); err != nil {
			return err
		}
	}
	defer func() { k.stale = err != nil }()
	if !k.makes() {
		return nil
	}
	if !k.c.master() {
		return fault.New(fault.Refused, "twilio.key_needs_auth_token",
			"Set TWILIO_AUTH_TOKEN (https://console.twilio.com > Account Info) for this run; it is not stored.",
			"A new Twilio API key is needed, and only the auth token may make one.")
	}
	before, old := k.vaultGet(), k.SID()
	made, err := k.c.api(ctx).CreateNewKey((&api.CreateNewKeyParams{}).SetFriendlyName(k.name))
	if err != nil {
		// If it was made all the same, nobody has its secret: Retire finds it by its name.
		return typed(err)
	}
	sid, secret := text(made.Sid), text(made.Secret)
	if sid == "" || secret == "" {
		return fault.New(fault.Failed, "twilio.unexpected_answer", "Run the same command again.", "Twilio made a key but did not say its secret.")
	}
	if err := k.keep(sid, secret, old); err != nil {
		k.revoke(ctx, sid)
		if k.vaultGet() != before {
			_ = k.vaultPut(before) // the error that led here says more
		}
		return err
	}
	k.sids, k.renew = append(k.sids, sid), false
	return nil
}

// keep writes down the new key. The vault goes last: from then on the key is the one in use.
func (k *Key) keep(sid, secret, old string) error {
	previous := k.note.Get("old")
	if old != "" && !slices.Contains(k.superseded(), old) {
		if err := k.note.Set("old", strings.TrimSpace(previous+" "+old)); err != nil {
			return err
		}
	}
	if err := k.note.Set("sid", sid); err != nil {
		_ = k.note.Set("old", previous)
		return err
	}
	if err := k.vaultPut(sid + ":" + secret); err != nil {
		_ = k.note.Set("sid", old)
		_ = k.note.Set("old", previous)
		return err
	}
	return nil
}

// revoke deletes a key that was made in vain. It is done even when the run has just been interrupted.
func (k *Key) revoke(ctx context.Context, sid string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	_ = k.c.api(transport.Repeatable(ctx)).DeleteKey(sid, nil)
}

// Retire deletes superseded keys: those that were noted, and those of this name whose secret nobody has. Call
// it when Action and form work with the key in use.
func (k *Key) Retire(ctx context.Context) error {
	if !k.c.master() || !k.listed {
		return nil
	}
	current := k.SID()
	if current == "" {
		return nil
	}
	kept := []string{}
	for _, sid := range k.sids {
		if sid == current {
			kept = append(kept, sid)
			continue
		}
		if err := typed(k.c.api(transport.Repeatable(ctx)).DeleteKey(sid, nil)); err != nil && !notFound(err) {
			return err
		}
	}
	k.sids = kept
	// After a loss of the state the key was found through the vault; remember it, lest the vault be lost too.
	if k.note.Get("sid") != current {
		if err := k.note.Set("sid", current); err != nil {
			return err
		}
	}
	if k.note.Get("old") == "" {
		return nil
	}
	return k.note.Set("old", "")
}

// UndoChange implements resource.Resource.
func (k *Key) UndoChange() event.Change {
	if len(k.sids) == 0 {
		return event.Change{Resource: k.Name(), Op: event.None, Detail: fmt.Sprintf("“%s” is not there", k.name)}
	}
	return event.Change{Resource: k.Name(), Op: event.Delete, Requests: len(k.sids), Detail: fmt.Sprintf("“%s”", k.name)}
}

// Undo implements resource.Resource.
func (k *Key) Undo(ctx context.Context, _ resource.Progress) error {
	for len(k.sids) > 0 {
		if err := typed(k.c.api(transport.Repeatable(ctx)).DeleteKey(k.sids[0], nil)); err != nil && !notFound(err) {
			return err
		}
		k.sids = k.sids[1:]
	}
	if k.vaultGet() != "" {
		if err := k.vaultPut(""); err != nil {
			return err
		}
	}
	for _, key := range []string{"old", "sid"} {
		if err := k.note.Set(key, ""); err != nil {
			return err
		}
	}
	return nil
}
