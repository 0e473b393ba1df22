package twilio

import (
	"crypto/rand"
	"slices"
	"unicode/utf8"

	"phonegate/provision/sandbox/world"
)

// key is a standard API key: it can do everything except read or change the account and its keys.
type key struct {
	SID          string `json:"sid"`
	FriendlyName string `json:"friendly_name"`
	DateCreated  string `json:"date_created"`
	DateUpdated  string `json:"date_updated"`
	secret       string
}

// key is the one with the sid, nil if there is none.
func (s *Server) key(sid string) *key {
	for _, k := range s.keys {
		if k.SID == sid {
			return k
		}
	}
	return nil
}

const maxKeyName = 64

func (c *call) createKey() (any, *problem) {
	if _, p := c.accountPath(); p != nil {
		return nil, p
	}
	name := c.form.Get("FriendlyName")
	if utf8.RuneCountInString(name) > maxKeyName {
		return nil, fault(400, 20001, "FriendlyName is too long")
	}
	now := mail(c.world.Now())
	k := &key{"SK" + world.Hex(32), name, now, now, rand.Text() + rand.Text()[:6]}
	c.keys = append(c.keys, k)
	return struct {
		key
		Secret string `json:"secret"` // shown this once
	}{*k, k.secret}, nil
}

func (c *call) listKeys() (any, *problem) {
	if _, p := c.accountPath(); p != nil {
		return nil, p
	}
	return list2010(c, "keys", c.keys, show), nil
}

// named is the key that the path names.
func (c *call) named() (*key, *problem) {
	if _, p := c.accountPath(); p != nil {
		return nil, p
	}
	if k := c.key(c.path["Sid"]); k != nil {
		return k, nil
	}
	return nil, c.notFound(c.r)
}

func (c *call) fetchKey() (any, *problem) {
	k, p := c.named()
	if p != nil {
		return nil, p
	}
	return *k, nil
}

func (c *call) updateKey() (any, *problem) {
	k, p := c.named()
	if p != nil {
		return nil, p
	}
	if c.form.Has("FriendlyName") {
		if utf8.RuneCountInString(c.form.Get("FriendlyName")) > maxKeyName {
			return nil, fault(400, 20001, "FriendlyName is too long")
		}
		k.FriendlyName = c.form.Get("FriendlyName")
	}
	k.DateUpdated = mail(c.world.Now())
	return *k, nil
}

func (c *call) deleteKey() (any, *problem) {
	k, p := c.named()
	if p != nil {
		return nil, p
	}
	c.keys = slices.DeleteFunc(c.keys, func(o *key) bool { return o == k })
	return nil, nil
}
