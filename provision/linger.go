package provision

import (
	"context"
	"fmt"
	"time"

	"phonegate/provision/event"
	"phonegate/provision/fault"
	"phonegate/provision/resource"
)

// longestLeg is how long Auth0 lets an Action run. One that began with the secrets before a deployment keeps them to its end.
const longestLeg = 20 * time.Second

// lingering is the Action in the graph. When it has got a new Twilio key, it is only done when nobody can be at work with the former one any
// more: after it the former one is deleted.
type lingering struct {
	resource.Resource
	t *Tenant
}

// Apply implements resource.Resource.
func (l lingering) Apply(ctx context.Context, progress resource.Progress) error {
	ran := l.Change().Op == event.Update // a new Action is nobody's former one
	if err := l.Resource.Apply(ctx, progress); err != nil || !ran || l.t.linger <= 0 || !l.t.key.Superseded() {
		return err
	}
	progress(fmt.Sprintf("letting logins that use the former Twilio key end, %s", l.t.linger.Round(time.Second)))
	timer := time.NewTimer(l.t.linger)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-l.t.stop:
		return nil // what comes next does not begin; the next run deletes the key
	case <-ctx.Done():
		return fault.Of(ctx.Err())
	}
}
