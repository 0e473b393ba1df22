package twilio

import (
	"context"
	"strconv"
	"strings"

	"phonegate/provision/fault"
)

// problem is a difference that a doctor names. Without a hint, the remedy is phonegate apply.
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
		all = append(all, problem("twilio.trial", "Upgrade it under https://console.twilio.com > Admin > Billing. "+
			"Until then verify your own number under Phone Numbers > Verified Caller IDs.",
			"This is a Twilio trial account: it can only text numbers verified at Twilio (%s).", numbers))
	}
	amount, _, _ := strings.Cut(a.Balance, " ")
	if left, err := strconv.ParseFloat(amount, 64); err == nil && left <= 0 {
		all = append(all, problem("twilio.balance", "Top it up: https://console.twilio.com > Admin > Billing.",
			"The Twilio account has no balance left (%s): no code is sent.", a.Balance))
	}
	return all
}

// Problems names each way in which the service that was read is not as it should be.
func (s *Service) Problems() []*fault.Error {
	if s.found == nil {
		return []*fault.Error{problem("twilio.service_missing", "",
			"The Twilio account has no Verify service “%s”.", s.spec.Name)}
	}
	var all []*fault.Error
	if s.renamed() {
		all = append(all, problem("twilio.service_name", "",
			"The Verify service is called “%s” instead of “%s”; users see that name in the text.", s.found.Name, s.spec.Name))
	}
	if s.found.CodeLength != s.spec.CodeLength {
		all = append(all, problem("twilio.code_length", "",
			"The Verify service sends codes with %d digits instead of %d.", s.found.CodeLength, s.spec.CodeLength))
	}
	return append(all, s.limitProblems()...)
}

// Problems names each way in which the keys that were read are not as they should be.
func (k *Key) Problems() []*fault.Error {
	if live := k.spec.Live(); k.known && live != "" && !k.Has(live) {
		return []*fault.Error{problem("twilio.key_missing", "",
			"The Twilio key “%s%s” no longer exists: no code can be sent.", k.prefix(), live)}
	}
	return nil
}

// TryKey uses a key once, to read the service that it is to send by. If Twilio does not accept it, the error's code is
// twilio.key_refused.
func (c *Client) TryKey(ctx context.Context, sid, secret, serviceSID string) error {
	own := New(Options{AccountSID: c.o.AccountSID, APIKey: sid, APISecret: secret, HTTP: c.o.HTTP})
	if err := own.needs(serviceSID); err != nil {
		return err
	}
	_, err := own.verify(ctx).FetchService(serviceSID)
	err = typed(err)
	if f := fault.Of(err); f != nil && f.Category == fault.Refused {
		return fault.Wrap(err, fault.Differences, "twilio.key_refused", "Run phonegate rotate to create another key.",
			"Twilio does not accept the key that the Action and the form use.")
	}
	return err
}
