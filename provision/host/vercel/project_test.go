package vercel

import (
	"maps"
	"net/http"
	"strings"
	"testing"

	"phonegate/provision/event"
	"phonegate/provision/fault"
	"phonegate/provision/transport/transporttest"
)

func TestAProjectOfSomebodyElseIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		prepare    func(x *account)
		code, says string
	}{
		"it serves something else": {(*account).publish, codeTaken, "that phonegate did not deploy"},
		"it is another tenant's": {func(x *account) {
			other := x.elsewhere()
			other.domain = "beta.us.auth0.com"
			other.applied()
		}, codeTaken, "belongs to another tenant's form (beta.us.auth0.com)"},
		"its mark can't be read": {func(x *account) {
			x.call("POST", "/v11/projects", map[string]any{"name": projectName})
			x.call("POST", "/v10/projects/"+projectName+"/env", map[string]any{"key": markKey, "value": "made " + domain,
				"type":   "sensitive",
				"target": []string{"production"}})
		}, "vercel.mark_unreadable", markKey},
	} {
		t.Run(name, func(t *testing.T) {
			x := newAccount(t)
			c.prepare(x)
			before := len(x.world.Requests())
			f := fault.Of(transporttest.Apply(family(x.host(x.road))))
			if f == nil || f.Code != c.code || !strings.Contains(f.Message, c.says) || !strings.Contains(f.Hint, "--host-project") {
				t.Errorf("got %+v", f)
			}
			for _, r := range x.world.Requests()[before:] {
				if r.Method != http.MethodGet {
					t.Errorf("%s %s", r.Method, r.Path)
				}
			}
		})
	}
}

func TestTwoComputersMakeOneProject(t *testing.T) {
	for name, c := range map[string]struct {
		other, code string
		made        bool
	}{
		"for the same tenant": {domain, "", true},
		"for two tenants":     {"beta.us.auth0.com", codeTaken, false},
	} {
		t.Run(name, func(t *testing.T) {
			x := newAccount(t)
			slow, fast := x.host(x.road), x.elsewhere()
			fast.domain, fast.must = c.other, nil
			if err := slow.project.Read(t.Context()); err != nil || slow.project.Change().Op != event.Create {
				t.Fatal(err, slow.project.Change())
			}
			fast.with(newKey(1)).applied()
			err := slow.project.Apply(t.Context(), nil)
			if c.code == "" && err != nil || c.code != "" && (err == nil || fault.Of(err).Code != c.code) {
				t.Fatalf("got %v", err)
			}
			if c.code == "" {
				// Each has its own key, and both stay.
				x.applied()
				if got, _ := x.read().Held(); len(got) != 2 {
					t.Errorf("the form has the keys %v", got)
				}
			}
			if got := x.env()[markKey]; got != "made "+c.other {
				t.Errorf("the mark is %q", got)
			}
		})
	}
}

func TestTheFirstAdoptionKeepsTheFormerSettings(t *testing.T) {
	x := newAccount(t)
	x.call("POST", "/v11/projects", map[string]any{"name": projectName})
	x.call("PATCH", "/v9/projects/"+projectName, map[string]any{"nodeVersion": "20.x"})
	x.variable("MINE", "1", "production")
	slow := x.read()
	if c := slow.project.Change(); c.Op != event.Update || c.From != "found" ||
		c.Detail != "acme-verify: adopted as the form of acme.us.auth0.com, Deployment Protection on → off, Node 20.x → 22.x" {
		t.Errorf("plan: %+v", c)
	}
	x.applied()
	mark := x.env()[markKey]
	if want := "adopted " + domain + ` node=20.x sso={"deploymentType":"all_except_custom_domains"}`; mark != want {
		t.Errorf("the mark is %q", mark)
	}
	// The other computer is about to adopt what is adopted already, and does not write over it.
	if err := slow.project.Apply(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if got := x.env(); got[markKey] != mark || got["MINE"] != "1" {
		t.Errorf("the environment is %v", got)
	}
}

func TestMarksAreReadAsTheyAreWritten(t *testing.T) {
	for _, m := range []mark{
		{made: true, domain: domain},
		{domain: domain},
		{domain: domain, node: "20.x"},
		{domain: domain, node: "20.x", sso: `{"deploymentType":"all","x":"a b"}`},
		{domain: domain, sso: `{"deploymentType":"all"}`},
	} {
		if got, ok := parseMark(m.String()); !ok || got != m {
			t.Errorf("%q is read as %+v", m, got)
		}
	}
	for _, value := range []string{"", "made", "adopted", "mine " + domain, "adopted " + domain + " sso={"} {
		if got, ok := parseMark(value); ok {
			t.Errorf("%q is read as %+v", value, got)
		}
	}
}

func FuzzParseMark(f *testing.F) {
	f.Add("made " + domain)
	f.Add("adopted " + domain + ` node=20.x sso={"deploymentType":"all"}`)
	f.Fuzz(func(t *testing.T, value string) {
		m, ok := parseMark(value)
		if !ok || m.made && (m.node != "" || m.sso != "") {
			return
		}
		if again, ok := parseMark(m.String()); !ok || again != m {
			t.Errorf("%q is read as %+v, then as %+v", value, m, again)
		}
	})
}

func TestAnAdoptedProjectKeepsItsVariables(t *testing.T) {
	x := newAccount(t)
	x.call("POST", "/v11/projects", map[string]any{"name": projectName})
	x.variable("MINE", "1", "production")
	x.variable("PHONEGATE_NOTE", "also mine", "preview")
	x.applied()
	x.with(newKey(1)).applied()
	want := map[string]string{"MINE": "1", "PHONEGATE_NOTE": "also mine", markKey: x.env()[markKey], x.must[0].Name(): "",
		x.must[1].Name(): ""}
	if got := x.env(); !maps.Equal(got, want) {
		t.Errorf("the environment is %v", got)
	}
}
