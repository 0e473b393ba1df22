package twilio

import (
	"encoding/json"
	"time"
)

// The saved forms keep beside each resource what its answers don't show: codes, secrets and counts.
type (
	savedAccount struct {
		Services      []savedService      `json:"services"`
		Verifications []savedVerification `json:"verifications"`
		Attempts      []savedAttempt      `json:"attempts"`
		Keys          []savedKey          `json:"keys"`
		CallerIDs     []*callerID         `json:"caller_ids"`
		Safe          []*safeNumber       `json:"safe_list"`
	}
	savedService struct {
		Resource   service      `json:"resource"`
		RateLimits []savedLimit `json:"rate_limits"`
	}
	savedLimit struct {
		Resource rateLimit     `json:"resource"`
		Buckets  []savedBucket `json:"buckets"`
	}
	savedBucket struct {
		Resource bucket                 `json:"resource"`
		Sends    map[string][]time.Time `json:"sends"`
	}
	savedVerification struct {
		Resource verification `json:"resource"`
		Code     string       `json:"code"`
		Expires  time.Time    `json:"expires"`
		Checks   int          `json:"checks"`
		Polls    []time.Time  `json:"polls"`
	}
	savedAttempt struct {
		Resource attempt   `json:"resource"`
		Time     time.Time `json:"time"`
	}
	savedKey struct {
		Resource key    `json:"resource"`
		Secret   string `json:"secret"`
	}
)

// Snapshot is the whole account as JSON, with the secrets of keys and the codes under way.
func (s *Server) Snapshot() ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := savedAccount{CallerIDs: s.callerIDs, Safe: s.safe}
	for _, v := range s.services {
		one := savedService{Resource: *v}
		for _, l := range v.rateLimits {
			limit := savedLimit{Resource: *l}
			for _, b := range l.buckets {
				limit.Buckets = append(limit.Buckets, savedBucket{*b, b.sends})
			}
			one.RateLimits = append(one.RateLimits, limit)
		}
		out.Services = append(out.Services, one)
	}
	for _, v := range s.verifications {
		out.Verifications = append(out.Verifications, savedVerification{*v, v.code, v.expires, v.checks, v.polls})
	}
	for _, a := range s.attempts {
		out.Attempts = append(out.Attempts, savedAttempt{*a, a.time})
	}
	for _, k := range s.keys {
		out.Keys = append(out.Keys, savedKey{*k, k.secret})
	}
	return json.Marshal(out)
}

// Restore replaces the account by a Snapshot.
func (s *Server) Restore(snapshot []byte) error {
	var in savedAccount
	if err := json.Unmarshal(snapshot, &in); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.services, s.verifications, s.attempts, s.keys = nil, nil, nil, nil
	s.callerIDs, s.safe, s.sending = in.CallerIDs, in.Safe, map[string]bool{}
	for _, one := range in.Services {
		v := one.Resource
		for _, limit := range one.RateLimits {
			l := limit.Resource
			for _, x := range limit.Buckets {
				b := x.Resource
				b.limit, b.sends = &l, x.Sends
				if b.sends == nil {
					b.sends = map[string][]time.Time{}
				}
				l.buckets = append(l.buckets, &b)
			}
			v.rateLimits = append(v.rateLimits, &l)
		}
		s.services = append(s.services, &v)
	}
	for _, x := range in.Verifications {
		v := x.Resource
		v.code, v.expires, v.checks, v.polls = x.Code, x.Expires, x.Checks, x.Polls
		s.verifications = append(s.verifications, &v)
	}
	for _, x := range in.Attempts {
		a := x.Resource
		a.time = x.Time
		s.attempts = append(s.attempts, &a)
	}
	for _, x := range in.Keys {
		k := x.Resource
		k.secret = x.Secret
		s.keys = append(s.keys, &k)
	}
	return nil
}
