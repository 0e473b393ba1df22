package smoke

import (
	"context"
	"strings"
	"time"

	"phonegate/provision/event"
	"phonegate/provision/fault"
)

// deployment tests the Action and the form as they are deployed.
func (r *run) deployment(ctx context.Context) error {
	for _, s := range []struct {
		name, doing string
		do          func(context.Context) (string, error)
	}{
		{stepDeployed, "comparing with the generated code", r.deployed},
		{stepTest, "with a user who has no number", r.actionTest},
		{stepReachable, host(r.FormURL), r.reachable},
		{stepForgery, "with tokens that Auth0 did not sign", r.forgery},
	} {
		if err := r.step(ctx, s.name, s.doing, s.do); err != nil {
			return err
		}
	}
	return nil
}

// deployed compares the Action and its place in the flow with what apply would make of them.
func (r *run) deployed(ctx context.Context) (string, error) {
	apply := "Run phonegate apply --tenant " + r.Tenant + "."
	if r.ActionID == "" {
		return "", fault.New(fault.Failed, "smoke.no_action", apply, "The tenant has no phonegate Action.")
	}
	for _, deployed := range r.Deployed {
		if err := deployed.Read(ctx); err != nil {
			return "", err
		}
		if change := deployed.Change(); change.Op != event.None {
			return "", fault.New(fault.Failed, "smoke.drift", apply, "The deployed %s differs from the generated one: %s.", deployedName(deployed.Name()), strings.TrimSuffix(change.Detail, "."))
		}
	}
	if len(r.Deployed) == 0 {
		return "there", nil
	}
	return "as generated, in the post-login flow", nil
}

// deployedName is a resource in a sentence.
func deployedName(resource string) string {
	if resource == "auth0.binding" {
		return "post-login flow"
	}
	return "Action"
}

// actionTest runs the Action in Auth0's own sandbox with a user who has no number, for whom it sends no
// text. The Action fails closed, so whatever it throws is a defect.
func (r *run) actionTest(ctx context.Context) (string, error) {
	answer, err := r.Auth0.TestAction(ctx, r.ActionID, r.testEvent())
	if err != nil {
		return "", err
	}
	payload, ok := answer["payload"].(map[string]any)
	if !ok {
		payload = answer
	}
	if thrown, bad := payload["error"].(map[string]any); bad && len(thrown) > 0 {
		text, _ := thrown["message"].(string)
		return "", fault.New(fault.Failed, "smoke.action_threw", "Run phonegate apply --tenant "+r.Tenant+", then phonegate doctor.",
			"The Action threw an error in Auth0's test: %s.", strings.TrimSuffix(oneLine(text), "."))
	}
	return "ran without an error", nil
}

// testEvent is a login of a user without a number, as Auth0 would describe it.
func (r *run) testEvent() map[string]any {
	now := r.Now().UTC().Format(time.RFC3339)
	return map[string]any{
		"user": map[string]any{
			"user_id": "auth0|phonegate-smoke", "email": "phonegate-smoke@example.com", "email_verified": false,
			"created_at": now, "updated_at": now, "app_metadata": map[string]any{}, "user_metadata": map[string]any{}, "identities": []any{},
		},
		"client":         map[string]any{"client_id": r.ClientID, "name": "phonegate live test", "metadata": map[string]any{}},
		"connection":     map[string]any{"id": "con_phonegate", "name": r.Connection, "strategy": "auth0", "metadata": map[string]any{}},
		"tenant":         map[string]any{"id": strings.Split(r.Domain, ".")[0]},
		"request":        map[string]any{"hostname": r.Domain, "ip": "203.0.113.1", "method": "GET", "user_agent": "phonegate", "language": "en", "query": map[string]any{}, "body": map[string]any{}, "geoip": map[string]any{}},
		"transaction":    map[string]any{"protocol": "oidc-basic-profile", "requested_scopes": []any{"openid"}, "acr_values": []any{}, "ui_locales": []any{}},
		"authentication": map[string]any{"methods": []any{map[string]any{"name": "pwd", "timestamp": now}}},
		"authorization":  map[string]any{"roles": []any{}},
		"stats":          map[string]any{"logins_count": 1},
	}
}

// oneLine is the first line of a text, shortened.
func oneLine(s string) string {
	s, _, _ = strings.Cut(strings.TrimSpace(s), "\n")
	if runes := []rune(s); len(runes) > 200 {
		s = string(runes[:197]) + "..."
	}
	return s
}
