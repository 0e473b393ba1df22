package twilio

import (
	"context"

	verify "github.com/twilio/twilio-go/rest/verify/v2"

	"phonegate/provision/fault"
	"phonegate/provision/transport"
)

// Verification is one verification under way.
type Verification struct {
	SID     string
	To      string
	Channel string
	Status  string // pending, approved, canceled, max_attempts_reached, ...
	Valid   bool
	Sent    int // messages so far
}

// StartVerification sends a code by SMS. It is never repeated by itself: each message counts and costs.
func (c *Client) StartVerification(ctx context.Context, serviceSID, to string) (Verification, error) {
	if err := c.needs(serviceSID); err != nil {
		return Verification{}, err
	}
	v, err := c.verify(ctx).CreateVerification(serviceSID, (&verify.CreateVerificationParams{}).SetTo(to).SetChannel("sms"))
	if err != nil {
		return Verification{}, typed(err)
	}
	return verification(v), nil
}

// CheckVerification checks a code. A wrong code is no error: Status stays pending.
func (c *Client) CheckVerification(ctx context.Context, serviceSID, verificationSID, code string) (Verification, error) {
	if err := c.needs(serviceSID); err != nil {
		return Verification{}, err
	}
	v, err := c.verify(ctx).CreateVerificationCheck(serviceSID,
		(&verify.CreateVerificationCheckParams{}).SetVerificationSid(verificationSID).SetCode(code))
	if err != nil {
		return Verification{}, typed(err)
	}
	return Verification{SID: text(v.Sid), To: text(v.To), Channel: text(v.Channel), Status: text(v.Status), Valid: v.Valid != nil && *v.Valid}, nil
}

// CancelVerification ends a verification; one that has ended already is no error.
func (c *Client) CancelVerification(ctx context.Context, serviceSID, verificationSID string) error {
	if err := c.needs(serviceSID); err != nil {
		return err
	}
	_, err := c.verify(transport.Repeatable(ctx)).UpdateVerification(serviceSID, verificationSID,
		(&verify.UpdateVerificationParams{}).SetStatus("canceled"))
	if err = typed(err); notFound(err) {
		return nil
	}
	return err
}

// needs refuses what the SDK would turn into a path with a hole.
func (c *Client) needs(serviceSID string) error {
	if serviceSID == "" {
		return fault.New(fault.Failed, "twilio.service_missing", "Run phonegate apply first.", "The Verify service does not exist yet.")
	}
	return c.ready()
}

func verification(v *verify.VerifyV2Verification) Verification {
	out := Verification{SID: text(v.Sid), To: text(v.To), Channel: text(v.Channel), Status: text(v.Status), Valid: v.Valid != nil && *v.Valid}
	if v.SendCodeAttempts != nil {
		out.Sent = len(*v.SendCodeAttempts)
	}
	return out
}
