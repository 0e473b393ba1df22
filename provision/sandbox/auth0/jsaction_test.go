package auth0

import (
	"net/url"
	"strings"
	"testing"

	"phonegate/provision/sandbox/jsvm"
)

const askInJS = `
exports.onExecutePostLogin = async (event, api) => {
  if (event.user.app_metadata.answered) return api.idToken.setCustomClaim('https://acme.example/answered', true);
  if (!api.redirect.canRedirect()) return api.access.deny('ask_first: log in with a browser.');
  const token = api.redirect.encodeToken({ secret: event.secrets.KEY, expiresInSeconds: 600, payload: { purpose: 'test' } });
  api.user.setAppMetadata('pending', { since: new Date().toISOString() });
  api.transaction.setMetadata('asked', 'yes');
  api.redirect.sendUserTo('https://form.example/', { query: { session_token: token } });
};
exports.onContinuePostLogin = async (event, api) => {
  let claims;
  try {
    claims = api.redirect.validateToken({ secret: event.secrets.KEY, tokenParameterName: 'session_token' });
  } catch (error) {
    return api.access.deny('bad_token: ' + error.message);
  }
  console.log('asked: ' + event.transaction.metadata.asked);
  api.user.setAppMetadata('pending', null);
  api.user.setAppMetadata('answered', claims.phone_number);
};
`

func TestJavaScriptActionAcrossARedirect(t *testing.T) {
	te := newTenant(t, jsvm.RunAction)
	te.deploy("Ask", askInJS, map[string]string{"KEY": secretKey})
	b := te.browser()
	form := b.login("signup", "ada@example.com", nil)
	if form.at == nil || form.at.Host != "form.example" {
		t.Fatalf("not sent to the form: %+v", form)
	}
	if m := appMetadata(te); m["pending"] == nil {
		t.Errorf("before the redirect: %v", m)
	}
	silent := b.get(authorizeURL(url.Values{"prompt": {"none"}}))
	if !strings.HasPrefix(silent.at.Query().Get("error_description"), "ask_first:") {
		t.Errorf("silent: %v", silent.at)
	}
	back := b.post(continueURL(form.at), verdict(t, te, form.at, nil, secretKey))
	if back.at == nil || back.at.Query().Get("code") == "" {
		t.Fatalf("continue: %+v", back)
	}
	if m := appMetadata(te); m["answered"] != "+61412345678" || m["pending"] != nil {
		t.Errorf("after: %v", m)
	}
	_, logs := te.api("GET", "/logs?include_totals=true&q="+url.QueryEscape(`type:"s"`), nil)
	id := logs["logs"].([]any)[0].(map[string]any)["details"].(map[string]any)["actions"].(map[string]any)["executions"].([]any)[0].(string)
	_, e := te.api("GET", "/actions/executions/"+id, nil)
	results := e["results"].([]any)
	if last := results[len(results)-1].(map[string]any); !strings.Contains(last["response"].(map[string]any)["logs"].(string), "asked: yes") {
		t.Errorf("console: %v", last)
	}
	_, tokens := te.redeem(back.at.Query().Get("code"))
	if tokens["id_token"] == nil {
		t.Errorf("tokens: %v", tokens)
	}
}

func TestJavaScriptVerdictOfAnotherKeyIsDenied(t *testing.T) {
	te := newTenant(t, jsvm.RunAction)
	te.deploy("Ask", askInJS, map[string]string{"KEY": secretKey})
	b := te.browser()
	form := b.login("signup", "ada@example.com", nil)
	back := b.post(continueURL(form.at), verdict(t, te, form.at, nil, "another key another key another!"))
	if got := back.at.Query().Get("error_description"); got != "bad_token: The session token is invalid: Failed signature validation" {
		t.Errorf("got %q", got)
	}
}

func TestJavaScriptErrorEndsTheLogin(t *testing.T) {
	te := newTenant(t, jsvm.RunAction)
	te.deploy("Broken", "exports.onExecutePostLogin = async (event) => { event.nothing.here }", nil)
	back := te.browser().login("signup", "ada@example.com", nil)
	if back.at == nil || back.at.Query().Get("error") != "access_denied" {
		t.Errorf("got %+v", back)
	}
}
