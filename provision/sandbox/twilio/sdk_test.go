package twilio

import (
	"fmt"
	"testing"
	"time"

	api "github.com/twilio/twilio-go/rest/api/v2010"
	verify "github.com/twilio/twilio-go/rest/verify/v2"
)

func TestTwilioGoManagesServices(t *testing.T) {
	v := newBench(t).verify()
	made, err := v.CreateService(new(verify.CreateServiceParams).SetFriendlyName("Acme dev").SetCodeLength(8))
	if err != nil {
		t.Fatal(err)
	}
	if *made.FriendlyName != "Acme dev" || made.CodeLength != 8 || !*made.DtmfInputRequired || *made.LookupEnabled || time.Since(*made.DateCreated) > time.Minute {
		t.Fatalf("created %+v", made)
	}
	changed, err := v.UpdateService(*made.Sid, new(verify.UpdateServiceParams).SetCodeLength(4).SetLookupEnabled(true))
	if err != nil || changed.CodeLength != 4 || !*changed.LookupEnabled || *changed.FriendlyName != "Acme dev" {
		t.Fatalf("updated %+v, %v", changed, err)
	}
	fetched, err := v.FetchService(*made.Sid)
	if err != nil || fetched.CodeLength != 4 {
		t.Fatalf("fetched %+v, %v", fetched, err)
	}
	if err := v.DeleteService(*made.Sid); err != nil {
		t.Fatal(err)
	}
	_, err = v.FetchService(*made.Sid)
	if e := restError(t, err); e.Code != 20404 || e.Status != 404 {
		t.Fatalf("after deletion: %v", e)
	}
}

func TestTwilioGoListsServicesPageByPage(t *testing.T) {
	b := newBench(t)
	for range 23 {
		b.service()
	}
	all, err := b.verify().ListService(new(verify.ListServiceParams).SetPageSize(10))
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, s := range all {
		seen[*s.Sid] = true
	}
	if len(all) != 23 || len(seen) != 23 {
		t.Fatalf("%d services, %d different", len(all), len(seen))
	}
}

func TestTwilioGoVerifiesANumber(t *testing.T) {
	b := newBench(t)
	v, sid := b.verify(), b.service()
	sent, err := v.CreateVerification(sid, new(verify.CreateVerificationParams).SetTo(mobile).SetChannel("sms"))
	if err != nil {
		t.Fatal(err)
	}
	if *sent.Status != "pending" || *sent.Channel != "sms" || len(*sent.SendCodeAttempts) != 1 {
		t.Fatalf("sent %+v", sent)
	}
	m := b.phone.Messages(mobile)[0]
	if m.Body != "Your Acme dev verification code is: "+m.Code || len(m.Code) != 6 || m.Channel != "sms" {
		t.Fatalf("the phone got %+v", m)
	}
	wrong, err := v.CreateVerificationCheck(sid, new(verify.CreateVerificationCheckParams).SetVerificationSid(*sent.Sid).SetCode(b.wrong()))
	if err != nil || *wrong.Status != "pending" || *wrong.Valid {
		t.Fatalf("wrong code: %+v, %v", wrong, err)
	}
	right, err := v.CreateVerificationCheck(sid, new(verify.CreateVerificationCheckParams).SetTo(mobile).SetCode(m.Code))
	if err != nil || *right.Status != "approved" || !*right.Valid || *right.Sid != *sent.Sid {
		t.Fatalf("right code: %+v, %v", right, err)
	}
	attempts, err := v.ListVerificationAttempt(new(verify.ListVerificationAttemptParams).SetVerificationSid(*sent.Sid))
	if err != nil || len(attempts) != 1 || *attempts[0].ConversionStatus != "converted" {
		t.Fatalf("attempts %+v, %v", attempts, err)
	}
	_, err = v.FetchVerification(sid, *sent.Sid)
	if e := restError(t, err); e.Code != 20404 {
		t.Fatalf("fetch after approval: %v", e)
	}
}

func TestTwilioGoUpdatesByNumber(t *testing.T) {
	b := newBench(t)
	v, sid := b.verify(), b.service()
	ve := b.send(sid)
	got, err := v.UpdateVerification(sid, mobile, new(verify.UpdateVerificationParams).SetStatus("canceled"))
	if err != nil || *got.Sid != ve || *got.Status != "canceled" {
		t.Fatalf("%+v, %v", got, err)
	}
	fetched, err := v.FetchVerification(sid, ve)
	if err != nil || *fetched.Status != "canceled" {
		t.Fatalf("a cancelled verification stays visible: %+v, %v", fetched, err)
	}
}

func TestTwilioGoReadsTheAccountAndManagesKeys(t *testing.T) {
	b := newBench(t)
	a := b.api()
	got, err := a.FetchAccount(account)
	if err != nil || *got.Type != "Full" || *got.Status != "active" {
		t.Fatalf("account %+v, %v", got, err)
	}
	balance, err := a.FetchBalance(nil)
	if err != nil || *balance.Currency != "USD" {
		t.Fatalf("balance %+v, %v", balance, err)
	}
	made, err := a.CreateNewKey(new(api.CreateNewKeyParams).SetFriendlyName("phonegate dev"))
	if err != nil || len(*made.Secret) != 32 {
		t.Fatalf("key %+v, %v", made, err)
	}
	for i := range 60 {
		if _, err := a.CreateNewKey(new(api.CreateNewKeyParams).SetFriendlyName(fmt.Sprint(i))); err != nil {
			t.Fatal(err)
		}
	}
	keys, err := a.ListKey(nil)
	if err != nil || len(keys) != 61 {
		t.Fatalf("%d keys, %v", len(keys), err)
	}

	byKey := b.client(*made.Sid, *made.Secret)
	if _, err := verify.NewApiService(byKey).CreateService(new(verify.CreateServiceParams).SetFriendlyName("By key")); err != nil {
		t.Fatalf("a key may use Verify: %v", err)
	}
	for name, call := range map[string]func() error{
		"account":  func() error { _, err := api.NewApiService(byKey).FetchAccount(account); return err },
		"keys":     func() error { _, err := api.NewApiService(byKey).ListKey(nil); return err },
		"new keys": func() error { _, err := api.NewApiService(byKey).CreateNewKey(nil); return err },
	} {
		if e := restError(t, call()); e.Code != 20003 || e.Status != 401 {
			t.Errorf("a standard key on %s: %v", name, e)
		}
	}
	if err := a.DeleteKey(*made.Sid, nil); err != nil {
		t.Fatal(err)
	}
	_, err = verify.NewApiService(byKey).ListService(nil)
	if e := restError(t, err); e.Code != 20003 {
		t.Fatalf("a deleted key still works: %v", e)
	}
}

func TestTwilioGoManagesRateLimitsAndBuckets(t *testing.T) {
	b := newBench(t)
	v, sid := b.verify(), b.service()
	limit, err := v.CreateRateLimit(sid, new(verify.CreateRateLimitParams).SetUniqueName("end_user_ip").SetDescription("by address"))
	if err != nil {
		t.Fatal(err)
	}
	bucket, err := v.CreateBucket(sid, *limit.Sid, new(verify.CreateBucketParams).SetMax(2).SetInterval(60))
	if err != nil || bucket.Max != 2 || bucket.Interval != 60 {
		t.Fatalf("%+v, %v", bucket, err)
	}
	start := func(ip string) error {
		_, err := v.CreateVerification(sid, new(verify.CreateVerificationParams).SetTo(mobile).SetChannel("sms").SetRateLimits(map[string]string{"end_user_ip": ip}))
		return err
	}
	for _, ip := range []string{"192.0.2.1", "192.0.2.1", "192.0.2.2"} {
		if err := start(ip); err != nil {
			t.Fatal(err)
		}
	}
	if e := restError(t, start("192.0.2.1")); e.Code != 20429 || e.Status != 429 {
		t.Fatalf("third start: %v", e)
	}
	b.w.Advance(time.Minute)
	if err := start("192.0.2.1"); err != nil {
		t.Fatalf("after the interval: %v", err)
	}
	if _, err := v.UpdateBucket(sid, *limit.Sid, *bucket.Sid, new(verify.UpdateBucketParams).SetMax(9)); err != nil {
		t.Fatal(err)
	}
	buckets, err := v.ListBucket(sid, *limit.Sid, nil)
	if err != nil || len(buckets) != 1 || buckets[0].Max != 9 || buckets[0].Interval != 60 {
		t.Fatalf("%+v, %v", buckets, err)
	}
	if err := v.DeleteBucket(sid, *limit.Sid, *bucket.Sid); err != nil {
		t.Fatal(err)
	}
	if err := v.DeleteRateLimit(sid, *limit.Sid); err != nil {
		t.Fatal(err)
	}
	if all, err := v.ListRateLimit(sid, nil); err != nil || len(all) != 0 {
		t.Fatalf("%+v, %v", all, err)
	}
}
