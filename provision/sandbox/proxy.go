package sandbox

import (
	"bufio"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

// proxy is the CONNECT proxy for clients that insist on the real addresses: it ends TLS itself, with a
// certificate of the sandbox's authority, and serves the emulated host. It forwards to nothing else.
func (s *Sandbox) proxy() http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodConnect {
			http.Error(rw, "This is a CONNECT proxy for https addresses of the sandbox.", http.StatusForbidden)
			return
		}
		if _, port, err := net.SplitHostPort(r.Host); err != nil || port == "80" {
			http.Error(rw, "CONNECT needs the host and the port of an https address.", http.StatusForbidden)
			return
		}
		to, ok := s.hosts.find(r.Host)
		if !ok {
			http.Error(rw, "The sandbox reaches no host outside it; "+r.Host+" is refused.", http.StatusForbidden)
			return
		}
		conn, buffered, err := http.NewResponseController(rw).Hijack()
		if err != nil {
			http.Error(rw, "The connection can't be taken over.", http.StatusInternalServerError)
			return
		}
		_ = conn.SetDeadline(time.Time{})
		if _, err := io.WriteString(conn, "HTTP/1.1 200 Connection established\r\n\r\n"); err != nil {
			_ = conn.Close()
			return
		}
		s.tunnel(&bufferedConn{Conn: conn, r: buffered.Reader}, r.Host, to)
	})
}

// tunnel serves one connection as the host that it was opened to. Requests for other names over the same connection
// are answered by these hosts if they are emulated, as a front end with many names would.
func (s *Sandbox) tunnel(conn net.Conn, opened string, to http.Handler) {
	name, _, _ := net.SplitHostPort(opened)
	config := &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}, GetCertificate: func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
		if hello.ServerName == "" {
			return s.ca.leaf(name)
		}
		return s.ca.certificate(hello)
	}}
	one := newSingle(tls.Server(conn, config))
	server := s.doors.newServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		handler, ok := s.hosts.find(r.Host)
		switch {
		case r.Host == opened:
			to.ServeHTTP(rw, r)
		case ok:
			handler.ServeHTTP(rw, r)
		default:
			http.Error(rw, "The sandbox knows no host of this name.", http.StatusMisdirectedRequest)
		}
	}))
	server.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateClosed || state == http.StateHijacked {
			_ = one.Close()
		}
	}
	stop := s.onEnd(func() { _ = server.Close() })
	if !s.tasks.run(func() {
		defer stop()
		_ = server.Serve(one)
	}) {
		stop()
		_ = one.Close()
	}
}

// bufferedConn reads first what the server had read ahead of the hijack.
type bufferedConn struct {
	net.Conn
	r *bufio.Reader
}

func (c *bufferedConn) Read(b []byte) (int, error) { return c.r.Read(b) }

// single is a listener with one connection, which ends when that does.
type single struct {
	conn chan net.Conn
	done chan struct{}
	once sync.Once
	addr net.Addr
}

func newSingle(c net.Conn) *single {
	s := &single{conn: make(chan net.Conn, 1), done: make(chan struct{}), addr: c.LocalAddr()}
	s.conn <- c
	return s
}

func (s *single) Accept() (net.Conn, error) {
	select {
	case c := <-s.conn:
		return c, nil
	default:
	}
	select {
	case c := <-s.conn:
		return c, nil
	case <-s.done:
		return nil, net.ErrClosed
	}
}

func (s *single) Close() error {
	s.once.Do(func() {
		close(s.done)
		select {
		case c := <-s.conn:
			_ = c.Close()
		default:
		}
	})
	return nil
}

func (s *single) Addr() net.Addr { return s.addr }
