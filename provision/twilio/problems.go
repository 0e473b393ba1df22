package twilio

import (
	"context"
	"strconv"
	"strings"

	"phonegate/provision/fault"
)

// problem is a difference that a doctor names. Where there is no hint, applying again is what helps.
func problem(code, hint, format string, args ...any) *fault.Error {
	return fault.New(fault.Differences, code, hint, format, args...)
}

// Problems names what of the account will get in users' way although it works.
func (a Account) Problems() []*fault.Error {
	var all []*fault.Error
	if a.Trial() {
		numbers := "none yet"
		if len(a.CallerIDs) > 0 {
			numbers = strconv.Itoa(len(a.CallerIDs)) + " of them"
		}
		all = append(all, problem("twilio.trial", "Upgrade it: https://console.twilio.com > Admin > Billing. Until then verify your own number under Phone Numbers > Verified Caller IDs.",
			"The Twilio account is a trial: it only texts numbers that were verified at Twilio (%s).", numbers))
	}
	amount, _, _ := strings.Cut(a.Balance, " ")
	if left, err := strconv.ParseFloat(amount, 64); err == nil && left <= 0 {
		all = append(all, problem("twilio.balance", "Top it up: https://console.twilio.com > Admin > Billing.", "The Twilio account has no balance left (%s): no code is sent.", a.Balance))
	}
	return all
}

// Problems names each way in which the service that was read is not as it should be.
func (s *Service) Problems() []*fault.Error {
	if s.found == nil {
		return []*fault.Error{problem("twilio.service_missing", "", "The Twilio account has no Verify service “%s”.", s.spec.Name)}
	}
	var all []*fault.Error
	if s.found.Name != s.spec.Name {
		all = append(all, problem("twilio.service_name", "", "The Verify service is called “%s”, not “%s”; users read that name in the text.", s.found.Name, s.spec.Name))
	}
	if s.found.CodeLength != s.spec.CodeLength {
		all = append(all, problem("twilio.code_length", "", "The Verify service sends codes of %d digits, but the form asks for %d.", s.found.CodeLength, s.spec.CodeLength))
	}
	return append(all, s.limitProblems()...)
}

// Problems names each way in which the key that was read is not as it should be. Where its secret is known here, it is tried on the
// service.
func (k *Key) Problems(ctx context.Context, serviceSID string) ([]*fault.Error, error) {
	if k.SID() == "" {
		return []*fault.Error{problem("twilio.key_missing", "", "The Twilio key “%s” that Action and form use is gone: no code can be sent.", k.name)}, nil
	}
	var all []*fault.Error
	if n := k.unused(); n > 0 {
		all = append(all, problem("twilio.key_unused", "", "The Twilio account has %d keys “%s” beside the one in use.", n, k.name))
	}
	if k.Secret() == "" || serviceSID == "" {
		return all, nil
	}
	own := New(Options{AccountSID: k.c.o.AccountSID, APIKey: k.SID(), APISecret: k.Secret(), HTTP: k.c.o.HTTP})
	_, err := own.verify(ctx).FetchService(serviceSID)
	if f := fault.Of(typed(err)); f != nil && f.Category == fault.Refused {
		return append(all, problem("twilio.key_refused", "Run phonegate rotate: it makes another key.", "Twilio does not accept the key that Action and form use.")), nil
	}
	return all, typed(err)
}
