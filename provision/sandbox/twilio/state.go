package twilio

import (
	"cmp"
	"slices"
)

// State is what the account holds that provisioning can change: services with their rate limits, and keys. It has no
// secret, no verification and no attempt, so two states are equal if nothing was set up or left behind between them.
type State struct {
	Services []ServiceState `json:"services"`
	Keys     []KeyState     `json:"keys"`
}

// ServiceState is one service of a State.
type ServiceState struct {
	SID                string `json:"sid"`
	FriendlyName       string `json:"friendly_name"`
	CodeLength         int    `json:"code_length"`
	LookupEnabled      bool   `json:"lookup_enabled"`
	SkipSMSToLandlines bool   `json:"skip_sms_to_landlines"`
	CustomCodeEnabled  bool   `json:"custom_code_enabled"`
	DoNotShareWarning  bool   `json:"do_not_share_warning_enabled"`
	// RateLimits are the limits by name, each with its buckets: "end_user 3/60 20/86400".
	RateLimits []string `json:"rate_limits"`
}

// KeyState is one API key of a State.
type KeyState struct {
	SID          string `json:"sid"`
	FriendlyName string `json:"friendly_name"`
}

// State is the account's present state, ordered by sid.
func (s *Server) State() State {
	s.mu.Lock()
	defer s.mu.Unlock()
	state := State{Services: []ServiceState{}, Keys: []KeyState{}}
	for _, v := range s.services {
		limits := []string{}
		for _, l := range v.rateLimits {
			limits = append(limits, l.String())
		}
		slices.Sort(limits)
		state.Services = append(state.Services, ServiceState{v.SID, v.FriendlyName, v.CodeLength, v.LookupEnabled, v.SkipSMSToLandlines,
			v.CustomCodeEnabled, v.DoNotShareWarning, limits})
	}
	for _, k := range s.keys {
		state.Keys = append(state.Keys, KeyState{k.SID, k.FriendlyName})
	}
	slices.SortFunc(state.Services, func(a, b ServiceState) int { return cmp.Compare(a.SID, b.SID) })
	slices.SortFunc(state.Keys, func(a, b KeyState) int { return cmp.Compare(a.SID, b.SID) })
	return state
}
