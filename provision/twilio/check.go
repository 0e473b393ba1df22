package twilio

import (
	"cmp"
	"context"
	"strings"
	"time"

	api "github.com/twilio/twilio-go/rest/api/v2010"
	verify "github.com/twilio/twilio-go/rest/verify/v2"

	"phonegate/provision/fault"
)

// Account is what Check finds out. With an API key instead of the auth token only SID is known.
type Account struct {
	SID          string
	Type         string // Trial or Full
	Status       string // active, suspended, closed
	FriendlyName string
	Balance      string   // "12.50 USD", "" if not readable
	CallerIDs    []string // under Trial: the only numbers that it may text
}

// Trial says whether only verified numbers can be texted.
func (a Account) Trial() bool { return strings.EqualFold(a.Type, "trial") }

// Check proves the credentials.
func (c *Client) Check(ctx context.Context) (Account, error) {
	a := Account{SID: c.o.AccountSID}
	if err := c.ready(); err != nil {
		return a, err
	}
	if !c.master() {
		_, err := c.verify(ctx).PageService((&verify.ListServiceParams{}).SetPageSize(1), "", "")
		return a, typed(err)
	}
	account, err := c.api(ctx).FetchAccount(c.o.AccountSID)
	if err != nil {
		return a, typed(err)
	}
	a.Type, a.Status, a.FriendlyName = text(account.Type), text(account.Status), text(account.FriendlyName)
	if a.Status != "" && a.Status != "active" {
		return a, fault.New(fault.Refused, "twilio.account_"+a.Status, "Look up the reason at https://console.twilio.com.",
			"The Twilio account %s is %s.", cmp.Or(a.FriendlyName, a.SID), a.Status)
	}
	// The balance is a courtesy: no reason to fail.
	if balance, err := c.api(ctx).FetchBalance(nil); err == nil {
		a.Balance = strings.TrimSpace(text(balance.Balance) + " " + text(balance.Currency))
	} else if ctx.Err() != nil {
		return a, ctx.Err()
	}
	if a.Trial() {
		ids, err := c.api(ctx).ListOutgoingCallerId((&api.ListOutgoingCallerIdParams{}).SetPageSize(100))
		if err != nil {
			return a, typed(err)
		}
		for _, id := range ids {
			a.CallerIDs = append(a.CallerIDs, text(id.PhoneNumber))
		}
	}
	return a, nil
}

// ServiceInfo is a Verify service of the account.
type ServiceInfo struct {
	SID        string
	Name       string
	CodeLength int
	// Mark is the Auth0 domain of the tenant that phonegate made the service for, "" if it carries no such mark.
	Mark string
	// Created is when Twilio made it, zero if Twilio does not say.
	Created time.Time
}

// Services lists the account's Verify services.
func (c *Client) Services(ctx context.Context) ([]ServiceInfo, error) {
	if err := c.ready(); err != nil {
		return nil, err
	}
	list, err := c.verify(ctx).ListService((&verify.ListServiceParams{}).SetPageSize(100))
	if err != nil {
		return nil, typed(err)
	}
	services := make([]ServiceInfo, len(list))
	for i := range list {
		services[i] = info(&list[i])
	}
	return services, nil
}

func info(s *verify.VerifyV2Service) ServiceInfo {
	i := ServiceInfo{SID: text(s.Sid), Name: text(s.FriendlyName), CodeLength: s.CodeLength, Mark: readMark(issuer(s)).domain}
	if s.DateCreated != nil {
		i.Created = *s.DateCreated
	}
	return i
}

// issuer is that of the service's TOTP factors.
func issuer(s *verify.VerifyV2Service) string {
	if s.Totp == nil {
		return ""
	}
	totp, _ := (*s.Totp).(map[string]any)
	name, _ := totp["issuer"].(string)
	return name
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
