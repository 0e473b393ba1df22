package auth0

import (
	"fmt"
	"slices"
	"strings"
)

// checkAction is the schema check of a body that creates or changes an Action.
func checkAction(body object, creating bool) (int, any) {
	allowed := "name supported_triggers code dependencies runtime secrets modules"
	if creating {
		allowed += " deploy"
		for _, k := range []string{"name", "supported_triggers"} {
			if _, ok := body[k]; !ok {
				return invalidBody("Missing required property: "+k, "")
			}
		}
	}
	if bad := unknownProperty(body, allowed); bad != "" {
		return invalidBody("Additional properties not allowed: "+bad, "")
	}
	if v, ok := body["name"]; ok && strings.TrimSpace(text(body, "name")) == "" {
		return invalidBody(fmt.Sprintf("String is too short (%d chars), minimum 1", len(fmt.Sprint(v))), "name")
	}
	if len(text(body, "code")) > maxCode {
		return fail(400, "", "The action's code is larger than 100 kB.")
	}
	if v, ok := body["supported_triggers"]; ok {
		list, _ := v.([]any)
		if len(list) != 1 {
			return fail(400, "", "An action supports exactly one trigger.")
		}
		t, _ := list[0].(object)
		if currentTrigger(text(t, "id")) == "" {
			return invalidBody("No enum match for: "+text(t, "id"), "supported_triggers[0].id")
		}
	}
	if r := text(body, "runtime"); r != "" && !slices.Contains(runtimes, r) {
		return fail(400, "", fmt.Sprintf("The runtime '%s' is not supported.", r))
	}
	if deps, _ := body["dependencies"].([]any); len(deps) > maxDeps {
		return fail(400, "", "An action has at most 10 dependencies.")
	}
	return checkSecrets(body)
}

func checkSecrets(body object) (int, any) {
	list, _ := body["secrets"].([]any)
	if len(list) > maxSecrets {
		return fail(400, "", "An action has at most 30 secrets.")
	}
	for i, e := range list {
		o, _ := e.(object)
		at := fmt.Sprintf("secrets[%d]", i)
		if bad := unknownProperty(o, "name value updated_at"); bad != "" {
			return invalidBody("Additional properties not allowed: "+bad, at)
		}
		name := text(o, "name")
		if name == "" {
			return invalidBody("Missing required property: name", at)
		}
		if len(name) > maxSecretName {
			return invalidBody(fmt.Sprintf("String is too long (%d chars), maximum %d", len(name), maxSecretName), at+".name")
		}
		if n := len(text(o, "value")); n > maxSecretValue {
			return invalidBody(fmt.Sprintf("String is too long (%d chars), maximum %d", n, maxSecretValue), at+".value")
		}
	}
	return 0, nil
}
