package transport

import (
	"maps"
	"net/http"
	"time"
)

// compareClocks notes how far the provider's clock is ahead of this computer's, by the answer's Date. Whole seconds are
// all that it has, and the answer was under way for a moment: what is between sending and now counts as none.
func (t *Transport) compareClocks(provider string, res *http.Response, sent time.Time) {
	date, err := http.ParseTime(res.Header.Get("Date"))
	if err != nil {
		return
	}
	now := time.Now()
	var ahead time.Duration
	switch {
	case date.After(now):
		ahead = date.Sub(now)
	case date.Add(time.Second).Before(sent):
		ahead = date.Add(time.Second).Sub(sent)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.skews[provider] = ahead.Round(time.Second)
}

// Skews is how far each provider's clock was ahead of this computer's at its last answer; negative if it was behind.
func (t *Transport) Skews() map[string]time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	return maps.Clone(t.skews)
}
