package sandbox

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"

	"phonegate/provision/sandbox/world"
)

const maxBody = 32 << 20

// network is an http.RoundTripper in which only the emulated hosts exist.
type network struct {
	base   context.Context // the sandbox's life
	hosts  *hosts
	tasks  *tasks
	byCode bool
}

// RoundTrip implements http.RoundTripper. A host that is not emulated fails like a name that does not resolve; a handler
// that breaks the connection fails like a broken connection.
func (n *network) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	stop := context.AfterFunc(n.base, cancel)
	defer stop()
	if r.Body != nil {
		defer func() { _ = r.Body.Close() }()
	}
	if r.URL.Scheme != "https" && r.URL.Scheme != "http" {
		return nil, fmt.Errorf("unsupported protocol scheme %q", r.URL.Scheme)
	}
	to, ok := n.hosts.find(r.URL.Host)
	if !ok {
		return nil, &net.DNSError{Err: "no such host", Name: r.URL.Hostname(), Server: "sandbox", IsNotFound: true}
	}
	inner, err := incoming(r)
	if err != nil {
		return nil, err
	}
	inner = inner.WithContext(ctx)
	if n.byCode {
		inner = inner.WithContext(world.ByCode(ctx))
	}
	done := make(chan error, 1)
	rec := newRecording()
	if !n.tasks.run(func() { done <- serve(to, rec, inner) }) {
		return nil, net.ErrClosed
	}
	select {
	case err := <-done:
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			return nil, err
		}
		return rec.response(r), nil
	case <-ctx.Done():
		return nil, ctx.Err() // the handler sees the same context and ends soon
	}
}

// incoming turns a client's request into the one that a server would see.
func incoming(r *http.Request) (*http.Request, error) {
	body := []byte(nil)
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(io.LimitReader(r.Body, maxBody)); err != nil {
			return nil, err
		}
	}
	in := r.Clone(r.Context())
	if in.Host == "" {
		in.Host = r.URL.Host
	}
	if in.Header == nil {
		in.Header = http.Header{}
	}
	if in.URL.Path == "" {
		in.URL.Path = "/"
	}
	in.RequestURI, in.RemoteAddr = in.URL.RequestURI(), net.JoinHostPort(world.Address(r.Context()), "0")
	in.URL.Scheme, in.URL.Host, in.URL.User = "", "", nil
	in.Body, in.ContentLength, in.GetBody = io.NopCloser(bytes.NewReader(body)), int64(len(body)), nil
	in.Proto, in.ProtoMajor, in.ProtoMinor = "HTTP/1.1", 1, 1
	return in, nil
}

// serve calls a handler and turns its panics into errors.
func serve(h http.Handler, rw http.ResponseWriter, r *http.Request) (err error) {
	defer func() {
		switch p := recover(); p {
		case nil:
		case http.ErrAbortHandler:
			err = io.ErrUnexpectedEOF
		default:
			err = fmt.Errorf("the emulated host failed: %v", p)
		}
	}()
	h.ServeHTTP(rw, r)
	return nil
}

// recording is a response kept in memory.
type recording struct {
	header, sent http.Header
	status       int
	body         bytes.Buffer
}

func newRecording() *recording { return &recording{header: http.Header{}} }

func (r *recording) Header() http.Header { return r.header }

func (r *recording) WriteHeader(status int) {
	if r.status == 0 && status >= 200 {
		r.status, r.sent = status, r.header.Clone()
	}
}

func (r *recording) Write(b []byte) (int, error) {
	if r.status == 0 {
		if r.header.Get("Content-Type") == "" {
			r.header.Set("Content-Type", http.DetectContentType(b))
		}
		r.WriteHeader(http.StatusOK)
	}
	return r.body.Write(b)
}

// response is what a client would have received.
func (r *recording) response(q *http.Request) *http.Response {
	r.WriteHeader(http.StatusOK)
	body := r.body.Bytes()
	if q.Method == http.MethodHead {
		body = nil
	}
	return &http.Response{
		Status: fmt.Sprintf("%d %s", r.status, http.StatusText(r.status)), StatusCode: r.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: r.sent, Body: io.NopCloser(bytes.NewReader(body)), ContentLength: int64(len(body)), Request: q,
	}
}
