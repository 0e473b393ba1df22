package vercel

import (
	"context"
	"net/http"
	"sync"
)

// view is what one round of reading finds out. The resources read at the same time or one after the other, and share the
// requests for the project and for its variables.
type view struct {
	c       *Client
	name    string
	project shared[*project]
	env     shared[[]variable]
}

// shared is one answer that several readers use. A reader that comes back asks anew.
type shared[T any] struct {
	mu    sync.Mutex
	used  map[string]bool // by reader; nil if there is no answer
	value T
	err   error
}

func (s *shared[T]) get(reader string, fetch func() (T, error)) (T, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.used == nil || s.used[reader] {
		s.value, s.err = fetch()
		s.used = map[string]bool{}
	}
	s.used[reader] = true
	return s.value, s.err
}

func (s *shared[T]) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.used = nil
}

// forget makes every next Read ask Vercel: something was written.
func (v *view) forget() {
	v.project.forget()
	v.env.forget()
}

// theProject is nil if there is none. What it serves is known with its meta.
func (v *view) theProject(ctx context.Context, reader string) (*project, error) {
	return v.project.get(reader, func() (*project, error) { return v.c.project(ctx, v.name) })
}

// variables are none if there is no project.
func (v *view) variables(ctx context.Context, reader string) ([]variable, error) {
	return v.env.get(reader, func() ([]variable, error) { return v.c.variables(ctx, v.name) })
}

// project fetches a project by id or name, nil if there is none. The project's answer need not have the meta of what it
// serves, which tells whose it is.
func (c *Client) project(ctx context.Context, idOrName string) (*project, error) {
	var found project
	if err := c.call(ctx, http.MethodGet, "/v9/projects/"+idOrName, nil, nil, &found); err != nil {
		if notFound(err) {
			return nil, nil
		}
		return nil, err
	}
	if live := found.serves(); live != nil && live.Meta == nil {
		full, err := c.deployment(ctx, live.ID)
		if err != nil {
			return nil, err
		}
		if full != nil {
			live.Meta = full.Meta
		}
	}
	return &found, nil
}

// variables lists a project's environment, without the values of sensitive variables.
func (c *Client) variables(ctx context.Context, idOrName string) ([]variable, error) {
	var answer struct {
		Envs []variable `json:"envs"`
	}
	if err := c.call(ctx, http.MethodGet, "/v10/projects/"+idOrName+"/env", nil, nil, &answer); err != nil && !notFound(err) {
		return nil, err
	}
	return answer.Envs, nil
}
