package vercel

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// assigned is aliasAssigned as the behaviour in force has it.
func (s *Server) assigned(d *deployment) any {
	if s.o.World.Behaviour(aliasAssignedType) == "timestamp" {
		if !d.Aliased {
			return nil
		}
		return d.ReadyAt
	}
	return d.Aliased
}

func creator() map[string]any {
	return map[string]any{"uid": userID, "username": userName, "email": "sandbox@example.com"}
}

// deploymentBody is the deployment as GET /v13/deployments/{id} shows it. The lock must be held.
func (s *Server) deploymentBody(d *deployment, team Team) map[string]any {
	names := slices.Sorted(maps.Keys(d.Env))
	aliases := s.aliasesOf(d.ID)
	body := map[string]any{"id": d.ID, "uid": d.ID, "name": d.Name, "url": d.URL, "projectId": d.ProjectID, "ownerId": d.TeamID,
		"createdAt": d.CreatedAt, "buildingAt": d.CreatedAt, "bootedAt": d.CreatedAt, "created": d.CreatedAt, "readyState": d.Phase, "status": d.Phase,
		"aliasAssigned": s.assigned(d), "aliasError": nil, "alias": aliases, "automaticAliases": aliases, "aliasFinal": nil, "type": "LAMBDAS",
		"version": 2, "target": orNull(d.Target), "plan": "hobby", "public": false, "regions": []string{"iad1"}, "createdIn": "iad1",
		"creator": creator(), "env": names, "build": map[string]any{"env": []string{}}, "meta": orEmpty(d.Meta), "routes": nil, "buildSkipped": false,
		"isInConcurrentBuildsQueue": false, "isInSystemBuildsQueue": false, "source": "api-trigger-git-deploy", "readySubstate": nil,
		"inspectorUrl":    fmt.Sprintf("https://vercel.com/%s/%s/%s", team.Slug, d.Name, d.ID[4:]),
		"projectSettings": settingsBody(d), "project": map[string]any{"id": d.ProjectID, "name": d.Name, "framework": nil},
		"team": map[string]any{"id": team.ID, "name": team.Name, "slug": team.Slug}, "errorCode": nil, "errorMessage": nil}
	body["source"] = "cli"
	if d.ReadyAt != 0 {
		body["ready"] = d.ReadyAt
	}
	if d.Phase == ready && d.Target == "production" {
		body["readySubstate"] = "PROMOTED"
	}
	if d.Phase == failed {
		body["errorCode"], body["errorMessage"], body["errorStep"] = d.ErrorCode, d.ErrorText, "buildStep"
		body["errorLink"] = "https://vercel.com/docs/errors"
	}
	return body
}

func settingsBody(d *deployment) map[string]any {
	body := map[string]any{"framework": nil, "buildCommand": nil, "devCommand": nil, "installCommand": nil, "outputDirectory": nil, "nodeVersion": d.NodeVersion}
	maps.Copy(body, d.Settings)
	return body
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func orEmpty(m map[string]string) map[string]string {
	if m == nil {
		return map[string]string{}
	}
	return m
}

// summary is the deployment as lists show it. The lock must be held.
func (s *Server) summary(d *deployment) map[string]any {
	body := map[string]any{"uid": d.ID, "id": d.ID, "name": d.Name, "projectId": d.ProjectID, "url": d.URL, "created": d.CreatedAt, "createdAt": d.CreatedAt,
		"source": "cli", "state": d.Phase, "readyState": d.Phase, "type": "LAMBDAS", "creator": creator(), "target": orNull(d.Target),
		"aliasError": nil, "aliasAssigned": s.assigned(d), "alias": s.aliasesOf(d.ID), "meta": orEmpty(d.Meta), "isRollbackCandidate": false,
		"inspectorUrl": fmt.Sprintf("https://vercel.com/%s/%s/%s", s.team(d.TeamID).Slug, d.Name, d.ID[4:]), "buildingAt": d.CreatedAt}
	if d.ReadyAt != 0 {
		body["ready"] = d.ReadyAt
	}
	return body
}

// events is the build log: a JSON array, or a line each for those who follow it.
func (s *Server) events(c *call) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	d, err := s.findDeployment(c.team, c.path("deployment"))
	if err != nil {
		return err
	}
	var list []any
	add := func(kind, text string) {
		at := d.CreatedAt + int64(len(list))
		list = append(list, map[string]any{"type": kind, "created": at, "payload": map[string]any{"deploymentId": d.ID, "id": fmt.Sprint(at, len(list)),
			"text": text, "date": at, "created": at, "serial": fmt.Sprint(at), "info": map[string]any{"type": "build", "name": "bld_sandbox"}}})
	}
	add("stdout", "Running build in the sandbox")
	add("stdout", fmt.Sprintf("Downloading %d deployment files...", len(d.Files)))
	switch d.Phase {
	case ready:
		add("stdout", "Build Completed in /vercel/output")
		add("stdout", "Deployment completed")
	case failed:
		add("stderr", "Error: "+d.ErrorText)
	}
	if c.query("format") != "lines" && !strings.Contains(c.r.URL.Path, "/now/") && !c.flag("follow") {
		return c.answer(http.StatusOK, list)
	}
	c.rw.Header().Set("Content-Type", "application/stream+json")
	c.rw.WriteHeader(http.StatusOK)
	lines := json.NewEncoder(c.rw)
	for _, e := range list {
		if err := lines.Encode(e); err != nil {
			return nil // the reader has gone
		}
	}
	return nil
}
