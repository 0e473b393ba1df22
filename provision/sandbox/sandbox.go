// Package sandbox puts the emulated Auth0 tenant, Twilio, Vercel and Cloudflare accounts and phone into one world and opens
// their doors: loopback servers, a TLS listener and a CONNECT proxy. Nothing leaves the machine; what was deployed
// runs as it is, and finds the emulated hosts under their real names.
package sandbox

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"phonegate/provision/fault"
	"phonegate/provision/sandbox/auth0"
	"phonegate/provision/sandbox/cloudflare"
	"phonegate/provision/sandbox/phone"
	"phonegate/provision/sandbox/twilio"
	"phonegate/provision/sandbox/vercel"
	"phonegate/provision/sandbox/world"
)

// Options shape a sandbox. The zero value is a fast, healthy world.
type Options struct {
	// Latency is added to every request.
	Latency time.Duration
	// RateLimits holds requests a second by provider ("auth0": 2).
	RateLimits map[string]float64
	// Speed makes waits shorter, see world.Options.
	Speed float64
	// Behaviours sets named behaviours that differ from their default.
	Behaviours map[string]string
	// Listen is the loopback address of the servers, "127.0.0.1:0" if empty. With a port other than 0 the servers
	// take that port and the ones after it: Auth0, Twilio, Vercel, phone, TLS, proxy, Cloudflare.
	Listen string
	// DataDir is a folder in which the world is kept between runs, "" to forget it at the end. Two sandboxes must not
	// share one.
	DataDir string
	// Seed is a file of requests that fill a new world, see Seed.
	Seed string
	// Tenants are names of Auth0 tenants beside the first one, see Domains. All share one Twilio and one Vercel account.
	Tenants []string
}

// Sandbox is a running sandbox. It is safe for use by many goroutines.
type Sandbox struct {
	world   *world.World
	phone   *phone.Phone
	twilio  *twilio.Server
	vercel  *vercel.Server
	workers *cloudflare.Server

	tenantsMu sync.Mutex
	tenants   []*tenant // the first one has the addresses of its own
	doorMu    sync.Mutex

	hosts *hosts
	doors *doors
	ca    *authority

	// ctx ends when the sandbox closes; everything that runs hangs on it.
	ctx   context.Context
	end   context.CancelFunc
	tasks tasks
	close func() error

	first saved                  // the world to which Reset goes back
	keep  atomic.Pointer[keeper] // nil if nothing is kept

	auth0URL, twilioURL, vercelURL, phoneURL, proxyURL string
	cloudflareURL, tlsDomain                           string
}

// Start builds the world and opens its doors. The sandbox closes when the context ends or Close is called.
func Start(ctx context.Context, o Options) (*Sandbox, error) {
	w := world.New(world.Options{Latency: o.Latency, RateLimits: o.RateLimits, Speed: o.Speed, Behaviours: o.Behaviours})
	for name, value := range o.Behaviours {
		if err := w.SetBehaviour(name, value); err != nil {
			return nil, fault.Wrap(err, fault.Usage, "sandbox.behaviour", "", "The sandbox can't be started: %s.", err)
		}
	}
	listen, err := newListening(o.Listen)
	if err != nil {
		return nil, err
	}
	s := &Sandbox{world: w, phone: phone.New(w), hosts: newHosts()}
	s.ctx, s.end = context.WithCancel(context.WithoutCancel(ctx)) // cancelled by Close, after ctx
	s.close = sync.OnceValue(s.shutDown)
	s.doors = newDoors(s, listen)
	if s.ca, err = newAuthority(); err == nil {
		s.populate(o.Tenants)
		err = s.open()
	}
	if err == nil {
		err = s.fill(o)
	}
	if err != nil {
		var told *fault.Error
		if !errors.As(err, &told) {
			err = fault.Wrap(err, fault.Failed, "sandbox.start", "", "The sandbox can't be started: %s.", err)
		}
		return nil, errors.Join(err, s.Close())
	}
	stop := context.AfterFunc(ctx, func() { _ = s.Close() })
	context.AfterFunc(s.ctx, func() { stop() })
	return s, nil
}

// fill puts into the new world what the options ask for. Nobody knows the sandbox's addresses yet.
func (s *Sandbox) fill(o Options) error {
	if err := s.seed(o.Seed); err != nil {
		return err
	}
	var err error
	if s.first, err = s.snapshot(); err != nil {
		return err
	}
	k, err := newKeeper(s, o.DataDir)
	if err == nil && k != nil {
		s.keep.Store(k)
		s.tasks.run(k.watch)
	}
	return err
}

// populate makes the providers and gives each its host names.
func (s *Sandbox) populate(tenants []string) {
	w := s.world
	inside := &network{base: s.ctx, hosts: s.hosts, tasks: &s.tasks, byCode: true}
	s.twilio = twilio.New(twilio.Options{World: w, Phone: s.phone, AccountSID: TwilioAccountSID, AuthToken: TwilioAuthToken})
	for _, domain := range domains(tenants) {
		s.addTenant(domain)
	}
	s.vercel = vercel.New(vercel.Options{World: w, Token: VercelToken, Network: inside, OnDeploy: s.deployed})
	for _, host := range []string{"verify.twilio.com", "api.twilio.com", "lookups.twilio.com"} {
		s.hosts.add(host, s.kept(w.Handler("twilio", twilio.WriteError, s.twilio)))
	}
	s.hosts.add(vercelAPI, s.kept(w.Handler("vercel", vercel.WriteError, s.vercel)))
	s.hosts.addBelow(deploymentDomain, w.Handler("form", writeFormError, s.vercel))
	s.workers = cloudflare.New(cloudflare.Options{
		World: w, Token: CloudflareToken, AccountID: CloudflareAccountID, AccountName: "Acme", Subdomain: "acme", Network: inside,
		OnSubdomain: func(domain string) { s.hosts.addBelow(domain, w.Handler("form", writeFormError, s.workers)) }, OnDeploy: s.deployed,
	})
	s.hosts.add(cloudflareAPI, s.kept(w.Handler("cloudflare", cloudflare.WriteError, s.workers)))
	s.workers.Announce()
}

const (
	vercelAPI        = "api.vercel.com"
	cloudflareAPI    = "api.cloudflare.com"
	deploymentDomain = "vercel.app"
)

// writeFormError is what an edge network in front of a deployed form says.
func writeFormError(rw http.ResponseWriter, status int) {
	http.Error(rw, http.StatusText(status)+"\n\nThe sandbox was told to answer this.", status)
}

// open starts the servers in the documented order of their ports.
func (s *Sandbox) open() error {
	twilioHost, _ := s.hosts.find("api.twilio.com")
	vercelHost, _ := s.hosts.find(vercelAPI)
	steps := []struct {
		url     *string
		handler func(origin string) http.Handler
	}{
		{&s.auth0URL, func(string) http.Handler { return s.front(s.gateway(Auth0Domain)) }},
		{&s.twilioURL, func(string) http.Handler { return s.front(twilioHost) }},
		{&s.vercelURL, func(string) http.Handler { return s.front(underName(vercelAPI, vercelHost)) }},
		{&s.phoneURL, func(string) http.Handler { return s.front(s.kept(s.control())) }},
	}
	for _, step := range steps {
		address, err := s.doors.serve(step.handler(""))
		if err != nil {
			return err
		}
		*step.url = "http://" + address
	}
	s.doors.name(Auth0Domain, s.auth0URL)
	if err := s.openTLS(); err != nil {
		return err
	}
	address, err := s.doors.serve(s.proxy())
	if err != nil {
		return err
	}
	s.proxyURL = "http://" + address
	cloudflareHost, _ := s.hosts.find(cloudflareAPI)
	if address, err = s.doors.serve(s.front(underName(cloudflareAPI, cloudflareHost))); err != nil {
		return err
	}
	s.cloudflareURL = "http://" + address
	return nil
}

// openTLS starts the listener on which unmodified clients find the tenant as localhost:PORT.
func (s *Sandbox) openTLS() error {
	tenant, _ := s.hosts.find(Auth0Domain)
	address, err := s.doors.serveTLS(s.front(tenant), s.ca)
	if err != nil {
		return err
	}
	_, port, _ := net.SplitHostPort(address)
	s.tlsDomain = net.JoinHostPort("localhost", port)
	s.Auth0().AddAlias(s.tlsDomain)
	s.hosts.addPort("localhost", port, tenant)
	return nil
}

// maxDoors bounds the listeners of a long run: each deployment has host names of its own. Later ones are still
// found inside, behind the proxy and by their names.
const maxDoors = 200

// deployed opens a door for a host that something was deployed to, once.
func (s *Sandbox) deployed(host string) {
	if s.ctx.Err() != nil || s.doors.has(host) || len(s.doors.all()) >= maxDoors {
		return
	}
	if address, err := s.doors.serve(s.front(s.gateway(host))); err == nil {
		s.doors.name(host, "http://"+address)
	}
}

// Mount lets a handler answer for one more host name, inside and behind the proxy. It replaces what was there.
func (s *Sandbox) Mount(host string, h http.Handler) { s.hosts.add(host, h) }

// Host is Mount for what a browser on this computer is to find, too: it opens a door.
func (s *Sandbox) Host(host string, h http.Handler) {
	s.Mount(host, h)
	s.deployed(host)
}

// Close ends every server, connection and running piece of deployed code, and removes the CA file.
func (s *Sandbox) Close() error { return s.close() }

func (s *Sandbox) shutDown() error {
	s.end()
	err := s.doors.close()
	s.tasks.wait()
	err = errors.Join(err, s.keep.Load().save())
	if s.vercel != nil {
		// An account without deployments keeps no virtual machines warm.
		err = errors.Join(err, s.vercel.Restore([]byte("{}")), s.workers.Restore([]byte("{}")))
	}
	return errors.Join(err, s.ca.remove())
}

// onEnd calls f when the sandbox closes, unless stop is called first.
func (s *Sandbox) onEnd(f func()) (stop func()) {
	cancel := context.AfterFunc(s.ctx, f)
	return func() { cancel() }
}

// Done is closed when the sandbox begins to close.
func (s *Sandbox) Done() <-chan struct{} { return s.ctx.Done() }

// World is the clock, the faults, the log and the behaviours.
func (s *Sandbox) World() *world.World { return s.world }

// Phone is where the codes arrive.
func (s *Sandbox) Phone() *phone.Phone { return s.phone }

// Auth0 is the first emulated tenant.
func (s *Sandbox) Auth0() *auth0.Server { return s.allTenants()[0].Server }

// Twilio is the emulated Twilio account.
func (s *Sandbox) Twilio() *twilio.Server { return s.twilio }

// Vercel is the emulated Vercel account.
func (s *Sandbox) Vercel() *vercel.Server { return s.vercel }

// Cloudflare is the emulated Cloudflare account.
func (s *Sandbox) Cloudflare() *cloudflare.Server { return s.workers }

// Network answers requests to the emulated hosts inside this process, under their real names, as calls from outside.
// Any other host name does not exist in it.
func (s *Sandbox) Network() http.RoundTripper {
	return &network{base: s.ctx, hosts: s.hosts, tasks: &s.tasks}
}

// Door is the loopback address ("http://127.0.0.1:4321") at which a browser on this machine finds an emulated host,
// "" if it has none. A tenant's door is opened when it is first asked for.
func (s *Sandbox) Door(host string) string { return s.openDoor(host) }

// listening hands out the addresses to listen on.
type listening struct {
	host string
	port int
}

func newListening(address string) (*listening, error) {
	if address == "" {
		address = "127.0.0.1:0"
	}
	host, port, err := net.SplitHostPort(address)
	ip := net.ParseIP(host)
	n, bad := strconv.Atoi(port)
	if err != nil || bad != nil || n < 0 || n > 65500 || ip == nil || !ip.IsLoopback() {
		return nil, fault.New(fault.Usage, "sandbox.listen", "Use an address like 127.0.0.1:0.",
			"The sandbox can't listen on %q: it takes a loopback address and a port.", address)
	}
	return &listening{host, n}, nil
}

// next is the next address; the caller holds a lock.
func (l *listening) next() string {
	address := net.JoinHostPort(l.host, strconv.Itoa(l.port))
	if l.port != 0 {
		l.port++
	}
	return address
}
