package manytest

import (
	"testing"
	"time"

	"phonegate/provision/sandbox"
)

// limits are those of a Free tenant at Auth0, for each tenant, and what the shared accounts take of all together.
var limits = map[string]float64{"auth0": 2, "twilio": 100, "vercel": 150}

// traffic counts what the sandbox was asked since the n-th request.
func traffic(box *sandbox.Sandbox, n int) (asked, refused, writes int) {
	for _, r := range box.World().Requests()[n:] {
		if r.By != "api" {
			continue
		}
		asked++
		if r.Status == 429 {
			refused++
		}
		if r.Write() && r.Path != "/oauth/token" {
			writes++
		}
	}
	return asked, refused, writes
}

func TestAHundredTenantsAtOnceKeepToEveryLimit(t *testing.T) {
	box := start(t, limits)
	c := (&company{Dir: t.TempDir(), Domains: box.Domains(), Roads: box.Endpoints()}).open()
	begin := time.Now()
	first, err := c.applyAll(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	asked, refused, _ := traffic(box, 0)
	t.Logf("first run: %s, %d requests, %d of them refused and repeated, %d waits told", time.Since(begin).Round(time.Millisecond), asked, refused, c.waits)
	for name, o := range first {
		// The login page that is there is somebody's: it is replaced, all else is made.
		if o.Created != 8 || o.Updated != 1 || o.FormURL == "" {
			t.Errorf("%s ended as %+v", name, o)
		}
	}
	if refused > asked/4 {
		t.Errorf("%d of %d requests were refused: the tenants do not keep to the limits together", refused, asked)
	}
	oneOfEverything(t, box, false)

	n := len(box.World().Requests())
	begin = time.Now()
	second, err := c.applyAll(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	asked, refused, writes := traffic(box, n)
	t.Logf("second run: %s, %d requests, %d of them refused and repeated", time.Since(begin).Round(time.Millisecond), asked, refused)
	for name, o := range second {
		if o.Unchanged != 9 || o.Created+o.Updated+o.Deleted != 0 {
			t.Errorf("%s ended as %+v", name, o)
		}
	}
	if writes > 0 {
		t.Errorf("the second run wrote %d times", writes)
	}
}
