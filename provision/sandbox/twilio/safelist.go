package twilio

import (
	"slices"

	"phonegate/provision/sandbox/world"
)

// safeNumber is a number that geo permissions and Fraud Guard let pass.
type safeNumber struct {
	SID    string `json:"sid"`
	Number string `json:"phone_number"`
	URL    string `json:"url"`
}

func (s *Server) isSafe(number string) bool {
	return slices.ContainsFunc(s.safe, func(n *safeNumber) bool { return n.Number == number })
}

func (c *call) createSafeNumber() (any, *problem) {
	if !c.form.Has("PhoneNumber") {
		return nil, missing("PhoneNumber")
	}
	n, ok := c.parse(c.form.Get("PhoneNumber"))
	if !ok {
		return nil, invalid("PhoneNumber", c.form.Get("PhoneNumber"))
	}
	for _, have := range c.safe {
		if have.Number == n.e164 {
			return *have, nil
		}
	}
	safe := &safeNumber{"GN" + world.Hex(32), n.e164, verifyURL + "/v2/SafeList/Numbers/" + n.e164}
	c.safe = append(c.safe, safe)
	return *safe, nil
}

func (c *call) safeNumber() (*safeNumber, *problem) {
	for _, n := range c.safe {
		if n.Number == c.path["Number"] {
			return n, nil
		}
	}
	return nil, c.notFound(c.r)
}

func (c *call) fetchSafeNumber() (any, *problem) {
	n, p := c.safeNumber()
	if p != nil {
		return nil, p
	}
	return *n, nil
}

func (c *call) deleteSafeNumber() (any, *problem) {
	n, p := c.safeNumber()
	if p != nil {
		return nil, p
	}
	c.safe = slices.DeleteFunc(c.safe, func(o *safeNumber) bool { return o == n })
	return nil, nil
}
