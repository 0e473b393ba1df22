// Package twilio emulates the parts of Twilio that phone verification needs: Verify v2, the account, key and caller-id
// resources of the 2010 API, and basic Lookup v2. It keeps Verify's state machine, limits and wire forms; every
// known uncertainty is a named behaviour of the world.
package twilio

import (
	"crypto/subtle"
	"net/http"
	"strings"
	"sync"
	"time"

	"phonegate/provision/sandbox/phone"
	"phonegate/provision/sandbox/world"
)

// Options shape an emulated Twilio account.
type Options struct {
	World *world.World
	Phone *phone.Phone
	// AccountSID and AuthToken are the account's main credentials.
	AccountSID, AuthToken string
	// AccountName is the account's friendly name.
	AccountName string
	// CallerIDs are the numbers that a trial account has verified, in E.164.
	CallerIDs []string
	// Landlines are numbers that cannot receive texts, besides those whose number range says so.
	Landlines []string
	// BlockedCountries are the countries (ISO 3166, "SN") that Verify's geo permissions refuse.
	BlockedCountries []string
	// SendTime is how long Verify takes to accept a send.
	SendTime time.Duration
}

// Server is an emulated Twilio account behind all of Twilio's host names.
type Server struct {
	o         Options
	world     *world.World
	started   time.Time
	landlines map[string]bool
	blocked   map[string]bool

	mu            sync.Mutex
	services      []*service
	verifications []*verification
	attempts      []*attempt
	keys          []*key
	callerIDs     []*callerID
	safe          []*safeNumber
	sending       map[string]bool // "VA… +E164" while a send is being accepted
}

// New makes an account without services and keys.
func New(o Options) *Server {
	if o.AccountName == "" {
		o.AccountName = "phonegate sandbox"
	}
	s := &Server{o: o, world: o.World, started: o.World.Now(), landlines: map[string]bool{}, blocked: map[string]bool{}, sending: map[string]bool{}}
	for _, n := range o.Landlines {
		s.landlines[n] = true
	}
	for _, c := range o.BlockedCountries {
		s.blocked[strings.ToUpper(c)] = true
	}
	for _, n := range o.CallerIDs {
		s.callerIDs = append(s.callerIDs, s.newCallerID(n, ""))
	}
	return s
}

// maxBody is more than any request of these APIs needs.
const maxBody = 64 << 10

// ServeHTTP routes by Host, then by path; under a host that is not Twilio's, by path alone.
func (s *Server) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	rw.Header().Set("Twilio-Request-Id", "RQ"+world.Hex(32))
	rw.Header().Set("Twilio-Concurrent-Requests", "1")
	op, params, allowed := find(product(r.Host), r.Method, r.URL.Path)
	if op == nil {
		world.MarkNotEmulated(rw)
		if len(allowed) > 0 {
			rw.Header().Set("Allow", strings.Join(allowed, ", "))
			WriteError(rw, http.StatusMethodNotAllowed)
			return
		}
		write(rw, s.notFound(r))
		return
	}
	who, p := s.authenticate(r, op)
	if p != nil {
		write(rw, p)
		return
	}
	r.Body = http.MaxBytesReader(rw, r.Body, maxBody)
	if err := r.ParseForm(); err != nil {
		write(rw, fault(http.StatusBadRequest, 20001, "The request body could not be read"))
		return
	}
	c := &call{Server: s, r: r, path: params, query: r.URL.Query(), form: r.PostForm, who: who}
	s.mu.Lock()
	body, p := op.do(c)
	s.mu.Unlock()
	for _, deliver := range c.after {
		deliver()
	}
	switch {
	case p != nil:
		write(rw, p)
	case op.OK == http.StatusNoContent:
		rw.WriteHeader(op.OK)
	default:
		writeJSON(rw, op.OK, body)
	}
}

// authenticate checks Basic authentication by account or key, and what a standard key may not touch
// (https://www.twilio.com/docs/iam/api-keys/keys-in-console).
func (s *Server) authenticate(r *http.Request, op *operation) (who string, p *problem) {
	user, password, ok := r.BasicAuth()
	if !ok {
		return "", unauthorized()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	secret := ""
	if user == s.o.AccountSID {
		secret = s.o.AuthToken
	} else if k := s.key(user); k != nil && !op.MainOnly {
		secret = k.secret
	}
	if secret == "" || subtle.ConstantTimeCompare([]byte(secret), []byte(password)) != 1 {
		return "", unauthorized()
	}
	if s.world.Behaviour(accountStatus) != "active" && !op.MainOnly {
		return "", fault(http.StatusUnauthorized, 20005, "Account not active")
	}
	return user, nil
}

func (s *Server) notFound(r *http.Request) *problem {
	path := r.URL.Path
	if s.world.Behaviour(notFoundPath) == "without version" {
		path = strings.TrimPrefix(path, "/v2")
	}
	return fault(http.StatusNotFound, 20404, "The requested resource "+path+" was not found")
}
