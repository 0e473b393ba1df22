package twilio

import (
	"net/http"
	"strings"
	"time"

	"phonegate/provision/sandbox/world"
)

// Verify's limits (https://www.twilio.com/docs/verify/api/rate-limits-and-timeouts).
const (
	lifetime  = 10 * time.Minute
	maxSends  = 5
	maxChecks = 5
)

const (
	pending            = "pending"
	approved           = "approved"
	canceled           = "canceled"
	maxAttemptsReached = "max_attempts_reached"
	expired            = "expired"
)

// verification is one verification of a number, from its first send until it is approved, cancelled or ten
// minutes old. Re-sends belong to it and repeat its code.
type verification struct {
	SID          string        `json:"sid"`
	ServiceSID   string        `json:"service_sid"`
	AccountSID   string        `json:"account_sid"`
	To           string        `json:"to"`
	Channel      string        `json:"channel"`
	Status       string        `json:"status"`
	Valid        bool          `json:"valid"`
	DateCreated  string        `json:"date_created"`
	DateUpdated  string        `json:"date_updated"`
	Lookup       any           `json:"lookup"`
	Amount       *string       `json:"amount"`
	Payee        *string       `json:"payee"`
	SendAttempts []sendAttempt `json:"send_code_attempts"`
	SNA          any           `json:"sna"`
	URL          string        `json:"url"`

	code    string
	expires time.Time
	checks  int
	polls   []time.Time
}

type sendAttempt struct {
	Time    string `json:"time"`
	Channel string `json:"channel"`
	SID     string `json:"attempt_sid"`
}

// over says that the verification no longer takes sends or checks.
func (v *verification) over(now time.Time) bool {
	return v.Status == approved || v.Status == canceled || !now.Before(v.expires)
}

// active is the verification under way for a number, nil if there is none.
func (c *call) active(serviceSID, to string) *verification {
	now := c.world.Now()
	for _, v := range c.verifications {
		if v.ServiceSID == serviceSID && v.To == to && !v.over(now) {
			return v
		}
	}
	return nil
}

// visible is the verification that a path names, by sid or by number. Approved and expired ones are gone.
func (c *call) visible(serviceSID, name string) (*verification, *problem) {
	now := c.world.Now()
	for i := len(c.verifications) - 1; i >= 0; i-- {
		v := c.verifications[i]
		if v.ServiceSID != serviceSID || (v.SID != name && v.To != name) {
			continue
		}
		switch {
		case v.Status == approved:
		case v.Status == maxAttemptsReached && c.world.Behaviour(maxAttempts) == "deleted":
		case v.To == name && v.over(now):
		case !now.Before(v.expires):
			if c.world.Behaviour(expiredFetch) == "expired" {
				v.Status = expired
				return v, nil
			}
		default:
			return v, nil
		}
	}
	return nil, c.notFound(c.r)
}

// pollLimits are how often one verification's status may be read.
var pollLimits = []struct {
	within time.Duration
	most   int
}{{time.Minute, 60}, {time.Hour, 180}, {24 * time.Hour, 250}}

func (c *call) fetchVerification() (any, *problem) {
	s, p := c.service()
	if p != nil {
		return nil, p
	}
	v, p := c.visible(s.SID, c.path["Sid"])
	if p != nil {
		return nil, p
	}
	now := c.world.Now()
	for _, l := range pollLimits {
		if n := len(v.polls); n >= l.most && now.Sub(v.polls[n-l.most]) < l.within {
			return nil, tooManyRequests()
		}
	}
	v.polls = append(v.polls, now)
	return *v, nil
}

// updateVerification approves or cancels by hand; either starts the limits afresh for the number.
func (c *call) updateVerification() (any, *problem) {
	s, p := c.service()
	if p != nil {
		return nil, p
	}
	if !c.form.Has("Status") {
		return nil, missing("Status")
	}
	status := c.form.Get("Status")
	if status != approved && status != canceled {
		return nil, invalid("Status", status)
	}
	v, p := c.visible(s.SID, c.path["Sid"])
	if p != nil {
		return nil, p
	}
	if v.over(c.world.Now()) {
		return nil, c.notFound(c.r)
	}
	c.finish(v, status)
	return *v, nil
}

// finish ends a verification and tells its attempts whether they led to anything.
func (c *call) finish(v *verification, status string) {
	now := c.world.Now()
	v.Status, v.Valid, v.DateUpdated = status, status == approved, seconds(now)
	if status != approved {
		return
	}
	for _, a := range c.attempts {
		if a.VerificationSID == v.SID {
			a.Conversion, a.DateUpdated = "converted", seconds(now)
		}
	}
}

// checkVerification compares a code. A wrong one is no error: it answers 200 with the status pending.
func (c *call) checkVerification() (any, *problem) {
	s, p := c.service()
	if p != nil {
		return nil, p
	}
	to, sid, code := c.form.Get("To"), c.form.Get("VerificationSid"), c.form.Get("Code")
	if to == "" && sid == "" {
		return nil, fault(http.StatusBadRequest, 60221, "No target verification specified")
	}
	if len(code) < 4 || len(code) > 10 {
		return nil, invalid("Code", code)
	}
	if s.PSD2Enabled && (c.form.Get("Amount") == "" || c.form.Get("Payee") == "") {
		return nil, fault(http.StatusBadRequest, 60206, "'Amount' & 'Payee' params are required")
	}
	v, p := c.checked(s, to, sid)
	if p != nil {
		return nil, p
	}
	if v.checks >= maxChecks {
		v.Status, v.DateUpdated = maxAttemptsReached, seconds(c.world.Now())
		return nil, tooManyChecks()
	}
	v.checks++
	if code == v.code && equal(v.Amount, c.form.Get("Amount")) && equal(v.Payee, c.form.Get("Payee")) {
		c.finish(v, approved)
	} else {
		v.DateUpdated = seconds(c.world.Now())
	}
	return struct {
		SID         string   `json:"sid"`
		ServiceSID  string   `json:"service_sid"`
		AccountSID  string   `json:"account_sid"`
		To          string   `json:"to"`
		Channel     string   `json:"channel"`
		Status      string   `json:"status"`
		Valid       bool     `json:"valid"`
		Amount      *string  `json:"amount"`
		Payee       *string  `json:"payee"`
		SNAErrors   []string `json:"sna_attempts_error_codes"`
		DateCreated string   `json:"date_created"`
		DateUpdated string   `json:"date_updated"`
	}{v.SID, v.ServiceSID, v.AccountSID, v.To, v.Channel, v.Status, v.Valid, v.Amount, v.Payee, []string{}, v.DateCreated, v.DateUpdated}, nil
}

// checked is the verification that a check is about.
func (c *call) checked(s *service, to, sid string) (*verification, *problem) {
	var v *verification
	if sid == "" {
		if n, ok := c.parse(to); ok {
			v = c.active(s.SID, n.e164)
		} else if !strings.Contains(to, "@") {
			return nil, invalid("To", to)
		}
	}
	for _, o := range c.verifications {
		if sid != "" && o.ServiceSID == s.SID && o.SID == sid && !o.over(c.world.Now()) {
			v = o
		}
	}
	if v == nil || (v.Status == maxAttemptsReached && c.world.Behaviour(maxAttempts) == "deleted") {
		return nil, c.notFound(c.r)
	}
	return v, nil
}

func tooManyChecks() *problem {
	return fault(http.StatusTooManyRequests, 60202, "Max check attempts reached")
}

// equal compares a PSD2 detail with what the verification was started with; without PSD2 both are empty.
func equal(have *string, given string) bool { return have == nil || *have == given }

// newVerification begins a verification that has not been sent yet.
func (c *call) newVerification(s *service, n number, code string) *verification {
	now := c.world.Now()
	sid := "VE" + world.Hex(32)
	return &verification{
		SID: sid, ServiceSID: s.SID, AccountSID: c.o.AccountSID, To: n.e164, Status: pending, DateCreated: seconds(now),
		Lookup: c.carrier(s, n), SendAttempts: []sendAttempt{}, URL: s.URL + "/Verifications/" + sid, code: code, expires: now.Add(lifetime),
	}
}

// carrier is the lookup object: real ones hold {"carrier":null} when lookups are off.
func (c *call) carrier(s *service, n number) any {
	if !s.LookupEnabled {
		return map[string]any{"carrier": nil}
	}
	kind := n.kind
	if kind != "landline" && kind != "mobile" {
		kind = "voip"
	}
	return map[string]any{"carrier": map[string]any{"error_code": nil, "name": carrierName, "mobile_country_code": nil, "mobile_network_code": nil, "type": kind}}
}
