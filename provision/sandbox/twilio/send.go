package twilio

import (
	"crypto/rand"
	"encoding/json"
	"math/big"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"phonegate/provision/sandbox/phone"
)

var channels = []string{"sms", "call", "whatsapp", "email", "sna", "auto"}

// locales are those of https://www.twilio.com/docs/verify/supported-languages.
var locales = strings.Fields("af ar bg ca cs da de el en en-gb es et fi fr he hi hr hu id it ja kn ko lt lv mr ms nb nl pl pt pt-br pt-pt ro ru sk sl sv sw te th tl tr uk vi zh zh-cn zh-hk")

var customCode = regexp.MustCompile(`^[0-9A-Za-z]{4,10}$`)

// createVerification starts a verification, or sends the code of the one under way again.
func (c *call) createVerification() (any, *problem) {
	s, p := c.service()
	if p != nil {
		return nil, p
	}
	n, channel, p := c.target(s)
	if p != nil {
		return nil, p
	}
	if p := c.features(s); p != nil {
		return nil, p
	}
	if p := c.permitted(s, n, channel); p != nil {
		return nil, p
	}
	if p := c.accept(s, n); p != nil {
		return nil, p
	}
	if p := s.takeTokens(c); p != nil {
		return nil, p
	}
	v := c.active(s.SID, n.e164)
	if v != nil && v.Status == maxAttemptsReached {
		if c.world.Behaviour(sendAfterMaxChecks) != "fresh" {
			return nil, tooManyChecks()
		}
		v.expires, v = c.world.Now(), nil
	}
	if v == nil {
		code := c.form.Get("CustomCode")
		if code == "" || !s.CustomCodeEnabled {
			code = randomCode(s.CodeLength)
		}
		v = c.newVerification(s, n, code)
		c.verifications = append(c.verifications, v)
	}
	if len(v.SendAttempts) >= maxSends {
		return nil, fault(http.StatusTooManyRequests, 60203, "Max send attempts reached")
	}
	c.send(s, v, n, channel)
	return *v, nil
}

// target reads To and Channel.
func (c *call) target(s *service) (n number, channel string, p *problem) {
	for _, required := range []string{"To", "Channel"} {
		if !c.form.Has(required) {
			return n, "", missing(required)
		}
	}
	to, channel := c.form.Get("To"), strings.ToLower(c.form.Get("Channel"))
	switch {
	case !slices.Contains(channels, channel), channel == "auto" && c.world.Behaviour(autoChannel) != "sms":
		return n, "", invalid("Channel", c.form.Get("Channel"))
	case channel == "email":
		return n, "", fault(http.StatusBadRequest, 60217, "A Mailer must be associated with the service")
	case channel == "sna":
		return n, "", fault(http.StatusForbidden, 60001, "Downstream authentication failed")
	case channel == "auto":
		channel = "sms"
	}
	n, ok := c.parse(to)
	if !ok {
		return n, "", invalid("To", to)
	}
	if locale := c.form.Get("Locale"); locale != "" && !slices.Contains(locales, strings.ToLower(locale)) {
		return n, "", invalid("Locale", locale)
	}
	if c.world.Behaviour(channelDisabled) == channel {
		return n, "", fault(http.StatusBadRequest, 60223, "Delivery channel disabled")
	}
	return n, channel, nil
}

// features refuses what the service has not been set up for.
func (c *call) features(s *service) *problem {
	unsupported := fault(http.StatusForbidden, 60204, "Service does not support this feature")
	if c.form.Get("CustomFriendlyName") != "" {
		return unsupported
	}
	if code := c.form.Get("CustomCode"); code != "" {
		switch {
		case s.CustomCodeEnabled && !customCode.MatchString(code):
			return invalid("CustomCode", code)
		case !s.CustomCodeEnabled && c.world.Behaviour(customCodeDisabled) == "60204":
			return unsupported
		}
	}
	if s.PSD2Enabled && (c.form.Get("Amount") == "" || c.form.Get("Payee") == "") {
		return fault(http.StatusBadRequest, 60206, "'Amount' & 'Payee' params are required")
	}
	return nil
}

// permitted applies what guards an account's money: trial, geo permissions, vetting, Fraud Guard, landlines.
func (c *call) permitted(s *service, n number, channel string) *problem {
	if c.world.Behaviour(accountType) == "Trial" && !c.verifiedCaller(n.e164) {
		return fault(http.StatusForbidden, 21608, "The phone number is unverified. Trial accounts cannot send messages to unverified numbers; verify it at twilio.com/user/account/phone-numbers/verified")
	}
	if !c.isSafe(n.e164) {
		if c.blocked[n.country] || c.world.Behaviour(geoPermissions) == "disable" {
			return fault(http.StatusForbidden, 60605, "The destination phone number has been blocked by Verify Geo-Permissions. "+
				n.country+" is blocked for "+channel+" channel for all services")
		}
		if guard := c.world.Behaviour(fraudGuard); guard != "off" && channel == "sms" && c.form.Get("RiskCheck") != "disable" {
			code, _ := strconv.Atoi(guard)
			status, _ := strconv.Atoi(c.world.Behaviour(blockStatus))
			return fault(status, code, blockTexts[guard])
		}
	}
	if channel != "sms" {
		return nil
	}
	if n.country == "CN" && c.world.Behaviour(chinaVetting) == "60220" {
		return fault(http.StatusBadRequest, 60220, "Messages to China require use case vetting")
	}
	if n.landline && s.LookupEnabled && s.SkipSMSToLandlines {
		return fault(http.StatusForbidden, 60205, "SMS is not supported by landline phone number")
	}
	return nil
}

var blockTexts = map[string]string{
	"60410": "The destination phone number has been temporarily blocked by Twilio due to fraudulent activities",
	"60412": "The verification has been blocked by Twilio due to a risk of fraud",
	"60238": "Verification Creation Attempt blocked by Twilio",
}

// accept takes the time that accepting a send takes. Meanwhile other requests are served.
func (c *call) accept(s *service, n number) *problem {
	slot := s.SID + " " + n.e164
	if c.sending[slot] && c.world.Behaviour(concurrentSends) == "60212" {
		return fault(http.StatusTooManyRequests, 60212, "Too many concurrent requests for phone number")
	}
	if c.o.SendTime <= 0 {
		return nil
	}
	c.sending[slot] = true
	c.mu.Unlock()
	err := c.world.Sleep(c.r.Context(), c.o.SendTime)
	c.mu.Lock()
	delete(c.sending, slot)
	if err != nil || !slices.Contains(c.services, s) {
		return c.notFound(c.r)
	}
	return nil
}

// send records an attempt and puts the message on the phone, unless the carrier loses it.
func (c *call) send(s *service, v *verification, n number, channel string) {
	now := c.world.Now()
	v.Channel, v.DateUpdated = channel, seconds(now)
	v.Amount, v.Payee = optional(c.form.Get("Amount")), optional(c.form.Get("Payee"))
	if len(v.SendAttempts) > 0 && c.world.Behaviour(resendExtends) == "yes" {
		v.expires = now.Add(lifetime)
	}
	failure := c.world.Behaviour(delivery)
	if failure == "delivered" {
		failure = ""
	}
	if failure == "" && n.landline && channel == "sms" {
		failure = "30006" // landline or unreachable carrier
	}
	a := c.newAttempt(s, v, n, channel, failure)
	v.SendAttempts = append(v.SendAttempts[:len(v.SendAttempts):len(v.SendAttempts)], sendAttempt{Time: millis(now), Channel: channel, SID: a.SID})
	if failure != "" || c.o.Phone == nil {
		return
	}
	m := phone.Message{To: n.e164, Body: s.text(v.code, channel, c.form.Get("AppHash")), Code: v.code, Channel: channel, Time: now}
	c.after = append(c.after, func() { c.o.Phone.Receive(m) })
}

// text is what the user reads or hears.
func (s *service) text(code, channel, appHash string) string {
	switch channel {
	case "call":
		return "Your " + s.FriendlyName + " verification code is: " + strings.Join(strings.Split(code, ""), ", ")
	case "whatsapp":
		return code + " is your verification code. For your security, do not share this code."
	}
	text := "Your " + s.FriendlyName + " verification code is: " + code
	if s.DoNotShareWarning {
		text += ". Don’t share this code with anyone; our employees will never ask for the code"
	}
	if appHash != "" {
		text += " " + appHash
	}
	return text
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func randomCode(length int) string {
	var b strings.Builder
	for range length {
		n, err := rand.Int(rand.Reader, big.NewInt(10))
		if err != nil {
			return strings.Repeat("0", length) // crypto/rand does not fail on the platforms Go supports
		}
		b.WriteByte('0' + byte(n.Int64()))
	}
	return b.String()
}

// takeTokens counts the send against the programmable rate limits that the request names.
func (s *service) takeTokens(c *call) *problem {
	text := c.form.Get("RateLimits")
	if text == "" {
		return nil
	}
	var values map[string]any
	if json.Unmarshal([]byte(text), &values) != nil {
		return invalid("RateLimits", text)
	}
	for name := range values {
		if !slices.ContainsFunc(s.rateLimits, func(l *rateLimit) bool { return l.UniqueName == name }) {
			switch c.world.Behaviour(unknownRateLimit) {
			case "60200":
				return invalid("RateLimits", text)
			case "20404":
				return c.notFound(c.r)
			}
		}
	}
	now := c.world.Now()
	var counted []*bucket
	for _, l := range s.rateLimits {
		value, ok := values[l.UniqueName]
		if !ok {
			continue
		}
		for _, b := range l.buckets {
			if b.full(keyOf(value), now) {
				return tooManyRequests()
			}
			counted = append(counted, b)
		}
	}
	for _, b := range counted {
		b.count(keyOf(values[b.limit.UniqueName]), now)
	}
	return nil
}
