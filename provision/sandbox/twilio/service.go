package twilio

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"phonegate/provision/sandbox/world"
)

var (
	templateSID = regexp.MustCompile(`^HJ[0-9a-fA-F]{32}$`)
	pushSID     = regexp.MustCompile(`^CR[0-9a-fA-F]{32}$`)
	senderSID   = regexp.MustCompile(`^MG[0-9a-fA-F]{32}$`)
)

// service is a Verify service. Its JSON has the keys and the order of the real one.
type service struct {
	SID                string            `json:"sid"`
	AccountSID         string            `json:"account_sid"`
	FriendlyName       string            `json:"friendly_name"`
	CodeLength         int               `json:"code_length"`
	LookupEnabled      bool              `json:"lookup_enabled"`
	PSD2Enabled        bool              `json:"psd2_enabled"`
	SkipSMSToLandlines bool              `json:"skip_sms_to_landlines"`
	DTMFInputRequired  bool              `json:"dtmf_input_required"`
	TTSName            *string           `json:"tts_name"`
	DoNotShareWarning  bool              `json:"do_not_share_warning_enabled"`
	CustomCodeEnabled  bool              `json:"custom_code_enabled"`
	Push               push              `json:"push"`
	TOTP               totp              `json:"totp"`
	WhatsApp           whatsapp          `json:"whatsapp"`
	Passkeys           passkeys          `json:"passkeys"`
	DefaultTemplateSID *string           `json:"default_template_sid"`
	EventSubscription  bool              `json:"verify_event_subscription_enabled"`
	DateCreated        string            `json:"date_created"`
	DateUpdated        string            `json:"date_updated"`
	URL                string            `json:"url"`
	Links              map[string]string `json:"links"`
	rateLimits         []*rateLimit
}

type push struct {
	IncludeDate bool    `json:"include_date"`
	APN         *string `json:"apn_credential_sid"`
	FCM         *string `json:"fcm_credential_sid"`
}

type totp struct {
	Issuer     *string `json:"issuer"`
	TimeStep   int     `json:"time_step"`
	CodeLength int     `json:"code_length"`
	Skew       int     `json:"skew"`
}

type whatsapp struct {
	MessagingService *string `json:"msg_service_sid"`
	From             *string `json:"from"`
}

type passkeys struct {
	RelyingParty struct {
		ID      *string  `json:"id"`
		Name    *string  `json:"name"`
		Origins []string `json:"origins"`
	} `json:"relying_party"`
	AuthenticatorAttachment *string `json:"authenticator_attachment"`
	DiscoverableCredentials *string `json:"discoverable_credentials"`
	UserVerification        *string `json:"user_verification"`
}

func newService(account string, now time.Time) *service {
	sid := "VA" + world.Hex(32)
	url := verifyURL + "/v2/Services/" + sid
	return &service{
		SID: sid, AccountSID: account, CodeLength: 6, DTMFInputRequired: true,
		Push: push{IncludeDate: true}, TOTP: totp{TimeStep: 30, CodeLength: 6, Skew: 1},
		DateCreated: seconds(now), DateUpdated: seconds(now), URL: url,
		Links: map[string]string{
			"verification_checks": url + "/VerificationCheck", "verifications": url + "/Verifications", "rate_limits": url + "/RateLimits",
			"messaging_configurations": url + "/MessagingConfigurations", "entities": url + "/Entities", "webhooks": url + "/Webhooks",
			"access_tokens": url + "/AccessTokens",
		},
	}
}

// apply sets what a create or update form holds. The service is unchanged if anything in it is wrong.
func (v *service) apply(c *call) *problem {
	next := *v
	r := &reader{form: c.form}
	if r.has("FriendlyName") {
		if next.FriendlyName = c.form.Get("FriendlyName"); !validName(next.FriendlyName) {
			return invalid("FriendlyName", next.FriendlyName)
		}
	}
	r.number("CodeLength", 4, 10, &next.CodeLength)
	r.flag("LookupEnabled", &next.LookupEnabled)
	r.flag("SkipSmsToLandlines", &next.SkipSMSToLandlines)
	r.flag("DtmfInputRequired", &next.DTMFInputRequired)
	r.text("TtsName", &next.TTSName, nil)
	r.flag("Psd2Enabled", &next.PSD2Enabled)
	r.flag("DoNotShareWarningEnabled", &next.DoNotShareWarning)
	r.flag("CustomCodeEnabled", &next.CustomCodeEnabled)
	r.flag("Push.IncludeDate", &next.Push.IncludeDate)
	r.text("Push.ApnCredentialSid", &next.Push.APN, pushSID)
	r.text("Push.FcmCredentialSid", &next.Push.FCM, pushSID)
	if c.form.Has("Totp.Issuer") && c.world.Behaviour(totpIssuer) == "kept" {
		r.text("Totp.Issuer", &next.TOTP.Issuer, nil)
	}
	r.number("Totp.TimeStep", 20, 60, &next.TOTP.TimeStep)
	r.number("Totp.CodeLength", 3, 8, &next.TOTP.CodeLength)
	r.number("Totp.Skew", 0, 2, &next.TOTP.Skew)
	r.text("DefaultTemplateSid", &next.DefaultTemplateSID, templateSID)
	r.text("Whatsapp.MsgServiceSid", &next.WhatsApp.MessagingService, senderSID)
	r.text("Whatsapp.From", &next.WhatsApp.From, nil)
	r.text("Passkeys.RelyingParty.Id", &next.Passkeys.RelyingParty.ID, nil)
	r.text("Passkeys.RelyingParty.Name", &next.Passkeys.RelyingParty.Name, nil)
	if r.has("Passkeys.RelyingParty.Origins") {
		next.Passkeys.RelyingParty.Origins = strings.Split(c.form.Get("Passkeys.RelyingParty.Origins"), ",")
	}
	r.text("Passkeys.AuthenticatorAttachment", &next.Passkeys.AuthenticatorAttachment, nil)
	r.text("Passkeys.DiscoverableCredentials", &next.Passkeys.DiscoverableCredentials, nil)
	r.text("Passkeys.UserVerification", &next.Passkeys.UserVerification, nil)
	r.flag("VerifyEventSubscriptionEnabled", &next.EventSubscription)
	if r.bad != nil {
		return r.bad
	}
	if next.TOTP.Issuer == nil {
		name := next.FriendlyName
		next.TOTP.Issuer = &name
	}
	next.DateUpdated = seconds(c.world.Now())
	*v = next
	return nil
}

// validName is Verify's rule for friendly names, which people read in the text: at most 30 letters, digits, spaces,
// dashes and underscores, with at most four digits wherever they stand.
func validName(name string) bool {
	digits, length := 0, 0
	for _, r := range name {
		length++
		switch {
		case unicode.IsDigit(r):
			digits++
		case !unicode.IsLetter(r) && r != ' ' && r != '-' && r != '_':
			return false
		}
	}
	return strings.TrimSpace(name) != "" && length <= 30 && digits <= 4
}

// service is the one that the path names.
func (c *call) service() (*service, *problem) {
	sid := c.path["Service"]
	if strings.HasPrefix(sid, "AC") {
		return nil, fault(http.StatusBadRequest, 60200, "Invalid parameter")
	}
	for _, v := range c.services {
		if v.SID == sid {
			return v, nil
		}
	}
	return nil, c.notFound(c.r)
}

func show[T any](v *T) any { return *v }

func (c *call) createService() (any, *problem) {
	if !c.form.Has("FriendlyName") {
		return nil, missing("FriendlyName")
	}
	v := newService(c.o.AccountSID, c.world.Now())
	if p := v.apply(c); p != nil {
		return nil, p
	}
	c.services = append(c.services, v)
	return *v, nil
}

func (c *call) listServices() (any, *problem) {
	return list(c, "services", c.services, show), nil
}

func (c *call) fetchService() (any, *problem) {
	v, p := c.service()
	if p != nil {
		return nil, p
	}
	return *v, nil
}

func (c *call) updateService() (any, *problem) {
	v, p := c.service()
	if p != nil {
		return nil, p
	}
	if p := v.apply(c); p != nil {
		return nil, p
	}
	return *v, nil
}

func (c *call) deleteService() (any, *problem) {
	v, p := c.service()
	if p != nil {
		return nil, p
	}
	c.services = slices.DeleteFunc(c.services, func(o *service) bool { return o == v })
	c.verifications = slices.DeleteFunc(c.verifications, func(o *verification) bool { return o.ServiceSID == v.SID })
	return nil, nil
}
