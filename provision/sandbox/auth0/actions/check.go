package actions

import (
	"fmt"
	"slices"
	"strings"

	"phonegate/provision/sandbox/auth0/reply"
)

// checkAction is the schema check of a body that creates or changes an Action.
func checkAction(body reply.Object, creating bool) (int, any) {
	allowed := "name supported_triggers code dependencies runtime secrets modules"
	if creating {
		allowed += " deploy"
		for _, k := range []string{"name", "supported_triggers"} {
			if _, ok := body[k]; !ok {
				return reply.InvalidBody("Missing required property: "+k, "")
			}
		}
	}
	if bad := reply.UnknownProperty(body, allowed); bad != "" {
		return reply.InvalidBody("Additional properties not allowed: "+bad, "")
	}
	if v, ok := body["name"]; ok && strings.TrimSpace(reply.Text(body, "name")) == "" {
		return reply.InvalidBody(fmt.Sprintf("String is too short (%d chars), minimum 1", len(fmt.Sprint(v))), "name")
	}
	if len(reply.Text(body, "code")) > maxCode {
		return reply.Fail(400, "", "The action's code is larger than 100 kB.")
	}
	if v, ok := body["supported_triggers"]; ok {
		list, _ := v.([]any)
		if len(list) != 1 {
			return reply.Fail(400, "", "An action supports exactly one trigger.")
		}
		t, _ := list[0].(reply.Object)
		if currentTrigger(reply.Text(t, "id")) == "" {
			return reply.InvalidBody("No enum match for: "+reply.Text(t, "id"), "supported_triggers[0].id")
		}
	}
	if r := reply.Text(body, "runtime"); r != "" && !slices.Contains(runtimes, r) {
		return reply.Fail(400, "", fmt.Sprintf("The runtime '%s' is not supported.", r))
	}
	if deps, _ := body["dependencies"].([]any); len(deps) > maxDeps {
		return reply.Fail(400, "", "An action has at most 10 dependencies.")
	}
	return checkSecrets(body)
}

func checkSecrets(body reply.Object) (int, any) {
	list, _ := body["secrets"].([]any)
	if len(list) > maxSecrets {
		return reply.Fail(400, "", "An action has at most 30 secrets.")
	}
	for i, e := range list {
		o, _ := e.(reply.Object)
		at := fmt.Sprintf("secrets[%d]", i)
		if bad := reply.UnknownProperty(o, "name value updated_at"); bad != "" {
			return reply.InvalidBody("Additional properties not allowed: "+bad, at)
		}
		name := reply.Text(o, "name")
		if name == "" {
			return reply.InvalidBody("Missing required property: name", at)
		}
		if len(name) > maxSecretName {
			return reply.InvalidBody(fmt.Sprintf("String is too long (%d chars), maximum %d", len(name), maxSecretName), at+".name")
		}
		if n := len(reply.Text(o, "value")); n > maxSecretValue {
			return reply.InvalidBody(fmt.Sprintf("String is too long (%d chars), maximum %d", n, maxSecretValue), at+".value")
		}
	}
	return 0, nil
}
