package engine

import (
	"context"

	"phonegate/provision/resource"
	"phonegate/provision/ring"
)

// minting is the Twilio key in the graph. That a key of the ring is about to be made is remembered first: if the program dies
// before the answer, the next run on this computer knows that what is left of it is its own.
type minting struct {
	resource.Resource
	w *work
}

// Apply implements resource.Resource.
func (m minting) Apply(ctx context.Context, progress resource.Progress) error {
	if m.w.choice.mint {
		if err := m.w.t.memory.put(m.w.choice.unit); err != nil {
			return err
		}
	}
	return m.Resource.Apply(ctx, progress)
}

// keep stores the unit when its Twilio key was made: from here on nothing more is made for it.
func (w *work) keep(sid, secret string) error {
	u := w.choice.unit
	u.APIKey, u.APISecret, u.Service = sid, secret, w.service.SID()
	if err := w.t.memory.put(u); err != nil {
		return err
	}
	w.choice.unit, w.choice.mint = u, false
	w.made.keys = append(w.made.keys, u.Key)
	return nil
}

// handing is the form's deployment in the graph. Where a person carries the keys to the form and no keyring would keep them
// until then, they are handed over now.
type handing struct {
	resource.Resource
	w *work
}

// Apply implements resource.Resource.
func (h handing) Apply(ctx context.Context, progress resource.Progress) error {
	if err := h.w.handOver(ctx); err != nil {
		return err
	}
	return h.Resource.Apply(ctx, progress)
}

// handing wraps the deployment of a form that a person runs.
func (w *work) handing(r resource.Resource) resource.Resource {
	if w.selfHosted() && r.Name() == "host.deployment" {
		return handing{r, w}
	}
	return r
}

// handOver gives the form's new key to whoever was named for it, once.
func (w *work) handOver(ctx context.Context) error {
	u := w.choice.unit
	if c, ok := w.host.Seen(); w.t.handTo == nil || ok && c.Shows([]ring.Key{u.Key}) || !u.Complete() {
		return nil
	}
	if err := w.t.handTo(ctx, map[string]string{u.Name(): u.Value(w.t.spec.CodeCheck == "form")}); err != nil {
		return err
	}
	w.handed = true
	return nil
}
