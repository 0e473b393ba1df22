package twilio

import (
	"context"
	"fmt"

	"phonegate/provision/event"
	"phonegate/provision/fault"
	"phonegate/provision/resource"
	"phonegate/provision/transport"
)

// Delete deletes the keys named exactly for this id of the ring; it is no error if there are none. Call it when no login needs
// the id any more.
func (k *Key) Delete(ctx context.Context, id string) error {
	return k.delete(ctx, func(one namedKey) bool { return one.id == id })
}

// delete deletes those of this tenant's keys that a condition holds for.
func (k *Key) delete(ctx context.Context, of func(namedKey) bool) error {
	if !k.c.master() {
		return fault.New(fault.Refused, "twilio.key_needs_auth_token",
			"Set TWILIO_AUTH_TOKEN (https://console.twilio.com > Account Info) for this run; it is not stored.",
			"Deleting a Twilio API key needs the account's auth token.")
	}
	if !k.known {
		if err := k.Read(ctx); err != nil {
			return err
		}
	}
	kept := []namedKey{}
	for i, one := range k.keys {
		if !of(one) {
			kept = append(kept, one)
			continue
		}
		if err := typed(k.c.api(transport.Repeatable(ctx)).DeleteKey(one.sid, nil)); err != nil && !notFound(err) {
			k.keys = append(kept, k.keys[i:]...)
			return err
		}
	}
	k.keys = kept
	return nil
}

// UndoChange implements resource.Resource.
func (k *Key) UndoChange() event.Change {
	c := event.Change{Resource: k.Name(), Op: event.None}
	switch n := len(k.keys); {
	case !k.known && !k.c.master():
		c.Detail = "can't be read with an API key"
	case n == 0:
		c.Detail = "there is none"
	case n == 1:
		c.Op, c.Requests, c.Detail = event.Delete, 1, "one key"
	default:
		c.Op, c.Requests, c.Detail = event.Delete, n, fmt.Sprintf("%d keys", n)
	}
	return c
}

// Undo implements resource.Resource. It deletes all of this tenant's keys that the account has.
func (k *Key) Undo(ctx context.Context, _ resource.Progress) error {
	if !k.c.master() {
		return nil // Left names them
	}
	return k.delete(ctx, func(namedKey) bool { return true })
}

// Left names the keys that Undo can't see: with an API key, all of this tenant's.
func (k *Key) Left() []resource.Left {
	if k.c.master() {
		return nil
	}
	return []resource.Left{{
		What: fmt.Sprintf("any Twilio keys named “%s…”", k.prefix()),
		Why: "An API key can’t read or delete keys. Run phonegate destroy again with TWILIO_AUTH_TOKEN, or delete them under " +
			"https://console.twilio.com > Admin > API keys & tokens.",
	}}
}
