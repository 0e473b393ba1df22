package jsvm

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"
)

// maxLogLine is how much of a console line Auth0 keeps.
const maxLogLine = 256

// Command is something that an Action asked for beyond what ActionResult has a field for.
type Command struct {
	Name string `json:"name"` // e.g. "api.multifactor.enable"
	Args []any  `json:"args"`
}

// actionState is what an Action's code reaches through the host.
type actionState struct {
	call ActionCall
}

// actionAnswer is ActionResult as the prelude writes it.
type actionAnswer struct {
	Denied              *string        `json:"denied"`
	Redirect            string         `json:"redirect"`
	AppMetadata         map[string]any `json:"appMetadata"`
	UserMetadata        map[string]any `json:"userMetadata"`
	TransactionMetadata map[string]any `json:"transactionMetadata"`
	IDTokenClaims       map[string]any `json:"idTokenClaims"`
	AccessTokenClaims   map[string]any `json:"accessTokenClaims"`
	Recorded            []Command      `json:"recorded"`
	Missing             bool           `json:"missing"`
	Thrown              string         `json:"thrown"`
	Stack               string         `json:"stack"`
}

// RunAction runs one leg of an Action in a virtual machine of its own. What the Action throws, and that it took too
// long, is part of the result; the error is for the sandbox's own failures and for ctx.
func RunAction(ctx context.Context, s Surroundings, call ActionCall) (ActionResult, error) {
	m, err := newMachine(s, nil)
	if err != nil {
		return ActionResult{}, err
	}
	defer m.close()
	start := time.Now()
	m.action = &actionState{call}
	var logs []string
	m.log = func(line string) { logs = append(logs, cut(line, maxLogLine)) }
	event, secrets := call.Event, call.Secrets
	if event == nil {
		event = map[string]any{}
	}
	if secrets == nil {
		secrets = map[string]string{}
	}
	given, err := json.Marshal(map[string]any{"code": call.Code, "handler": call.Handler, "event": event,
		"secrets": secrets, "canRedirect": call.CanRedirect})
	if err != nil {
		return ActionResult{}, fmt.Errorf("the event is not JSON: %w", err)
	}
	answer, err := m.call(ctx, "action", string(given))
	result := ActionResult{Logs: logs, Elapsed: time.Since(start) - m.queue.waited()}
	var thrown *scriptError
	switch {
	case err == nil:
	case errors.Is(err, errTooLong):
		result.Thrown = fmt.Sprintf("Error: Script execution time exceeded (%v)", m.around.Time)
		return result, nil
	case errors.As(err, &thrown):
		result.Thrown, result.Stack = thrown.Text, thrown.Stack
		return result, nil
	default:
		return result, err
	}
	var a actionAnswer
	if err := json.Unmarshal([]byte(answer), &a); err != nil {
		return result, err
	}
	result.Denied, result.Redirect = a.Denied, a.Redirect
	result.AppMetadata, result.UserMetadata, result.TransactionMetadata = a.AppMetadata, a.UserMetadata, a.TransactionMetadata
	result.IDTokenClaims, result.AccessTokenClaims = a.IDTokenClaims, a.AccessTokenClaims
	result.Commands, result.Missing, result.Thrown, result.Stack = a.Recorded, a.Missing, a.Thrown, a.Stack
	return result, nil
}

// cut shortens s to at most n characters.
func cut(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n])
}

// host does what the api object needs Go for.
func (a *actionState) host(name string, args arguments) (any, error) {
	if a == nil {
		return nil, fmt.Errorf("%s is for Actions", name)
	}
	switch name {
	case "encodeToken":
		if a.call.EncodeToken == nil {
			return nil, errors.New("api.redirect.encodeToken is not available here")
		}
		var payload map[string]any
		if err := json.Unmarshal([]byte(args.text(2)), &payload); err != nil {
			return nil, err
		}
		return orError(a.call.EncodeToken(args.text(0), args.int(1), payload))
	case "validateToken":
		if a.call.ValidateToken == nil {
			return nil, errors.New("api.redirect.validateToken is not available here")
		}
		claims, err := a.call.ValidateToken(args.text(0), args.text(1))
		if err != nil {
			return nil, err
		}
		return jsonText(claims)
	case "cache.get":
		if v, ok := a.call.Cache[args.text(0)]; ok {
			return v, nil
		}
	case "cache.set":
		if a.call.Cache != nil {
			a.call.Cache[args.text(0)] = args.text(1)
		}
	case "cache.delete":
		delete(a.call.Cache, args.text(0))
	}
	return nil, nil
}

func orError(s string, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return s, nil
}
