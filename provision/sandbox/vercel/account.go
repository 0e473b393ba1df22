package vercel

import (
	"net/http"
	"slices"
)

const (
	userID   = "sandboxUserSandboxUserSa"
	userName = "sandbox"
)

func (s *Server) getUser(c *call) error {
	return c.answer(http.StatusOK, map[string]any{"user": map[string]any{
		"id": userID, "uid": userID, "email": "sandbox@example.com", "name": "Sandbox", "username": userName, "avatar": nil,
		"defaultTeamId": s.o.Teams[0].ID, "version": "northstar", "createdAt": 1700000000000, "billing": nil,
		"softBlock": nil, "stagingPrefix": userName, "hasTrialAvailable": false, "resourceConfig": map[string]any{},
	}})
}

func teamBody(t Team) map[string]any {
	return map[string]any{"id": t.ID, "slug": t.Slug, "name": t.Name, "avatar": nil, "createdAt": 1700000000000, "limited": false,
		"description": nil, "stagingPrefix": t.Slug, "creatorId": userID, "updatedAt": 1700000000000, "billing": map[string]any{"plan": "hobby", "period": nil, "addons": nil},
		"membership": map[string]any{"role": "OWNER", "confirmed": true, "created": 1700000000000, "createdAt": 1700000000000,
			"uid": userID, "teamId": t.ID, "confirmedAt": 1700000000000}}
}

func (s *Server) listTeams(c *call) error {
	type dated struct {
		Team
		at int64
	}
	var all []dated
	for i, t := range s.o.Teams {
		all = append(all, dated{t, 1700000000000 - int64(i)})
	}
	shown, about, err := page(c, all, func(d dated) int64 { return d.at })
	if err != nil {
		return err
	}
	bodies := []any{}
	for _, d := range shown {
		bodies = append(bodies, teamBody(d.Team))
	}
	return c.answer(http.StatusOK, map[string]any{"teams": bodies, "pagination": about})
}

func (s *Server) getTeam(c *call) error {
	key := c.path("team")
	i := slices.IndexFunc(s.o.Teams, func(t Team) bool { return t.ID == key || t.Slug == key })
	if i < 0 {
		return notFound("Team")
	}
	return c.answer(http.StatusOK, teamBody(s.o.Teams[i]))
}
