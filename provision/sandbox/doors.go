package sandbox

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// doors are the servers of a sandbox, and which emulated host each of them stands for.
type doors struct {
	base  context.Context
	tasks *tasks

	mu        sync.Mutex
	listening *listening
	servers   []*http.Server
	byHost    map[string]string // host name -> "http://127.0.0.1:4321"
	closed    bool
}

func newDoors(s *Sandbox, l *listening) *doors {
	return &doors{base: s.ctx, tasks: &s.tasks, listening: l, byHost: map[string]string{}}
}

// newServer is a server with the limits that all of them share.
func (d *doors) newServer(h http.Handler) *http.Server {
	return &http.Server{
		Handler: h, ReadHeaderTimeout: 30 * time.Second, IdleTimeout: 5 * time.Minute,
		BaseContext: func(net.Listener) context.Context { return d.base },
		// A broken handshake or an aborted handler is the client's or a fault's doing, not news.
		ErrorLog: log.New(io.Discard, "", 0),
	}
}

// serve opens the next address.
func (d *doors) serve(h http.Handler) (string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	l, err := net.Listen("tcp", d.listening.next())
	if err != nil {
		return "", err
	}
	return l.Addr().String(), d.run(h, l)
}

// serveTLS opens the next address with certificates of the authority, on the IPv6 loopback address too if there is one:
// clients that are told "localhost" may try that first.
func (d *doors) serveTLS(h http.Handler, ca *authority) (string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	l, err := net.Listen("tcp", d.listening.next())
	if err != nil {
		return "", err
	}
	config := &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: ca.certificate, NextProtos: []string{"h2", "http/1.1"}}
	address := l.Addr().String()
	if err := d.run(h, tls.NewListener(l, config)); err != nil {
		return "", err
	}
	if _, port, err := net.SplitHostPort(address); err == nil && strings.HasPrefix(address, "127.") {
		if six, err := net.Listen("tcp6", net.JoinHostPort("::1", port)); err == nil {
			return address, d.run(h, tls.NewListener(six, config))
		}
	}
	return address, nil
}

// run serves a listener until close. The caller holds the lock.
func (d *doors) run(h http.Handler, l net.Listener) error {
	if d.closed {
		return errors.Join(net.ErrClosed, l.Close())
	}
	server := d.newServer(h)
	if !d.tasks.run(func() { _ = server.Serve(l) }) {
		return errors.Join(net.ErrClosed, l.Close())
	}
	d.servers = append(d.servers, server)
	return nil
}

// name makes a door known as the one of a host.
func (d *doors) name(host, origin string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.byHost[strings.ToLower(host)] = origin
}

func (d *doors) has(host string) bool { return d.of(host) != "" }

func (d *doors) of(host string) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.byHost[strings.ToLower(host)]
}

// all pairs host names with their doors.
func (d *doors) all() map[string]string {
	d.mu.Lock()
	defer d.mu.Unlock()
	pairs := make(map[string]string, len(d.byHost))
	for host, origin := range d.byHost {
		pairs[host] = origin
	}
	return pairs
}

func (d *doors) close() error {
	d.mu.Lock()
	servers := d.servers
	d.servers, d.closed = nil, true
	d.mu.Unlock()
	var err error
	for _, s := range servers {
		err = errors.Join(err, s.Close())
	}
	return err
}
