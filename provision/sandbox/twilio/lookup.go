package twilio

import (
	"strings"

	"github.com/nyaruka/phonenumbers"
)

var lengthErrors = map[phonenumbers.ValidationResult]string{
	phonenumbers.TOO_SHORT: "TOO_SHORT", phonenumbers.TOO_LONG: "TOO_LONG", phonenumbers.INVALID_COUNTRY_CODE: "INVALID_COUNTRY_CODE",
	phonenumbers.INVALID_LENGTH: "INVALID_LENGTH",
}

// lookup is basic Lookup v2: formatting and validation, and the line type if Fields asks for it. It answers 200 for
// numbers that are not valid too.
func (c *call) lookup() (any, *problem) {
	text, country := c.path["Number"], strings.ToUpper(c.query.Get("CountryCode"))
	n, err := phonenumbers.Parse(text, country)
	if err != nil {
		if !strings.HasPrefix(text, "+") && country == "" {
			n, err = phonenumbers.Parse(text, "US") // without a country, Lookup takes the number for an American one
		}
		if err != nil {
			return nil, c.notFound(c.r)
		}
	}
	full := phonenumbers.Format(n, phonenumbers.E164)
	body := map[string]any{
		"calling_country_code": nil, "country_code": nil, "phone_number": full, "national_format": nil, "valid": false,
		"validation_errors": []string{}, "url": lookupsURL + "/v2/PhoneNumbers/" + full,
	}
	for _, field := range []string{"caller_name", "sim_swap", "call_forwarding", "line_status", "line_type_intelligence", "identity_match",
		"reassigned_number", "sms_pumping_risk", "phone_number_quality_score", "pre_fill"} {
		body[field] = nil
	}
	if !phonenumbers.IsValidNumber(n) {
		reason := lengthErrors[phonenumbers.IsPossibleNumberWithReason(n)]
		if reason == "" {
			reason = "INVALID_BUT_POSSIBLE"
		}
		body["validation_errors"] = []string{reason}
		return body, nil
	}
	d := c.describe(full, n)
	body["valid"], body["calling_country_code"], body["country_code"], body["national_format"] = true, d.callingCode, d.country, d.national
	for _, field := range strings.Split(c.query.Get("Fields"), ",") {
		if strings.TrimSpace(field) == "line_type_intelligence" {
			body["line_type_intelligence"] = map[string]any{"type": d.kind, "carrier_name": carrierName,
				"mobile_country_code": nil, "mobile_network_code": nil, "error_code": nil}
		}
	}
	return body, nil
}
