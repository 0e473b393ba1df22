package auth0

import (
	"context"
	"encoding/json"
	"time"

	"phonegate/provision/transport"

	"github.com/auth0/go-auth0/v3/management"
)

// User is a user of the tenant, as far as the live test looks at it.
type User struct {
	ID           string         `json:"user_id"`
	Email        string         `json:"email"`
	AppMetadata  map[string]any `json:"app_metadata"`
	UserMetadata map[string]any `json:"user_metadata"`
}

// FindUser is the user with the e-mail address, nil if there is none.
func (c *Client) FindUser(ctx context.Context, email string) (*User, error) {
	list, err := c.users.ListUsersByEmail(ctx, &management.ListUsersByEmailRequestParameters{Email: email})
	if err != nil {
		return nil, typed(err)
	}
	if len(list) == 0 {
		return nil, nil
	}
	var u User
	return &u, convert(list[0], &u)
}

// GetUser is the user with the id, nil if there is none.
func (c *Client) GetUser(ctx context.Context, id string) (*User, error) {
	found, err := c.users.Get(ctx, id, &management.GetUserRequestParameters{})
	if err != nil {
		if err = typed(err); notFound(err) {
			return nil, nil
		}
		return nil, err
	}
	var u User
	return &u, convert(found, &u)
}

// DeleteUser deletes the user; one that is not there is no error.
func (c *Client) DeleteUser(ctx context.Context, id string) error {
	if err := typed(c.users.Delete(transport.Repeatable(ctx), id)); err != nil && !notFound(err) {
		return err
	}
	return nil
}

// TestAction runs the draft of an action in Auth0's sandbox with an event and returns Auth0's answer: logs, statistics, error.
func (c *Client) TestAction(ctx context.Context, actionID string, event map[string]any) (map[string]any, error) {
	answer, err := c.actions.Test(ctx, actionID, &management.TestActionRequestContent{Payload: management.TestActionPayload{"event": event}})
	if err != nil {
		return nil, typed(err)
	}
	out := map[string]any{}
	return out, convert(answer, &out)
}

// LogEntry is one entry of the tenant log.
type LogEntry struct {
	ID          string         `json:"log_id"`
	Type        string         `json:"type"`
	Description string         `json:"description"`
	UserID      string         `json:"user_id"`
	ClientID    string         `json:"client_id"`
	Date        time.Time      `json:"date"`
	Details     map[string]any `json:"details"`
}

// Logs are the newest entries of the tenant log that match a Lucene query. It needs the scope read:logs.
func (c *Client) Logs(ctx context.Context, query string) ([]LogEntry, error) {
	list, err := c.logs.List(ctx, &management.ListLogsRequestParameters{
		Search: &query, Sort: management.String("date:-1"), PerPage: management.Int(50)})
	if err != nil {
		return nil, typed(err)
	}
	entries := make([]LogEntry, len(list.Results))
	for i, l := range list.Results {
		if err := convert(l, &entries[i]); err != nil {
			return nil, err
		}
	}
	return entries, nil
}

// convert takes a value of the SDK's types over into one of ours, by way of JSON.
func convert(from, to any) error {
	data, err := json.Marshal(from)
	if err == nil {
		err = json.Unmarshal(data, to)
	}
	return typed(err)
}
