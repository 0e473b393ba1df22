package cloudflare

import (
	"net/http"
	"slices"
)

func isSecret(b binding) bool { return b.text("type") == "secret_text" }

func (s *Server) listSecrets(c *call) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	w, err := s.find(c)
	if err != nil {
		return err
	}
	list := []any{}
	if v := w.live(); v != nil {
		for _, b := range v.Bindings {
			if isSecret(b) {
				list = append(list, b.shown())
			}
		}
	}
	return c.answer(list)
}

// change makes a new version of a Worker that differs in its bindings only, as every change of a secret does.
func (s *Server) change(c *call, edit func([]binding) ([]binding, error)) error {
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
	edited, err := edit(slices.Clone(v.Bindings))
	if err != nil {
		return err
	}
	next := *v
	next.Bindings, next.Source = edited, "secret"
	s.add(w, &next)
	s.run(w, &next)
	return nil
}

func (s *Server) putSecret(c *call) error {
	var in struct {
		Name string  `json:"name"`
		Text *string `json:"text"`
		Type string  `json:"type"`
	}
	if err := c.decode(&in); err != nil {
		return err
	}
	if !bindingName.MatchString(in.Name) || in.Text == nil || in.Type != "secret_text" {
		return refuse(http.StatusBadRequest, 10026, "A secret has a name, a text and the type secret_text.")
	}
	made := binding{"name": in.Name, "type": "secret_text", "text": *in.Text}
	err := s.change(c, func(all []binding) ([]binding, error) {
		i := slices.IndexFunc(all, func(b binding) bool { return b.name() == in.Name })
		switch {
		case i < 0:
			return append(all, made), nil
		case !isSecret(all[i]):
			return nil, refuse(http.StatusBadRequest, 10053, "Binding name '%s' already in use. Please use a different name and try again.", in.Name)
		}
		all[i] = made
		return all, nil
	})
	if err != nil {
		return err
	}
	return c.answer(made.shown())
}

func (s *Server) deleteSecret(c *call) error {
	err := s.change(c, func(all []binding) ([]binding, error) {
		i := slices.IndexFunc(all, func(b binding) bool { return b.name() == c.path("secret") && isSecret(b) })
		if i < 0 {
			return nil, refuse(http.StatusNotFound, 10056, "Binding '%s' not found. Please use a different name and try again.", c.path("secret"))
		}
		return slices.Delete(all, i, i+1), nil
	})
	if err != nil {
		return err
	}
	return c.answer(nil)
}
