package jsvm

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"

	"modernc.org/quickjs"
)

// maxIdle is how many machines a function keeps warm.
const maxIdle = 8

// Function is a deployed ES module, ready to answer requests. It is safe for concurrent use; like on the real hosts,
// an instance that has answered may answer again and keeps its module's state.
type Function struct {
	// Log is given each console line and each crash; nil to drop them. Set it before the first request.
	Log func(line string)
	// WithoutEnv leaves out the second argument of the handler. Vercel passes none: code that relies on it must fail.
	WithoutEnv bool
	// Crash answers in the place of a function that failed or took too long; nil for Vercel's own words.
	Crash func(rw http.ResponseWriter, status int)

	around Surroundings
	module string
	env    map[string]string
	mu     sync.Mutex
	idle   []*machine
	closed bool
}

// NewFunction checks that the module parses and prepares to run it. The code sees env as process.env and as the
// handler's second argument.
func NewFunction(s Surroundings, module string, env map[string]string) (*Function, error) {
	if env == nil {
		env = map[string]string{}
	}
	if err := parsedBefore.check(module); err != nil {
		return nil, err
	}
	return &Function{around: s, module: module, env: env}, nil
}

// parses compiles the module with every import answered, so that only its own text can fail.
func parses(module string) error {
	vm, err := quickjs.NewVM()
	if err != nil {
		return err
	}
	defer func() { _ = vm.Close() }()
	vm.SetModuleLoader(func(*quickjs.VM, string) (string, error) { return "", nil },
		func(_ *quickjs.VM, _, name string) (string, error) { return name, nil })
	_, err = vm.Compile(module, quickjs.EvalModule)
	var js *quickjs.Error
	if errors.As(err, &js) && js.Name == "SyntaxError" && js.LineNumber > 0 {
		return fmt.Errorf("%d:%d: %s: %s", js.LineNumber, js.ColumnNumber, js.Name, js.Message)
	}
	return err
}

// Close lets go of the warm machines. Requests under way end as they would have.
func (f *Function) Close() {
	f.mu.Lock()
	idle := f.idle
	f.idle, f.closed = nil, true
	f.mu.Unlock()
	for _, m := range idle {
		m.close()
	}
}

func (f *Function) take() (*machine, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if n := len(f.idle); n > 0 {
		m := f.idle[n-1]
		f.idle = f.idle[:n-1]
		return m, nil
	}
	m, err := newMachine(f.around, f.env)
	if err != nil {
		return nil, err
	}
	m.entry = f.module
	return m, nil
}

func (f *Function) put(m *machine) {
	f.mu.Lock()
	keep := !f.closed && !m.dead && len(f.idle) < maxIdle
	if keep {
		f.idle = append(f.idle, m)
	}
	f.mu.Unlock()
	if !keep {
		m.close()
	}
}

// ServeHTTP runs the handler on the request. A crash answers 500 and a timeout 504, as a host would.
func (f *Function) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	content, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil {
		http.Error(rw, "the request could not be read", http.StatusBadRequest)
		return
	}
	if len(content) > maxBody {
		http.Error(rw, "Request Entity Too Large\n\nFUNCTION_PAYLOAD_TOO_LARGE", http.StatusRequestEntityTooLarge)
		return
	}
	q := message{Method: r.Method, URL: requestURL(r), Headers: headerPairs(r.Header)}
	if len(content) > 0 {
		q.Body = newBody(content)
	}
	answer, err := f.run(r.Context(), q)
	switch {
	case err == nil:
		f.write(rw, r, answer)
	case errors.Is(err, errTooLong):
		f.logLine("the function took longer than " + f.limit())
		f.crash(rw, http.StatusGatewayTimeout)
	default:
		f.logLine(err.Error())
		f.crash(rw, http.StatusInternalServerError)
	}
}

func (f *Function) run(ctx context.Context, q message) (*message, error) {
	m, err := f.take()
	if err != nil {
		return nil, err
	}
	defer func() { f.put(m) }()
	m.log = f.logLine
	given, err := json.Marshal(map[string]any{"message": q, "secondArgument": !f.WithoutEnv})
	if err != nil {
		return nil, err
	}
	text, err := m.call(ctx, "request", string(given))
	if err != nil {
		return nil, err
	}
	var answer message
	err = json.Unmarshal([]byte(text), &answer)
	return &answer, err
}

func (f *Function) write(rw http.ResponseWriter, r *http.Request, answer *message) {
	content, err := answer.Body.bytes()
	if err != nil {
		f.logLine(err.Error())
		f.crash(rw, http.StatusInternalServerError)
		return
	}
	for _, h := range answer.Headers {
		rw.Header().Add(h[0], toWire(h[1]))
	}
	if _, typed := rw.Header()["Content-Type"]; !typed {
		rw.Header()["Content-Type"] = nil // do not guess: the platform would not
	}
	rw.WriteHeader(answer.Status)
	if r.Method != http.MethodHead {
		_, _ = rw.Write(content)
	}
}

func (f *Function) logLine(line string) {
	if f.Log != nil {
		f.Log(line)
	}
}

func (f *Function) limit() string {
	if f.around.Time == 0 {
		return defaultTime.String()
	}
	return f.around.Time.String()
}

// requestURL is the address under which the function was asked; deployments are always reached over https.
func requestURL(r *http.Request) string {
	path := r.URL.RequestURI()
	if !strings.HasPrefix(path, "/") {
		path = "/"
	}
	return "https://" + r.Host + path
}

// crash is the host's answer for a function that failed; Vercel's, unless there is another.
func (f *Function) crash(rw http.ResponseWriter, status int) {
	if f.Crash != nil {
		f.Crash(rw, status)
		return
	}
	text, code := "A server error has occurred", "FUNCTION_INVOCATION_FAILED"
	if status == http.StatusGatewayTimeout {
		text, code = "An error occurred with your deployment", "FUNCTION_INVOCATION_TIMEOUT"
	}
	id := make([]byte, 6)
	_, _ = rand.Read(id)
	rw.Header().Set("Content-Type", "text/plain; charset=utf-8")
	rw.Header().Set("Cache-Control", "public, max-age=0, must-revalidate")
	rw.Header().Set("X-Vercel-Error", code)
	rw.WriteHeader(status)
	fmt.Fprintf(rw, "%s\n\n%s\n\nsyd1::%s\n", text, code, hex.EncodeToString(id))
}
