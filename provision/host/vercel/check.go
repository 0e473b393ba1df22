package vercel

import (
	"context"
	"net/http"
	"net/url"

	"phonegate/provision/fault"
)

// Account is what Check finds out.
type Account struct {
	User     string
	Team     string // slug of the team that the project goes to, "" for the token's own account
	TeamName string
	Teams    []Team // the teams the token can see
}

// Team is one team of the account.
type Team struct {
	ID   string `json:"id"`
	Slug string `json:"slug"`
	Name string `json:"name"`
}

// Check proves the token, and that it may act for the team.
func (c *Client) Check(ctx context.Context) (Account, error) {
	var user struct {
		User struct {
			Username string `json:"username"`
			Email    string `json:"email"`
		} `json:"user"`
	}
	if err := c.call(ctx, http.MethodGet, "/v2/user", nil, nil, &user); err != nil {
		return Account{}, err
	}
	a := Account{User: user.User.Username}
	if a.User == "" {
		a.User = user.User.Email
	}
	var teams struct {
		Teams []Team `json:"teams"`
	}
	err := (&Client{Options{Token: c.o.Token, HTTP: c.o.HTTP}}).call(ctx, http.MethodGet, "/v2/teams",
		url.Values{"limit": {"100"}}, nil, &teams)
	switch {
	case err == nil:
		a.Teams = teams.Teams
	case ctx.Err() != nil, c.o.Team != "" && answer(err).status != http.StatusForbidden:
		return a, err
	default: // a token for one team or project can't list teams; then its own calls will tell
		a.Team = c.o.Team
		return a, nil
	}
	if c.o.Team == "" {
		return a, nil
	}
	for _, t := range a.Teams {
		if t.ID == c.o.Team || t.Slug == c.o.Team {
			a.Team, a.TeamName = t.Slug, t.Name
			return a, nil
		}
	}
	return a, fault.New(fault.Refused, "vercel.team_unknown", "Check VERCEL_TEAM_ID: the ID is at https://vercel.com/teams under Settings > Team ID.",
		"The Vercel token of %s has no access to the team %s.", a.User, c.o.Team)
}
