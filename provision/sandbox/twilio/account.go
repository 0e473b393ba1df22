package twilio

import (
	"strings"
	"time"

	"phonegate/provision/sandbox/world"
)

// accountPath checks the account in the path: credentials open no other account.
func (c *call) accountPath() (string, *problem) {
	if c.path["Account"] != c.o.AccountSID {
		return "", unauthorized()
	}
	return "/2010-04-01/Accounts/" + c.o.AccountSID, nil
}

var subresources = map[string]string{
	"addresses": "Addresses", "applications": "Applications", "authorized_connect_apps": "AuthorizedConnectApps",
	"available_phone_numbers": "AvailablePhoneNumbers", "balance": "Balance", "calls": "Calls", "conferences": "Conferences",
	"connect_apps": "ConnectApps", "incoming_phone_numbers": "IncomingPhoneNumbers", "keys": "Keys", "messages": "Messages",
	"notifications": "Notifications", "outgoing_caller_ids": "OutgoingCallerIds", "queues": "Queues", "recordings": "Recordings",
	"short_codes": "SMS/ShortCodes", "signing_keys": "SigningKeys", "sip": "SIP", "transcriptions": "Transcriptions", "usage": "Usage",
}

func (c *call) fetchAccount() (any, *problem) {
	path, p := c.accountPath()
	if p != nil {
		return nil, p
	}
	uris := map[string]string{}
	for name, resource := range subresources {
		uris[name] = path + "/" + resource + ".json"
	}
	return map[string]any{
		"sid": c.o.AccountSID, "owner_account_sid": c.o.AccountSID, "auth_token": c.o.AuthToken, "friendly_name": c.o.AccountName,
		"status": c.world.Behaviour(accountStatus), "type": c.world.Behaviour(accountType),
		"date_created": mail(c.started), "date_updated": mail(c.started), "subresource_uris": uris, "uri": path + ".json",
	}, nil
}

func (c *call) fetchBalance() (any, *problem) {
	if _, p := c.accountPath(); p != nil {
		return nil, p
	}
	balance := "20.00"
	if c.world.Behaviour(accountType) == "Trial" {
		balance = "15.50"
	}
	return map[string]string{"account_sid": c.o.AccountSID, "balance": balance, "currency": "USD"}, nil
}

// callerID is a number that the account has shown to be its own.
type callerID struct {
	SID          string `json:"sid"`
	AccountSID   string `json:"account_sid"`
	FriendlyName string `json:"friendly_name"`
	PhoneNumber  string `json:"phone_number"`
	DateCreated  string `json:"date_created"`
	DateUpdated  string `json:"date_updated"`
	URI          string `json:"uri"`
}

func (s *Server) newCallerID(number, name string) *callerID {
	now, sid := s.world.Now().Truncate(time.Second), "PN"+world.Hex(32)
	if name == "" {
		name = number
	}
	return &callerID{sid, s.o.AccountSID, name, number, mail(now), mail(now),
		"/2010-04-01/Accounts/" + s.o.AccountSID + "/OutgoingCallerIds/" + sid + ".json"}
}

func (s *Server) verifiedCaller(number string) bool {
	for _, id := range s.callerIDs {
		if id.PhoneNumber == number {
			return true
		}
	}
	return false
}

func (c *call) listCallerIDs() (any, *problem) {
	if _, p := c.accountPath(); p != nil {
		return nil, p
	}
	var found []*callerID
	for _, id := range c.callerIDs {
		if n := c.query.Get("PhoneNumber"); n == "" || n == id.PhoneNumber || strings.TrimSpace(n) == id.PhoneNumber[1:] {
			found = append(found, id)
		}
	}
	return list2010(c, "outgoing_caller_ids", found, show), nil
}

// createCallerID asks for a validation call. In the sandbox it is answered at once.
func (c *call) createCallerID() (any, *problem) {
	if _, p := c.accountPath(); p != nil {
		return nil, p
	}
	if !c.form.Has("PhoneNumber") {
		return nil, missing("PhoneNumber")
	}
	n, ok := c.parse(c.form.Get("PhoneNumber"))
	if !ok {
		return nil, fault(400, 21211, "Invalid 'To' Phone Number: "+c.form.Get("PhoneNumber"))
	}
	if c.verifiedCaller(n.e164) {
		return nil, fault(400, 21450, "Phone number is already validated for your Account")
	}
	id := c.newCallerID(n.e164, c.form.Get("FriendlyName"))
	c.callerIDs = append(c.callerIDs, id)
	return map[string]string{"account_sid": c.o.AccountSID, "call_sid": "CA" + world.Hex(32), "friendly_name": id.FriendlyName,
		"phone_number": n.e164, "validation_code": randomCode(6)}, nil
}

func (c *call) callerID() (int, *problem) {
	if _, p := c.accountPath(); p != nil {
		return 0, p
	}
	for i, id := range c.callerIDs {
		if id.SID == c.path["Sid"] {
			return i, nil
		}
	}
	return 0, c.notFound(c.r)
}

func (c *call) fetchCallerID() (any, *problem) {
	i, p := c.callerID()
	if p != nil {
		return nil, p
	}
	return *c.callerIDs[i], nil
}

func (c *call) deleteCallerID() (any, *problem) {
	i, p := c.callerID()
	if p != nil {
		return nil, p
	}
	c.callerIDs = append(c.callerIDs[:i:i], c.callerIDs[i+1:]...)
	return nil, nil
}
