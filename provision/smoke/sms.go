package smoke

import (
	"context"
	"time"

	"phonegate/provision/fault"
)

// checks is how often a code may be typed before the test gives up; Twilio itself allows five.
const checks = 3

// sms sends a code and checks it.
func (r *run) sms(ctx context.Context) (err error) {
	if r.To == "" && r.Level == LevelLogin {
		r.skip(stepSend, "no number given (--to)")
		r.skip(stepCheck, "no number given (--to)")
		return nil
	}
	sid, since := "", r.Now()
	defer func() {
		if err != nil && sid != "" {
			after, stop := aftermath(ctx)
			defer stop()
			_ = r.Twilio.CancelVerification(after, r.ServiceSID, sid) // it would end by itself in ten minutes
		}
	}()
	err = r.step(ctx, stepSend, "to "+Masked(r.To), func(ctx context.Context) (string, error) {
		if r.To == "" {
			return "", fault.New(fault.Usage, "smoke.no_number", "Pass the number with --to, including its country code.", "There is no number to send the code to.")
		}
		v, err := r.Twilio.StartVerification(ctx, r.ServiceSID, r.To)
		if err != nil {
			return "", err
		}
		sid = v.SID
		return "to " + Masked(r.To) + ", " + v.Channel, nil
	})
	if err != nil {
		return err
	}
	err = r.step(ctx, stepCheck, "waiting for the code", func(ctx context.Context) (string, error) {
		return r.check(ctx, sid, since)
	})
	if err == nil {
		sid = ""
	}
	return err
}

func (r *run) check(ctx context.Context, sid string, since time.Time) (string, error) {
	for range checks {
		code, err := r.Person.ReadCode(ctx, r.To, since)
		if err != nil {
			return "", err
		}
		v, err := r.Twilio.CheckVerification(ctx, r.ServiceSID, sid, code)
		if err != nil {
			return "", err
		}
		if v.Status == "approved" && v.Valid {
			return "code correct", nil
		}
		r.still(stepCheck, "wrong code; waiting for another")
	}
	return "", fault.New(fault.Failed, "smoke.wrong_code", "Run the test again and type the code from the newest text.",
		"All %d codes were wrong.", checks)
}

// Masked is a number as it may be shown: its last two digits.
func Masked(number string) string {
	if len(number) < 4 {
		return "•••• ••••"
	}
	return "•••• ••" + number[len(number)-2:]
}

// aftermath is a context for cleaning up, which also works when the test was interrupted.
func aftermath(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
}
