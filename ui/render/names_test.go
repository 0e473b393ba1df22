package render

import "testing"

func TestResourcesOfTheHostAreCalledAsTheHostCallsThem(t *testing.T) {
	for _, c := range []struct{ resource, kind, who, what string }{
		{"host.project", "vercel", "Vercel", "project"},
		{"host.deployment", "vercel", "Vercel", "deployment"},
		{"host.project", "bundle", "Bundle", "folder"},
		{"host.deployment", "bundle", "Bundle", "form"},
		{"host.deployment", "", "Form", "deployment"},
		{"auth0.action", "bundle", "Auth0", "Action"},
		{"something.new_thing", "bundle", "something", "new thing"},
	} {
		if n := NameOf(c.resource).At(c.kind); n.Who != c.who || n.What != c.what {
			t.Errorf("%s on %q is called %s %s", c.resource, c.kind, n.Who, n.What)
		}
	}
}
