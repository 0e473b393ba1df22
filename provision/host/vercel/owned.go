package vercel

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"phonegate/provision/ring"
	"phonegate/provision/transport"
)

// mine says whether a variable of that name is phonegate's.
func mine(name string) bool {
	_, key := ring.Parse(name)
	return key || name == markKey
}

// foreignVariables says whether people added variables of their own.
func (p *Project) foreignVariables() bool {
	return slices.ContainsFunc(p.env, func(v variable) bool { return !strings.HasPrefix(v.Key, "PHONEGATE_") })
}

// deletes says whether Undo may delete the project with all that is in it: phonegate made it, and nothing in it is anybody
// else's. It looks once.
func (p *Project) deletes(ctx context.Context) (bool, error) {
	if p.whole == nil {
		whole, err := p.ownsAll(ctx)
		if err != nil {
			return false, err
		}
		p.whole = &whole
	}
	return *p.whole, nil
}

func (p *Project) ownsAll(ctx context.Context) (bool, error) {
	if !p.mark.made {
		return false, nil
	}
	env, err := p.c.variables(ctx, p.found.ID)
	if err != nil {
		return false, err
	}
	if p.env = env; p.foreignVariables() {
		return false, nil
	}
	var answer struct {
		Domains []struct {
			Name string `json:"name"`
		} `json:"domains"`
	}
	err = p.c.call(ctx, http.MethodGet, "/v9/projects/"+p.found.ID+"/domains", nil, nil, &answer)
	if err != nil && !notFound(err) {
		return false, err
	}
	own := 0 // Vercel gives each project one name
	for _, d := range answer.Domains {
		if strings.HasSuffix(d.Name, ".vercel.app") {
			own++
		}
	}
	if own > 1 || own < len(answer.Domains) {
		return false, nil
	}
	foreign := false
	err = p.eachDeployment(ctx, func(_ string, ours bool) error {
		foreign = foreign || !ours
		return nil
	})
	return !foreign, err
}

// eachDeployment goes through all deployments of the project.
func (p *Project) eachDeployment(ctx context.Context, do func(id string, ours bool) error) error {
	query := url.Values{"projectId": {p.found.ID}, "limit": {"100"}}
	for {
		page, err := p.c.deployments(ctx, query)
		if err != nil {
			return err
		}
		for _, d := range page.Deployments {
			if d.UID != "" {
				d.ID = d.UID
			}
			if err := do(d.ID, d.ours()); err != nil {
				return err
			}
		}
		if page.Pagination.Next == nil {
			return nil
		}
		query.Set("until", strconv.FormatInt(*page.Pagination.Next, 10))
	}
}

// removeDeployments deletes those that phonegate made.
func (p *Project) removeDeployments(ctx context.Context) error {
	return p.eachDeployment(ctx, func(id string, ours bool) error {
		if !ours {
			return nil
		}
		p.view.forget()
		if err := p.c.call(transport.Repeatable(ctx), http.MethodDelete, "/v13/deployments/"+id, nil, nil, nil); err != nil && !notFound(err) {
			return err
		}
		return nil
	})
}

// restore gives an adopted project the settings back that phonegate changed, where its own value still stands.
func (p *Project) restore(ctx context.Context) error {
	found, err := p.c.project(ctx, p.found.ID)
	if err != nil || found == nil {
		return err
	}
	if settings := p.former(found); len(settings) > 0 {
		return p.patch(ctx, settings)
	}
	return nil
}

func (p *Project) former(now *project) map[string]any {
	settings := map[string]any{}
	if p.mark.node != "" && now.NodeVersion == nodeVersion {
		settings["nodeVersion"] = p.mark.node
	}
	if p.mark.sso != "" && !now.protected() {
		settings["ssoProtection"] = json.RawMessage(p.mark.sso)
	}
	return settings
}
