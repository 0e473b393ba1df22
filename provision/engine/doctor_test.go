package engine_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"phonegate/provision/config"
	"phonegate/provision/engine"
	"phonegate/provision/fault"
	"phonegate/provision/ring"
	"phonegate/provision/sandbox"
	"phonegate/provision/sandbox/world"
	"phonegate/templates"
)

// at is an object of a provider's JSON.
type at = map[string]any

// ask makes an API call as somebody at a provider's dashboard would.
func (b *bench) ask(method, address string, body any) at {
	b.t.Helper()
	kind, text := "application/json", ""
	switch v := body.(type) {
	case nil:
	case url.Values:
		kind, text = "application/x-www-form-urlencoded", v.Encode()
	default:
		data, err := json.Marshal(v)
		if err != nil {
			b.t.Fatal(err)
		}
		text = string(data)
	}
	req, err := http.NewRequestWithContext(b.t.Context(), method, address, strings.NewReader(text))
	if err != nil {
		b.t.Fatal(err)
	}
	req.Header.Set("Content-Type", kind)
	switch {
	case strings.HasSuffix(req.URL.Host, ".twilio.com"):
		req.SetBasicAuth(sandbox.TwilioAccountSID, sandbox.TwilioAuthToken)
	case req.URL.Host == "api.vercel.com":
		req.Header.Set("Authorization", "Bearer "+sandbox.VercelToken)
	case !strings.HasSuffix(req.URL.Path, "/oauth/token"):
		token := b.ask("POST", "https://"+sandbox.Auth0Domain+"/oauth/token", at{"grant_type": "client_credentials", "client_id": sandbox.Auth0ClientID,
			"client_secret": sandbox.Auth0ClientSecret, "audience": "https://" + sandbox.Auth0Domain + "/api/v2/"})
		req.Header.Set("Authorization", "Bearer "+token["access_token"].(string))
	}
	res, err := b.box.Network().RoundTrip(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	data, _ := io.ReadAll(res.Body)
	if res.StatusCode >= 300 {
		b.t.Fatalf("%s %s: %d %s", method, address, res.StatusCode, data)
	}
	out := at{}
	_ = json.Unmarshal(data, &out) // lists and empty answers are of no interest
	return out
}

func (b *bench) auth0(method, path string, body any) at {
	b.t.Helper()
	return b.ask(method, "https://"+sandbox.Auth0Domain+"/api/v2"+path, body)
}

func (b *bench) vercel(method, path string, body any) at {
	b.t.Helper()
	return b.ask(method, "https://api.vercel.com"+path, body)
}

// held is what of the sandbox's state belongs to the set-up, by the names of its parts.
func (b *bench) held(what string) string {
	b.t.Helper()
	h := b.holdings()
	switch what {
	case "action":
		for _, a := range h.Auth0.Actions {
			if a.Name == templates.ActionName {
				return a.ID
			}
		}
	case "client":
		for _, c := range h.Auth0.Clients {
			if c.Name == engine.TestClientName {
				return c.ID
			}
		}
	case "service":
		return h.Twilio.Services[0].SID
	case "key":
		return h.Twilio.Keys[0].SID
	case "project":
		return h.Vercel.Projects[0].ID
	case "deployment":
		ids := h.Vercel.Projects[0].Deployments
		return ids[len(ids)-1]
	}
	b.t.Fatalf("the set-up has no %s", what)
	return ""
}

func (b *bench) action() string { return "/actions/actions/" + b.held("action") }

func (b *bench) service() string {
	return "https://verify.twilio.com/v2/Services/" + b.held("service")
}

func (b *bench) project() string { return "/v9/projects/" + b.held("project") }

const (
	accountURL   = "https://api.twilio.com/2010-04-01/Accounts/" + sandbox.TwilioAccountSID
	globalClient = "/clients/sandboxGlobalClient000000000000"
)

// bound writes the post-login flow.
func (b *bench) bound(ids ...string) {
	b.t.Helper()
	refs := []at{}
	for _, id := range ids {
		refs = append(refs, at{"ref": at{"type": "action_id", "value": id}})
	}
	b.auth0("PATCH", "/actions/triggers/post-login/bindings", at{"bindings": refs})
}

// secretsOf writes the Action's secrets and deploys it.
func (b *bench) secretsOf(names ...string) {
	b.t.Helper()
	list := []at{}
	for _, name := range names {
		list = append(list, at{"name": name, "value": "somebody's"})
	}
	b.auth0("PATCH", b.action(), at{"secrets": list})
	b.deploy()
}

func (b *bench) deploy() {
	b.t.Helper()
	for b.auth0("GET", b.action(), nil)["status"] != "built" {
		continue // each look brings the emulated build a step further
	}
	b.auth0("POST", b.action()+"/deploy", nil)
	for b.auth0("GET", b.action(), nil)["all_changes_deployed"] != true {
		continue
	}
}

func (b *bench) arm(f world.Fault) { b.box.World().Arm(f) }

// health is the form's answer to everybody who asks how it is, with something about it that is not so.
func (b *bench) health(change at) string {
	b.t.Helper()
	version, err := templates.FormVersion(engine.Settings(b.spec))
	if err != nil {
		b.t.Fatal(err)
	}
	k, _ := ring.Parse(b.liveKey())
	is := at{"phonegate": "form", "layout": ring.Layout, "version": version, "ready": true, "keys": []string{k.ID}, "senders": []string{k.ID}}
	maps.Copy(is, change)
	text, err := json.Marshal(is)
	if err != nil {
		b.t.Fatal(err)
	}
	return string(text)
}

// variable is the id of the first of the project's variables whose name begins so.
func (b *bench) variable(name string) string {
	b.t.Helper()
	for _, v := range b.vercel("GET", "/v10/projects/"+b.held("project")+"/env", nil)["envs"].([]any) {
		if v := v.(at); strings.HasPrefix(v["key"].(string), name) {
			return v["id"].(string)
		}
	}
	b.t.Fatalf("the project has no variable %s", name)
	return ""
}

// redeployed is what somebody does who deploys the generated files from elsewhere, with a meta of their own.
func (b *bench) redeployed(meta any) {
	b.t.Helper()
	form, err := templates.Form(engine.Settings(b.spec))
	if err != nil {
		b.t.Fatal(err)
	}
	files := []at{}
	for _, f := range form {
		files = append(files, at{"file": f.Path, "data": string(f.Data)})
	}
	made := b.vercel("POST", "/v13/deployments?forceNew=1&skipAutoDetectionConfirmation=1", at{"name": b.spec.Host.Project, "project": b.held("project"),
		"target": "production", "files": files, "projectSettings": at{"framework": nil}, "meta": meta})
	for b.vercel("GET", "/v13/deployments/"+made["id"].(string), nil)["readyState"] != "READY" {
		continue // each look brings the emulated build a step further
	}
}

// met are the looks at the form at which a doctor meets a fault: when it reads the host, and when it asks the form itself.
const met = 2

// diseases are the faults that are planted, by the code under which they must be found.
var diseases = []struct {
	name, resource, code string
	plant                func(b *bench)
}{
	{"a scope is missing", "auth0.account", "auth0.scope_missing", func(b *bench) {
		b.auth0("PATCH", "/client-grants/cgr_sandboxM2M000001", at{"scope": []string{"create:actions", "delete:actions", "read:actions", "update:actions", "read:clients", "update:clients",
			"create:clients", "delete:users", "read:connections", "read:users", "update:connections"}})
	}},
	{"Auth0 refuses the credentials", "auth0.account", "auth0.unauthorized", func(b *bench) {
		b.arm(world.Fault{Provider: "auth0", Path: "/oauth/token", Status: 401, Times: 99})
	}},
	{"the tenant shows Universal Login", "auth0.account", "auth0.universal_login", func(b *bench) {
		b.auth0("PATCH", "/prompts", at{"universal_login_experience": "new"})
	}},
	{"somebody edited the Action", "auth0.action", "auth0.action_edited", func(b *bench) {
		code := b.auth0("GET", b.action(), nil)["code"].(string)
		b.auth0("PATCH", b.action(), at{"code": code + "// Hello.\n"})
		b.deploy()
	}},
	{"somebody replaced the Action's code but for the mark", "auth0.action", "auth0.action_edited", func(b *bench) {
		b.auth0("PATCH", b.action(), at{"code": "/*\n * " + templates.ActionMarker + "\n */\nexports.onExecutePostLogin = async () => {};"})
		b.deploy()
	}},
	{"somebody replaced the Action's code", "auth0.action", "auth0.action_name_taken", func(b *bench) {
		b.auth0("PATCH", b.action(), at{"code": "exports.onExecutePostLogin = async () => {}; // phonegate"})
		b.deploy()
	}},
	{"a newer phonegate wrote the Action", "auth0.action", "layout.newer", func(b *bench) {
		code := b.auth0("GET", b.action(), nil)["code"].(string)
		b.auth0("PATCH", b.action(), at{"code": strings.Replace(code, `"layout": 2`, `"layout": 3`, 1)})
		b.deploy()
	}},
	{"the tenant has two Actions", "auth0.action", "auth0.action_twice", func(b *bench) {
		b.behave("auth0.action_names", "shared")
		b.auth0("POST", "/actions/actions", at{"name": templates.ActionName, "code": b.auth0("GET", b.action(), nil)["code"],
			"supported_triggers": []at{{"id": "post-login", "version": "v3"}}})
	}},
	{"the Action's draft is not deployed", "auth0.action", "auth0.action_undeployed", func(b *bench) {
		b.auth0("PATCH", b.action(), at{"secrets": []at{{"name": b.liveKey(), "value": "another"}}})
	}},
	{"somebody renamed the Action", "auth0.action", "auth0.action_renamed", func(b *bench) { b.auth0("PATCH", b.action(), at{"name": "Something else"}) }},
	{"the Action is gone", "auth0.action", "auth0.action_missing", func(b *bench) { b.auth0("DELETE", b.action()+"?force=true", nil) }},
	{"the Action is out of the flow", "auth0.binding", "auth0.action_unbound", func(b *bench) { b.bound("5eed0000-0000-4000-8000-00000000a001") }},
	{"another Action comes after it", "auth0.binding", "auth0.action_not_last", func(b *bench) {
		b.bound(b.held("action"), "5eed0000-0000-4000-8000-00000000a001")
	}},
	{"the Action lacks its key", "auth0.action", "auth0.key_missing", func(b *bench) { b.secretsOf() }},
	{"somebody gave the Action another key", "auth0.action", "key.useless", func(b *bench) { b.secretsOf(ring.New(time.Now()).Name()) }},
	{"somebody gave the Action's draft another key", "auth0.action", "auth0.key_differs", func(b *bench) {
		b.auth0("PATCH", b.action(), at{"secrets": []at{{"name": ring.New(time.Now()).Name(), "value": "somebody's"}}})
	}},
	{"somebody changed the Action's key", "auth0.action", "auth0.key_edited", func(b *bench) {
		b.box.World().Advance(2 * time.Hour)
		b.secretsOf(b.liveKey())
	}},
	{"the Action has a stranger's secret", "auth0.action", "auth0.secret_foreign", func(b *bench) { b.secretsOf(b.liveKey(), "OTHER") }},
	{"the Action's key is of no use", "auth0.action", "key.useless", func(b *bench) { b.ask("DELETE", accountURL+"/Keys/"+b.held("key")+".json", nil) }},
	{"a page without the field replaced ours", "auth0.login_page", "auth0.login_page_field", func(b *bench) {
		b.auth0("PATCH", globalClient, at{"custom_login_page": "<h1>Welcome</h1>"})
	}},
	{"somebody edited the login page", "auth0.login_page", "auth0.login_page_edited", func(b *bench) {
		page, err := templates.LoginPage(engine.Settings(b.spec))
		if err != nil {
			b.t.Fatal(err)
		}
		b.auth0("PATCH", globalClient, at{"custom_login_page": string(page) + "<!-- hello -->"})
	}},
	{"the login page is off", "auth0.login_page", "auth0.login_page_off", func(b *bench) { b.auth0("PATCH", globalClient, at{"custom_login_page_on": false}) }},
	{"the test client has other callbacks", "auth0.client", "auth0.client_callbacks", func(b *bench) {
		b.auth0("PATCH", "/clients/"+b.held("client"), at{"callbacks": []string{"http://127.0.0.1:1/callback"}})
	}},
	{"somebody renamed the test client", "auth0.client", "auth0.client_renamed", func(b *bench) {
		b.auth0("PATCH", "/clients/"+b.held("client"), at{"name": "Something else"})
	}},
	{"the test client is gone", "auth0.client", "auth0.client_missing", func(b *bench) { b.auth0("DELETE", "/clients/"+b.held("client"), nil) }},
	{"the connection is off for the test client", "auth0.client", "auth0.client_connection", func(b *bench) {
		b.auth0("PATCH", "/connections/con_sbxUsernamePassw/clients", []at{{"client_id": b.held("client"), "status": false}})
	}},
	{"a trial account", "twilio.account", "twilio.trial", func(b *bench) { b.behave("twilio.account_type", "Trial") }},
	{"the account is suspended", "twilio.account", "twilio.account_suspended", func(b *bench) { b.behave("twilio.account_status", "suspended") }},
	{"no balance is left", "twilio.account", "twilio.balance", func(b *bench) {
		b.arm(world.Fault{Path: "/Balance.json", Status: 200, Body: `{"balance":"0.00","currency":"USD"}`})
	}},
	{"somebody renamed the service", "twilio.service", "twilio.service_name", func(b *bench) { b.ask("POST", b.service(), url.Values{"FriendlyName": {"Other"}}) }},
	{"codes got longer", "twilio.service", "twilio.code_length", func(b *bench) { b.ask("POST", b.service(), url.Values{"CodeLength": {"8"}}) }},
	{"the service is gone", "twilio.service", "twilio.service_missing", func(b *bench) { b.ask("DELETE", b.service(), nil) }},
	{"the limit for users is gone", "twilio.service", "twilio.rate_limit_missing", func(b *bench) { b.ask("DELETE", b.service()+"/RateLimits/phonegate_user", nil) }},
	{"the limit for networks is looser", "twilio.service", "twilio.rate_limit_edited", func(b *bench) {
		buckets := b.ask("GET", b.service()+"/RateLimits/phonegate_ip/Buckets", nil)["buckets"].([]any)
		b.ask("POST", b.service()+"/RateLimits/phonegate_ip/Buckets/"+buckets[0].(at)["sid"].(string), url.Values{"Max": {"100000"}})
	}},
	{"the key is gone", "twilio.key", "twilio.key_missing", func(b *bench) { b.ask("DELETE", accountURL+"/Keys/"+b.held("key")+".json", nil) }},
	{"a key was left behind", "former", "former.keys", func(b *bench) {
		b.ask("POST", accountURL+"/Keys.json", url.Values{"FriendlyName": {twilioName("0123456789abcdef")}})
		b.box.World().Advance(61 * time.Minute)
	}},
	{"a service was left behind", "former", "former.service", func(b *bench) {
		b.ask("POST", "https://verify.twilio.com/v2/Services", url.Values{"FriendlyName": {"Acme dev"}, "Totp.Issuer": {"phonegate " + sandbox.Auth0Domain}})
		b.box.World().Advance(61 * time.Minute)
	}},
	{"Vercel refuses the token", "host.account", "vercel.forbidden", func(b *bench) { b.arm(world.Fault{Provider: "vercel", Path: "/v2/user", Status: 403}) }},
	{"Deployment Protection is on", "host.project", "vercel.protection", func(b *bench) {
		b.vercel("PATCH", b.project(), at{"ssoProtection": at{"deploymentType": "all"}})
	}},
	{"an older Node", "host.project", "vercel.node_version", func(b *bench) { b.vercel("PATCH", b.project(), at{"nodeVersion": "20.x"}) }},
	{"the project lost its mark", "host.project", "vercel.project_unmarked", func(b *bench) {
		b.vercel("DELETE", b.project()+"/env/"+b.variable("PHONEGATE_FORM"), nil)
	}},
	{"somebody changed the project's mark", "host.project", "vercel.mark_unreadable", func(b *bench) {
		b.vercel("PATCH", b.project()+"/env/"+b.variable("PHONEGATE_FORM"), at{"value": "mine"})
	}},
	{"the project is gone", "host.project", "vercel.project_missing", func(b *bench) { b.vercel("DELETE", b.project(), nil) }},
	{"a variable is gone", "host.env", "vercel.variable_missing", func(b *bench) {
		b.vercel("DELETE", b.project()+"/env/"+b.variable(ring.Prefix), nil)
	}},
	{"somebody changed a variable and deployed", "host.deployment", "vercel.deployment_replaced", func(b *bench) {
		b.changeVariable()
		b.redeployed(nil)
	}},
	{"somebody changed a variable and deployed the same again", "host.deployment", "vercel.key_not_running", func(b *bench) {
		b.changeVariable()
		b.redeployed(b.vercel("GET", "/v13/deployments/"+b.held("deployment"), nil)["meta"])
	}},
	{"somebody deleted a former key's variable", "host.deployment", "vercel.key_still_running", func(b *bench) {
		former := b.liveKey()
		b.rotatedJustNow()
		b.vercel("DELETE", b.project()+"/env/"+b.variable(former), nil)
	}},
	{"the deployment is gone", "host.deployment", "vercel.deployment_missing", func(b *bench) { b.vercel("DELETE", "/v13/deployments/"+b.held("deployment"), nil) }},
	{"the answers have changed", "host.deployment", "vercel.form_outdated", func(b *bench) { b.spec.Brand.Color = "#aa3300" }},
	{"the form can't be reached", "host.deployment", "form.unreachable", func(b *bench) { b.arm(world.Fault{Provider: "form", Drop: true, Times: 99}) }},
	{"the form is behind Vercel's login", "host.deployment", "vercel.protected", func(b *bench) { b.arm(world.Fault{Provider: "form", Status: 401, Times: 99}) }},
	{"something else answers for the form", "host.deployment", "vercel.form_silent", func(b *bench) {
		b.arm(world.Fault{Provider: "form", Status: 200, Body: "<h1>It works!</h1>", Times: 99})
	}},
	{"the form is of another version", "form", "form.version", func(b *bench) {
		b.arm(world.Fault{Provider: "form", Status: 200, Body: b.health(at{"version": "0000"}), Times: met})
	}},
	{"the form lacks its key", "form", "form.not_ready", func(b *bench) {
		b.arm(world.Fault{Provider: "form", Status: 200, Body: b.health(at{"ready": false, "keys": []string{}, "senders": []string{}}), Times: met})
	}},
	{"the form has another key", "form", "form.other_key", func(b *bench) {
		b.arm(world.Fault{Provider: "form", Status: 200, Body: b.health(at{"keys": []string{"0123456789abcdef"}, "senders": []string{"0123456789abcdef"}}), Times: met})
	}},
	{"the form takes a forged session", "form", "form.accepts_forgery", func(b *bench) {
		b.arm(world.Fault{Provider: "form", Skip: met, Status: 200, Body: "<h1>Enter the code</h1>"})
	}},
	{"the form refuses the Action's sessions", "form", "form.other_secret", func(b *bench) {
		b.arm(world.Fault{Provider: "form", Skip: met + 1, Status: 400, Body: "<h1>This link doesn’t work</h1>"})
	}},
	{"a former key is still accepted", "former", "former.keys", (*bench).rotatedJustNow},
	{"a former form is still there", "former", "former.form", func(b *bench) {
		b.grace = time.Hour
		b.spec.Host = config.Host{Kind: "vercel", Project: "acme-verify-two"}
		b.apply()
		b.grace = 0
	}},
	{"this computer's clock is slow", "clock", "clock.skew", func(b *bench) { b.box.World().Advance(2 * time.Minute) }},
}

// rotatedJustNow is a rotation whose former key nobody waited for.
func (b *bench) rotatedJustNow() {
	b.t.Helper()
	b.grace, b.noWait = time.Hour, true
	if err := rotating.run(b.t.Context(), b, nil); err != nil {
		b.t.Fatal(err)
	}
	b.grace, b.noWait = 0, false
}

// changeVariable is what somebody does at the dashboard to the form's key.
func (b *bench) changeVariable() {
	b.t.Helper()
	b.vercel("PATCH", b.project()+"/env/"+b.variable(ring.Prefix), at{"value": strings.Repeat("somebody's", 4)})
}

// twilioName is what phonegate calls the Twilio key for a key of the ring.
func twilioName(id string) string {
	sum := sha256.Sum256([]byte(sandbox.Auth0Domain))
	return "phonegate " + hex.EncodeToString(sum[:4]) + " " + id
}

func (b *bench) behave(name, value string) {
	b.t.Helper()
	if err := b.box.World().SetBehaviour(name, value); err != nil {
		b.t.Fatal(err)
	}
}

func TestDoctorNamesWhatIsBroken(t *testing.T) {
	for _, d := range diseases {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			b.apply()
			d.plant(b)
			held := b.world()
			findings, err := b.open(nil).Doctor(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			codes := map[string]bool{}
			for _, f := range findings {
				if f.Message == "" || !f.OK && f.Hint == "" || f.OK != (f.Code == "ok") {
					t.Errorf("not a finding to go by: %+v", f)
				}
				if !f.OK {
					codes[f.Resource+" "+f.Code] = true
				}
			}
			if !codes[d.resource+" "+d.code] {
				t.Errorf("%s %s is not among the findings %q", d.resource, d.code, slices.Sorted(maps.Keys(codes)))
			}
			if held != b.world() {
				t.Error("the doctor changed something")
			}
		})
	}
	t.Logf("%d faults planted", len(diseases))
}

func TestDoctorIsSilentAboutAHealthyTenant(t *testing.T) {
	b := newBench(t)
	b.apply()
	for _, when := range []string{"after apply", "after rotate", "without a keyring"} {
		switch when {
		case "after rotate":
			if err := rotating.run(t.Context(), b, nil); err != nil {
				t.Fatal(err)
			}
		case "without a keyring":
			b.forgetSecrets()
		}
		findings, err := b.open(nil).Doctor(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if len(findings) != 15 {
			t.Errorf("%s: %d links were looked at", when, len(findings))
		}
		for _, f := range findings {
			if !f.OK || f.Message == "" {
				t.Errorf("%s: %+v", when, f)
			}
		}
	}
}

func TestAKeyThatSomebodyEditedAtTheHostIsMended(t *testing.T) {
	for name, edit := range map[string]func(b *bench){
		"and deployed":             func(b *bench) { b.redeployed(nil) },
		"and deployed the same":    func(b *bench) { b.redeployed(b.vercel("GET", "/v13/deployments/"+b.held("deployment"), nil)["meta"]) },
		"and nothing was deployed": func(b *bench) { b.spec.Brand.Color = "#aa3300" },
	} {
		for where, computer := range map[string]func(*bench) *bench{"here": func(b *bench) *bench { return b }, "elsewhere": (*bench).elsewhere} {
			t.Run(name+", "+where, func(t *testing.T) {
				t.Parallel()
				b := newBench(t)
				b.apply()
				key := b.liveKey()
				b.changeVariable()
				edit(b)
				on := computer(b)
				if err := applying.run(t.Context(), on, nil); err != nil { // only a form that runs shows that the value is another one
					f := fault.Of(err)
					if !strings.HasPrefix(name, "and nothing") || f.Code != "vercel.form_behind" {
						t.Fatal(err)
					}
					on.apply()
				}
				if same := b.liveKey() == key; same != (where == "here") {
					t.Errorf("the key stayed: %v", same)
				}
				on.quiet("afterwards")
			})
		}
	}
}

func TestTheDoctorNamesAUselessKeyOnce(t *testing.T) {
	everyHost(t, func(t *testing.T, b *bench) {
		b.mustOperate(applying)
		b.ask("DELETE", accountURL+"/Keys/"+b.held("key")+".json", nil)
		codes := map[string]bool{}
		for _, f := range b.elsewhere().findings() {
			if codes[f.Code] = true; !f.OK && f.Code != "key.useless" && f.Resource != "twilio.key" {
				t.Errorf("%s %s: %s", f.Resource, f.Code, f.Message)
			}
		}
		if !codes["key.useless"] {
			t.Error("it does not say that the key is of no use")
		}
	})
}
