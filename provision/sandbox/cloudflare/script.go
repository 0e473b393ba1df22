package cloudflare

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"phonegate/provision/sandbox/world"
)

// find looks a Worker up. The lock must be held.
func (s *Server) find(c *call) (*worker, error) {
	if w := s.state.Scripts[c.path("script")]; w != nil {
		return w, nil
	}
	return nil, errNoScript
}

func (s *Server) putScript(c *call) error {
	name := c.path("script")
	if !scriptName.MatchString(name) {
		return refuse(http.StatusBadRequest, 10016, "workers.api.error.invalid_script_name")
	}
	body, err := c.raw()
	if err != nil {
		return err
	}
	u, err := parseUpload(c.r.Header.Get("Content-Type"), body)
	if err != nil {
		return err
	}
	s.mu.Lock()
	answer, err := s.put(name, u, c.source())
	subdomain, enabled := s.state.Subdomain, err == nil && s.state.Scripts[name].Enabled
	s.mu.Unlock()
	if err != nil {
		return err
	}
	if enabled {
		s.announce(subdomain, name)
	}
	return c.answer(answer)
}

func (s *Server) put(name string, u *upload, source string) (map[string]any, error) {
	w := s.state.Scripts[name]
	var before *version
	if w != nil {
		before = w.live()
	} else if s.state.Subdomain == "" {
		return nil, refuse(http.StatusForbidden, 10063, "You need a workers.dev subdomain in order to proceed. Please go to the dashboard and open the Workers menu. "+
			"Opening the Workers landing page for the first time will create a workers.dev subdomain automatically.")
	}
	v, err := u.version(before, s.o.World.Now(), s.keeps())
	if err != nil {
		return nil, err
	}
	v.Source = source
	if w == nil {
		w = &worker{Name: name, Tag: world.Hex(32), Created: s.now(), Enabled: s.o.World.Behaviour(newRoute) == "workers_dev_on"}
		s.state.Scripts[name] = w
	}
	w.Tags = u.Metadata.Tags
	s.add(w, v)
	s.run(w, v)
	about := w.about()
	about["startup_time_ms"] = 1
	return about, nil
}

// keeps are the kinds of bindings that outlive an upload which does not speak of them.
func (s *Server) keeps() []string {
	if s.o.World.Behaviour(secretsLeftOut) == "dropped" {
		return nil
	}
	return []string{"secret_text", "secret_key"}
}

// source is how a version says where it came from.
func (c *call) source() string {
	if strings.HasPrefix(c.r.UserAgent(), "wrangler") {
		return "wrangler"
	}
	return "api"
}

// about is a Worker as lists and uploads show it.
func (w *worker) about() map[string]any {
	v := w.live()
	body := map[string]any{"id": w.Name, "tag": w.Tag, "tags": w.Tags, "created_on": w.Created, "modified_on": w.Created,
		"has_assets": false, "has_modules": true, "handlers": []string{"fetch"}, "logpush": false, "usage_model": "standard", "placement": map[string]any{}}
	if v != nil {
		body["modified_on"], body["etag"], body["deployment_id"] = v.Created, v.etag(), strings.ReplaceAll(v.ID, "-", "")
		body["compatibility_date"], body["compatibility_flags"], body["last_deployed_from"] = v.Date, v.Flags, v.Source
	}
	return body
}

func (s *Server) listScripts(c *call) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := []any{}
	for _, name := range slices.Sorted(maps.Keys(s.state.Scripts)) {
		list = append(list, s.state.Scripts[name].about())
	}
	return c.answer(list)
}

func (s *Server) getScript(c *call) error {
	s.mu.Lock()
	w, err := s.find(c)
	var v *version
	if err == nil {
		if v = w.live(); v == nil {
			err = errNoScript
		}
	}
	s.mu.Unlock()
	if err != nil {
		return err
	}
	if s.o.World.Behaviour(readBack) == "reformatted" {
		v = v.reformatted()
	}
	kind, body := "application/javascript", v.main().Content
	if s.o.World.Behaviour(download) == "multipart" || strings.HasSuffix(c.r.URL.Path, "/content/v2") {
		if kind, body, err = v.download(); err != nil {
			return err
		}
	}
	head(c.rw)
	c.rw.Header().Set("Content-Type", kind)
	c.rw.Header().Set("Etag", v.etag())
	c.rw.Header().Set("CF-Entrypoint", v.Main)
	c.rw.WriteHeader(http.StatusOK)
	_, _ = c.rw.Write(body)
	return nil
}

func (s *Server) deleteScript(c *call) error {
	s.mu.Lock()
	w, err := s.find(c)
	var gone []*site
	if err == nil {
		delete(s.state.Scripts, w.Name)
		for _, v := range w.Versions {
			if b := s.built[v.ID]; b != nil {
				gone = append(gone, b)
				delete(s.built, v.ID)
			}
		}
	}
	s.mu.Unlock()
	if err != nil {
		return err
	}
	for _, b := range gone {
		b.close()
	}
	return c.answer(nil)
}

func (s *Server) getSettings(c *call) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	w, err := s.find(c)
	if err != nil {
		return err
	}
	v := w.live()
	if v == nil {
		return errNoScript
	}
	bindings := []any{}
	for _, b := range v.Bindings {
		bindings = append(bindings, b.shown())
	}
	return c.answer(map[string]any{"bindings": bindings, "compatibility_date": v.Date, "compatibility_flags": v.Flags, "tags": w.Tags,
		"usage_model": "standard", "logpush": false, "tail_consumers": nil, "placement": map[string]any{}})
}

func (w *worker) route() map[string]bool {
	return map[string]bool{"enabled": w.Enabled, "previews_enabled": w.Previews}
}

func (s *Server) getRoute(c *call) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	w, err := s.find(c)
	if err != nil {
		return err
	}
	return c.answer(w.route())
}

func (s *Server) postRoute(c *call) error {
	var in struct {
		Enabled  *bool `json:"enabled"`
		Previews *bool `json:"previews_enabled"`
	}
	if err := c.decode(&in); err != nil {
		return err
	}
	if in.Enabled == nil {
		return refuse(http.StatusBadRequest, 10026, "The field enabled is missing.")
	}
	s.mu.Lock()
	w, err := s.find(c)
	subdomain := s.state.Subdomain
	if err == nil && subdomain == "" {
		err = refuse(http.StatusForbidden, 10063, "workers.api.error.subdomain_required")
	}
	var answer map[string]bool
	if err == nil {
		w.Enabled, w.Previews = *in.Enabled, *in.Enabled // what is left out follows
		if in.Previews != nil {
			w.Previews = *in.Previews
		}
		answer = w.route()
	}
	s.mu.Unlock()
	if err != nil {
		return err
	}
	if *in.Enabled {
		s.announce(subdomain, w.Name)
	}
	return c.answer(answer)
}
