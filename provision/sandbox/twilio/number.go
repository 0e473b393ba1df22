package twilio

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/nyaruka/phonenumbers"
)

var e164 = regexp.MustCompile(`^\+[1-9][0-9]{1,14}$`)

// number is a phone number as Verify and Lookup see it.
type number struct {
	e164, country, callingCode, national string
	landline                             bool
	kind                                 string // Lookup's line type
}

var lineTypes = map[phonenumbers.PhoneNumberType]string{
	phonenumbers.FIXED_LINE: "landline", phonenumbers.MOBILE: "mobile", phonenumbers.FIXED_LINE_OR_MOBILE: "mobile",
	phonenumbers.TOLL_FREE: "tollFree", phonenumbers.PREMIUM_RATE: "premium", phonenumbers.SHARED_COST: "sharedCost",
	phonenumbers.VOIP: "nonFixedVoip", phonenumbers.PERSONAL_NUMBER: "personal", phonenumbers.PAGER: "pager",
	phonenumbers.UAN: "uan", phonenumbers.VOICEMAIL: "voicemail",
}

// parse reads a number in strict E.164, as Verify wants it ("use strict E.164 formatting, including the + sign").
func (s *Server) parse(text string) (number, bool) {
	if !e164.MatchString(text) {
		return number{}, false
	}
	n, err := phonenumbers.Parse(text, "")
	if err != nil {
		return number{}, false
	}
	ok := phonenumbers.IsValidNumber(n)
	if s.world.Behaviour(numberCheck) == "possible" {
		ok = phonenumbers.IsPossibleNumber(n)
	}
	if !ok {
		return number{}, false
	}
	return s.describe(text, n), true
}

func (s *Server) describe(text string, n *phonenumbers.PhoneNumber) number {
	kind := lineTypes[phonenumbers.GetNumberType(n)]
	if kind == "" {
		kind = "unknown"
	}
	if s.landlines[text] {
		kind = "landline"
	}
	return number{
		e164: text, country: strings.ToUpper(phonenumbers.GetRegionCodeForNumber(n)), kind: kind, landline: kind == "landline",
		callingCode: strconv.Itoa(int(n.GetCountryCode())),
		national:    phonenumbers.Format(n, phonenumbers.NATIONAL),
	}
}
