package vercel

import (
	"context"
	"net/http"
	"net/url"

	"phonegate/provision/fault"
	"phonegate/provision/transport"
)

// variable is the mark as a request has it. Sensitive variables can't be read back, so it is a plain one.
func (m mark) variable() variable {
	return variable{Key: markKey, Value: m.String(), Type: "plain", Target: targets}
}

// adopt marks a project that somebody else made. The mark keeps the settings that are about to be changed, so it is written
// before they are, and never over one that is there: if two computers adopt at once, the first one saw the settings as they
// were.
func (p *Project) adopt(ctx context.Context) error {
	m := adoption(p.domain, p.found)
	failed, err := p.c.addVariable(ctx, p.found.ID, m.variable(), false)
	p.view.forget()
	if err == nil && failed == nil {
		p.mark = &m
		return nil
	}
	if err == nil {
		err = failed.fault()
	}
	if ctx.Err() != nil {
		return err
	}
	if readErr := p.Read(ctx); readErr != nil && fault.Of(readErr).Code == codeTaken {
		return readErr
	} else if readErr != nil || p.mark == nil {
		return err
	}
	return nil
}

// addVariable writes one variable. upsert writes it over one of that name; otherwise Vercel refuses it. It can answer 201 and
// still have refused the variable.
func (c *Client) addVariable(ctx context.Context, project string, v variable, upsert bool) (*failure, error) {
	path := "/v10/projects/" + project + "/env"
	var answer struct {
		Failed []failure `json:"failed"`
	}
	query := url.Values{}
	if upsert {
		query.Set("upsert", "true")
		ctx = transport.Repeatable(ctx)
	}
	err := c.call(ctx, http.MethodPost, path, query, []variable{v}, &answer)
	if err != nil || len(answer.Failed) == 0 {
		return nil, err
	}
	return &answer.Failed[0], nil
}
