package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"phonegate/provision/sandbox/world"
)

// control is the sandbox's own API beside the phone: faults, latency, clock, behaviours and the log.
func (s *Sandbox) control() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /{$}", s.phone)
	mux.Handle("GET /messages", s.phone)
	mux.HandleFunc("GET /requests", func(rw http.ResponseWriter, _ *http.Request) {
		log := s.world.Requests()
		if log == nil {
			log = []world.Request{}
		}
		reply(rw, http.StatusOK, log)
	})
	mux.HandleFunc("GET /endpoints", func(rw http.ResponseWriter, _ *http.Request) { reply(rw, http.StatusOK, EndpointTable()) })
	mux.HandleFunc("GET /tenants", func(rw http.ResponseWriter, _ *http.Request) { reply(rw, http.StatusOK, s.Domains()) })
	mux.HandleFunc("POST /doors", s.postDoor)
	mux.HandleFunc("POST /faults", s.postFault)
	mux.HandleFunc("DELETE /faults", func(rw http.ResponseWriter, _ *http.Request) {
		s.world.Disarm()
		reply(rw, http.StatusOK, map[string]int{"armed": 0})
	})
	mux.HandleFunc("POST /latency", s.postLatency)
	mux.HandleFunc("POST /reset", s.postReset)
	mux.HandleFunc("GET /clock", s.getClock)
	mux.HandleFunc("POST /clock", s.postClock)
	mux.HandleFunc("GET /behaviours", s.getBehaviours)
	mux.HandleFunc("POST /behaviours", s.postBehaviour)
	// A page that the user has open elsewhere must not be able to change the sandbox.
	return http.NewCrossOriginProtection().Handler(mux)
}

func reply(rw http.ResponseWriter, status int, body any) {
	rw.Header().Set("Content-Type", "application/json")
	rw.Header().Set("Cache-Control", "no-store")
	rw.WriteHeader(status)
	_ = json.NewEncoder(rw).Encode(body)
}

func refuse(rw http.ResponseWriter, err error) {
	reply(rw, http.StatusBadRequest, map[string]string{"error": err.Error()})
}

const maxControl = 1 << 20

// read decodes one JSON object without keys that nobody asked for, or answers 400 with a sentence.
func read(rw http.ResponseWriter, r *http.Request, into any) bool {
	decoder := json.NewDecoder(http.MaxBytesReader(rw, r.Body, maxControl))
	decoder.DisallowUnknownFields()
	err := decoder.Decode(into)
	if err == nil {
		if _, extra := decoder.Token(); !errors.Is(extra, io.EOF) {
			err = errors.New("something follows the object")
		}
	}
	if err != nil {
		refuse(rw, fmt.Errorf("The body must be one JSON object with known keys: %w.", err))
		return false
	}
	return true
}

const (
	maxTimes = 10_000
	maxWait  = int64(10 * time.Minute / time.Millisecond)
)

func (s *Sandbox) postFault(rw http.ResponseWriter, r *http.Request) {
	var f world.Fault
	if !read(rw, r, &f) {
		return
	}
	if err := validFault(f); err != nil {
		refuse(rw, err)
		return
	}
	s.world.Arm(f)
	reply(rw, http.StatusOK, map[string]int{"armed": max(1, f.Times)})
}

func validFault(f world.Fault) error {
	switch f.Provider {
	case "", "auth0", "twilio", "vercel", "cloudflare", "form":
	default:
		return fmt.Errorf("There is no provider %q: it is auth0, twilio, vercel, cloudflare, form, or left out for any.", f.Provider)
	}
	switch {
	case f.Status != 0 && (f.Status < 200 || f.Status > 599):
		return fmt.Errorf("The status %d is no HTTP status from 200 to 599.", f.Status)
	case f.Times < 0 || f.Times > maxTimes:
		return fmt.Errorf("times is from 1 to %d, not %d.", maxTimes, f.Times)
	case f.DelayMS < 0 || int64(f.DelayMS) > maxWait:
		return fmt.Errorf("delay_ms is from 0 to %d, not %d.", maxWait, f.DelayMS)
	case f.RetryAfter < 0:
		return fmt.Errorf("retry_after is not negative; %d is.", f.RetryAfter)
	case f.Skip < 0 || f.Skip > maxTimes:
		return fmt.Errorf("skip is from 0 to %d, not %d.", maxTimes, f.Skip)
	case f.Status == 0 && f.DelayMS == 0 && !f.Drop && !f.Truncate:
		return errors.New("A fault needs a status, a delay_ms, drop or truncate, otherwise nothing would go wrong.")
	case f.After && f.Status == 0 && !f.Drop:
		return errors.New("after needs a status or drop: it loses the answer of a request that was carried out.")
	}
	return nil
}

func (s *Sandbox) postLatency(rw http.ResponseWriter, r *http.Request) {
	var body struct {
		MS *int64 `json:"ms"`
	}
	if !read(rw, r, &body) {
		return
	}
	if body.MS == nil || *body.MS < 0 || *body.MS > maxWait {
		refuse(rw, fmt.Errorf("ms is needed, a number from 0 to %d.", maxWait))
		return
	}
	s.world.SetLatency(time.Duration(*body.MS) * time.Millisecond)
	reply(rw, http.StatusOK, map[string]int64{"ms": *body.MS})
}

// postDoor opens a tenant's loopback address for a browser.
func (s *Sandbox) postDoor(rw http.ResponseWriter, r *http.Request) {
	var body struct {
		Host string `json:"host"`
	}
	if !read(rw, r, &body) {
		return
	}
	at := s.Door(body.Host)
	if at == "" {
		refuse(rw, fmt.Errorf("There is no door to %q: host is a tenant's domain or where something is deployed.", body.Host))
		return
	}
	reply(rw, http.StatusOK, map[string]string{"host": body.Host, "url": at})
}

func (s *Sandbox) getClock(rw http.ResponseWriter, _ *http.Request) {
	reply(rw, http.StatusOK, map[string]time.Time{"now": s.world.Now()})
}

func (s *Sandbox) postClock(rw http.ResponseWriter, r *http.Request) {
	const most = 10 * 366 * 24 * 3600
	var body struct {
		Advance *float64 `json:"advance_s"`
	}
	if !read(rw, r, &body) {
		return
	}
	if body.Advance == nil || *body.Advance < 0 || *body.Advance > most {
		refuse(rw, fmt.Errorf("advance_s is needed, a number of seconds from 0 to %d: the clock only goes forward.", most))
		return
	}
	s.world.Advance(time.Duration(*body.Advance * float64(time.Second)))
	s.getClock(rw, r)
}

// behaviour is one row of GET /behaviours.
type behaviour struct {
	world.Behaviour
	Value string `json:"value"` // the one in force
}

func (s *Sandbox) getBehaviours(rw http.ResponseWriter, _ *http.Request) {
	rows := []behaviour{}
	for _, b := range world.Behaviours() {
		rows = append(rows, behaviour{b, s.world.Behaviour(b)})
	}
	reply(rw, http.StatusOK, rows)
}

func (s *Sandbox) postBehaviour(rw http.ResponseWriter, r *http.Request) {
	var body struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	}
	if !read(rw, r, &body) {
		return
	}
	if err := s.world.SetBehaviour(body.Name, body.Value); err != nil {
		refuse(rw, fmt.Errorf("It was not changed: %w.", err))
		return
	}
	reply(rw, http.StatusOK, body)
}
