package twilio

import (
	"fmt"
	"time"

	"phonegate/provision/sandbox/world"
)

// carrierName is the network of every number in the sandbox.
const carrierName = "Sandbox Mobile"

// attempt is one send of a code, as the Attempts resource reports it.
type attempt struct {
	SID             string      `json:"sid"`
	AccountSID      string      `json:"account_sid"`
	ServiceSID      string      `json:"service_sid"`
	VerificationSID string      `json:"verification_sid"`
	DateCreated     string      `json:"date_created"`
	DateUpdated     string      `json:"date_updated"`
	Conversion      string      `json:"conversion_status"`
	Channel         string      `json:"channel"`
	Price           price       `json:"price"`
	Data            channelData `json:"channel_data"`
	URL             string      `json:"url"`
	time            time.Time
}

type price struct {
	Value    *string `json:"value"`
	Currency *string `json:"currency"`
}

type channelData struct {
	VerificationSID string  `json:"verification_sid"`
	To              string  `json:"to"`
	Status          string  `json:"status"`
	MessageStatus   string  `json:"message_status"`
	ErrorCode       *string `json:"error_code"`
	Country         string  `json:"country"`
	CodeLength      int     `json:"code_length"`
	Locale          string  `json:"locale"`
	MCC             *string `json:"mcc"`
	MNC             *string `json:"mnc"`
	Carrier         *string `json:"carrier"`
}

// newAttempt records a send; failure is the carrier's error, "" if the message arrived.
func (c *call) newAttempt(s *service, v *verification, n number, channel, failure string) *attempt {
	now, sid, carrier := c.world.Now(), "VL"+world.Hex(32), carrierName
	status := "delivered"
	if failure != "" {
		status = "undelivered"
	}
	locale := c.form.Get("Locale")
	if locale == "" {
		locale = "en"
	}
	a := &attempt{
		SID: sid, AccountSID: c.o.AccountSID, ServiceSID: s.SID, VerificationSID: v.SID, DateCreated: seconds(now), DateUpdated: seconds(now),
		Conversion: "unconverted", Channel: channel, URL: verifyURL + "/v2/Attempts/" + sid, time: now,
		Data: channelData{VerificationSID: v.SID, To: n.e164, Status: "unconfirmed", MessageStatus: status, ErrorCode: optional(failure),
			Country: n.country, CodeLength: len(v.code), Locale: locale, Carrier: &carrier},
	}
	c.attempts = append(c.attempts, a)
	return a
}

// selected are the attempts that the request's filters leave.
func (c *call) selected() ([]*attempt, *problem) {
	is := func(name, value string) bool { return c.query.Get(name) == "" || c.query.Get(name) == value }
	bound := func(name string, none time.Time) (time.Time, *problem) {
		text := c.query.Get(name)
		if text == "" {
			return none, nil
		}
		t, err := time.Parse(time.RFC3339, text)
		if err != nil {
			return none, invalid(name, text)
		}
		return t, nil
	}
	after, p := bound("DateCreatedAfter", time.Time{})
	if p != nil {
		return nil, p
	}
	before, p := bound("DateCreatedBefore", c.world.Now().Add(time.Hour))
	if p != nil {
		return nil, p
	}
	var found []*attempt
	for _, a := range c.attempts {
		if is("VerificationSid", a.VerificationSID) && is("VerifyServiceSid", a.ServiceSID) && is("Channel", a.Channel) &&
			is("Status", a.Conversion) && is("Country", a.Data.Country) && is("ChannelData.To", a.Data.To) &&
			!a.time.Before(after) && !a.time.After(before) {
			found = append(found, a)
		}
	}
	return found, nil
}

func (c *call) listAttempts() (any, *problem) {
	found, p := c.selected()
	if p != nil {
		return nil, p
	}
	return list(c, "attempts", found, show), nil
}

func (c *call) attemptsSummary() (any, *problem) {
	found, p := c.selected()
	if p != nil {
		return nil, p
	}
	converted, rate := 0, 0.0
	for _, a := range found {
		if a.Conversion == "converted" {
			converted++
		}
	}
	if len(found) > 0 {
		rate = 100 * float64(converted) / float64(len(found))
	}
	return map[string]any{"total_attempts": len(found), "total_converted": converted, "total_unconverted": len(found) - converted,
		"conversion_rate_percentage": fmt.Sprintf("%.9f", rate), "url": verifyURL + "/v2/Attempts/Summary"}, nil
}

func (c *call) fetchAttempt() (any, *problem) {
	for _, a := range c.attempts {
		if a.SID == c.path["Sid"] {
			return *a, nil
		}
	}
	return nil, c.notFound(c.r)
}
