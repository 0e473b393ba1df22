package smoke

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"time"

	"phonegate/provision/fault"
	"phonegate/provision/transport"
)

// Interactive is a human: logins happen in a browser of theirs, codes are read on their phone.
type Interactive struct {
	// Open asks for an address to be opened in a browser.
	Open func(ctx context.Context, address string) error
	// Codes asks for the code of a text.
	Codes func(ctx context.Context, to string, since time.Time) (string, error)
	// Poll is the time between two looks at how far a login has come; 3 seconds if zero, which spares the
	// request limits of a free tenant.
	Poll time.Duration
	// Patience is how long a login may take; 15 minutes if zero.
	Patience time.Duration
}

// ReadCode implements Person.
func (i *Interactive) ReadCode(ctx context.Context, to string, since time.Time) (string, error) {
	return i.Codes(ctx, to, since)
}

// Login implements Person: it opens the login in the browser and waits until it comes back to this machine.
func (i *Interactive) Login(ctx context.Context, req LoginRequest) (LoginResult, error) {
	patience := i.Patience
	if patience <= 0 {
		patience = 15 * time.Minute
	}
	waiting, stop := context.WithTimeout(ctx, patience)
	defer stop()
	listener, redirectURI, err := listen(req.Callbacks)
	if err != nil {
		return LoginResult{}, err
	}
	address, err := url.Parse(req.Authorize(redirectURI))
	if err != nil {
		_ = listener.Close()
		return LoginResult{}, err
	}
	q := address.Query()
	came := make(chan url.Values, 1)
	server := &http.Server{Handler: callback(redirectURI, q.Get("state"), came), ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = server.Serve(listener) }()
	defer func() {
		// The browser still reads the page that says it is done.
		bye, stop := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer stop()
		_ = server.Shutdown(bye)
	}()
	if req.SignUp {
		q.Set("screen_hint", "signup")
	}
	if req.SignUp || req.Fresh {
		q.Set("prompt", "login") // a session of the person's own is left alone
	}
	address.RawQuery = q.Encode()
	if err := i.Open(ctx, address.String()); err != nil {
		return LoginResult{}, err
	}
	if req.Seen != nil {
		watched := make(chan struct{})
		watch, halt := context.WithCancel(waiting)
		go func() {
			defer close(watched)
			i.watch(watch, req)
		}()
		defer func() { halt(); <-watched }()
	}
	select {
	case values := <-came:
		return LoginResult{RedirectURI: redirectURI, Values: values, Forms: -1}, nil
	case <-waiting.Done():
		if ctx.Err() != nil {
			return LoginResult{}, ctx.Err()
		}
		return LoginResult{}, fault.New(fault.Failed, "smoke.nobody_came", "Run the test again and finish the login in the browser.",
			"The login was not finished within %s.", patience)
	}
}

// watch reports how far the login has come until the context ends. A look that fails is made good by the next.
func (i *Interactive) watch(ctx context.Context, req LoginRequest) {
	poll := i.Poll
	if poll <= 0 {
		poll = 3 * time.Second
	}
	for transport.Pause(ctx, poll) == nil {
		if stage, err := req.Seen(ctx); err == nil && ctx.Err() == nil {
			req.Report(stage)
		}
	}
}

// listen takes the first redirect URL whose port is free. One without a port takes any (RFC 8252, section 7.3).
func listen(callbacks []string) (net.Listener, string, error) {
	var failed []error
	for _, address := range callbacks {
		u, err := url.Parse(address)
		if err != nil || u.Scheme != "http" || !loopback(u.Hostname()) {
			continue
		}
		at := u.Host
		if u.Port() == "" {
			at = net.JoinHostPort(u.Hostname(), "0")
		}
		listener, err := net.Listen("tcp", at)
		if err != nil {
			failed = append(failed, err)
			continue
		}
		if u.Port() == "" {
			_, port, _ := net.SplitHostPort(listener.Addr().String())
			u.Host = net.JoinHostPort(u.Hostname(), port)
		}
		return listener, u.String(), nil
	}
	return nil, "", fault.Wrap(errors.Join(failed...), fault.Failed, "smoke.no_port", "Close the program that uses these ports, then run the test again.",
		"All ports of the test application's callback URLs on this computer are in use.")
}

func loopback(name string) bool {
	ip := net.ParseIP(name)
	return name == "localhost" || ip != nil && ip.IsLoopback()
}

// callback is the application's redirect URL. It takes the answer to the login that was begun, once, and nothing else.
func callback(redirectURI, state string, came chan<- url.Values) http.Handler {
	want, _ := url.Parse(redirectURI)
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("Content-Type", "text/html; charset=utf-8")
		rw.Header().Set("Cache-Control", "no-store")
		rw.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
		q := r.URL.Query()
		if r.Method != http.MethodGet || r.URL.Path != want.Path || r.Host != want.Host || q.Get("state") != state {
			rw.WriteHeader(http.StatusNotFound)
			return
		}
		select {
		case came <- q:
		default:
		}
		_, _ = rw.Write([]byte(`<!doctype html><html lang="en"><meta charset="utf-8"><meta name="color-scheme" content="light dark"><title>phonegate</title>` +
			`<body style="font:1rem/1.5 system-ui,sans-serif;max-width:22rem;margin:4rem auto;padding:0 1rem"><h1>Back at phonegate</h1>` +
			`<p>You can close this window. The test continues in the terminal.</p></body></html>`))
	})
}
