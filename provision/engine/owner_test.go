package engine_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"phonegate/provision/sandbox/world"
)

func TestDestroyKeepsWhatOthersMadeUnderTheSameName(t *testing.T) {
	b := newBench(t)
	b.apply()
	// Somebody deletes what phonegate made and makes the same again.
	b.ask("DELETE", b.service(), nil)
	theirs := b.ask("POST", "https://verify.twilio.com/v2/Services", url.Values{"FriendlyName": {"Acme dev"}})["sid"].(string)
	b.vercel("DELETE", b.project(), nil)
	project := b.vercel("POST", "/v11/projects", at{"name": b.spec.Host.Project})["id"].(string)
	b.apply()
	b.inOrder()
	b.destroy()
	held := b.world()
	if !strings.Contains(held, theirs) || !strings.Contains(held, project) {
		t.Errorf("a stranger's service or project was deleted:\n%s", held)
	}
}

func TestAnUploadWhoseAnswerWasLostIsFoundAgain(t *testing.T) {
	b := newBench(t)
	b.arm(world.Fault{Provider: "vercel", Method: "POST", Path: "/v13/deployments", Drop: true, After: true})
	b.apply()
	if n := len(b.holdings().Vercel.Projects[0].Deployments); n != 1 {
		t.Errorf("there are %d deployments", n)
	}
	b.inOrder()
	// A later run can't tell with which environment it was made: it deploys anew, and destroy finds both.
	b.destroy()
	b.arm(world.Fault{Provider: "vercel", Method: "POST", Path: "/v13/deployments", Drop: true, After: true})
	b.arm(world.Fault{Provider: "vercel", Method: "GET", Path: "/v6/deployments", Status: 503, Times: 4})
	if err := applying.run(t.Context(), b, nil); err == nil {
		t.Fatal("the run was to fail")
	}
	b.box.World().Disarm()
	b.apply()
	if n := len(b.holdings().Vercel.Projects[0].Deployments); n != 2 {
		t.Errorf("after another run there are %d deployments", n)
	}
	b.inOrder()
	b.begin(1).finish("the time after it")
	b.destroy()
	if n := len(b.holdings().Vercel.Projects); n != 0 {
		t.Errorf("after destroy there are %d projects", n)
	}
}

func TestAKeyThatIsLeftBehindIsSaidAndDeleted(t *testing.T) {
	b := newBench(t)
	b.apply()
	b.forgetSecrets() // a key left behind is no reason to replace anything
	used := b.holdings().Twilio.Keys[0].SID
	b.ask("POST", accountURL+"/Keys.json", url.Values{"FriendlyName": {twilioName("0123456789abcdef")}})
	if o := b.apply(); o.Created+o.Updated+o.Deleted != 0 || len(b.holdings().Twilio.Keys) != 2 {
		t.Errorf("a key that another computer may just have made: %+v", o)
	}
	b.box.World().Advance(61 * time.Minute)
	p, err := b.open(nil).Plan(t.Context())
	if err != nil || !strings.HasPrefix(pendingIn(p), "former: 1 former key") {
		t.Errorf("the plan is %q, %v", pendingIn(p), err)
	}
	o := b.apply()
	if keys := b.holdings().Twilio.Keys; o.Deleted != 1 || o.Updated+o.Created != 0 || len(keys) != 1 || keys[0].SID != used {
		t.Errorf("%+v, then the keys are %+v", o, keys)
	}
	b.inOrder()
}

func TestDestroyDoesNotNeedTheApplicationWhosePageItWas(t *testing.T) {
	b := newBench(t)
	app := b.auth0("POST", "/clients", at{"name": "Shop", "app_type": "spa"})["client_id"].(string)
	b.spec.Auth0.LoginPage, b.spec.Auth0.ClientID = "client", app
	b.apply()
	b.auth0("DELETE", "/clients/"+app, nil)
	b.destroy()
	b.asBefore()
}
