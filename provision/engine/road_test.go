package engine_test

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync"
	"sync/atomic"

	"phonegate/provision/transport"
)

// proxy leads to the bench's sandbox, whatever host is asked for. answered is told of each answer before it goes on; nil for nothing.
func (b *bench) proxy(answered func(*http.Response) error) *httputil.ReverseProxy {
	return &httputil.ReverseProxy{
		ErrorLog:  log.New(io.Discard, "", 0),
		Transport: b.box.Network(),
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme, r.Out.URL.Host, r.Out.Host = "https", r.In.Host, r.In.Host
		},
		ModifyResponse: answered,
	}
}

// listen serves a road until the test ends.
func (b *bench) listen(h http.Handler) *url.URL {
	b.t.Helper()
	server := httptest.NewServer(h)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	b.t.Cleanup(server.Close)
	u, err := url.Parse(server.URL)
	if err != nil {
		b.t.Fatal(err)
	}
	return u
}

// everyProvider takes one road to all of them.
func everyProvider(road *url.URL) *transport.Endpoints {
	return &transport.Endpoints{Auth0: road, Twilio: road, Vercel: road, Cloudflare: road}
}

// door is a road to the bench's sandbox that counts requests and calls pass for each one after the sandbox has answered; the
// answer goes on only if that says so.
func (b *bench) door(pass func(n int32) bool) *url.URL {
	b.t.Helper()
	return b.doorTo("", pass)
}

// doorTo is a door that counts and asks for the requests to one host only; "" for all.
func (b *bench) doorTo(host string, pass func(n int32) bool) *url.URL {
	b.t.Helper()
	var n atomic.Int32
	return b.listen(b.proxy(func(res *http.Response) error {
		if (host == "" || res.Request.Host == host) && !pass(n.Add(1)) {
			panic(http.ErrAbortHandler)
		}
		return nil
	}))
}

// cutAfter is a road on which the answer to the n-th request is lost, and after which nothing gets through: to the providers it is as if
// the computer had died at that moment. cut says whether it came to that.
func (b *bench) cutAfter(n int32) (road *transport.Endpoints, cut *atomic.Bool) {
	b.t.Helper()
	var count atomic.Int32
	cut = &atomic.Bool{}
	proxy := b.proxy(nil)
	return everyProvider(b.listen(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		i := count.Add(1)
		if i < n {
			proxy.ServeHTTP(rw, r)
			return
		}
		if i == n {
			proxy.ServeHTTP(httptest.NewRecorder(), r)
		}
		cut.Store(true)
		panic(http.ErrAbortHandler)
	}))), cut
}

// pausedAt is a road on which the n-th request waits until it is let go; reached is closed when it has come to that.
func (b *bench) pausedAt(n int32) (road *transport.Endpoints, reached chan struct{}, goOn func()) {
	b.t.Helper()
	reached, gate := make(chan struct{}), make(chan struct{})
	goOn = sync.OnceFunc(func() { close(gate) })
	at := b.door(func(i int32) bool {
		if i == n {
			close(reached)
			<-gate
		}
		return true
	})
	b.t.Cleanup(goOn) // before the server is closed, which waits for the request
	return everyProvider(at), reached, goOn
}
