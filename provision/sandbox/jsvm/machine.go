package jsvm

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"sync"
	"time"

	"modernc.org/quickjs"
)

//go:embed prelude/*.js
var prelude embed.FS

// preludeFiles are run in this order; each is a function of the host and of what earlier files share.
var preludeFiles = []string{"engine", "console", "events", "url", "bytes", "crypto", "fetch", "action", "function"}

const (
	defaultTime   = 20 * time.Second
	defaultMemory = 64 << 20
	leastTime     = 2 * time.Second
)

// entryModule is the name under which the prelude imports a function's module.
const entryModule = "phonegate:entry"

var (
	// errTooLong ends a call that used up its time.
	errTooLong = errors.New("the time limit was reached")
	// errCallDone ends what a finished call left behind.
	errCallDone = errors.New("the call is over")
)

// machine is one QuickJS virtual machine with the web platform around it. One goroutine at a time may use it.
type machine struct {
	vm       *quickjs.VM
	settle   quickjs.Value // settle(id, ok, payload) hands a host event to the code
	invoke   quickjs.Value // invoke(kind, json) starts a call
	events   chan hostEvent
	around   Surroundings
	env      map[string]string
	entry    string // source of the ES module that import("phonegate:entry") loads
	action   *actionState
	log      func(line string)
	ctx      context.Context // of the call under way
	timers   map[int]context.CancelFunc
	outcome  *string // set by the code when the call is done
	uncaught *scriptError
	queue    *queue // of the call under way
	dead     bool   // not to be used again
}

// hostEvent is the answer to something that the code waits for.
type hostEvent struct {
	id      int
	ok      bool
	payload string
}

// scriptError is an error that the code threw.
type scriptError struct {
	Text  string `json:"text"`
	Stack string `json:"stack"`
}

var compiled = sync.OnceValues(func() ([][]byte, error) {
	vm, err := quickjs.NewVM()
	if err != nil {
		return nil, err
	}
	defer func() { _ = vm.Close() }()
	var all [][]byte
	for _, name := range preludeFiles {
		source, err := prelude.ReadFile("prelude/" + name + ".js")
		if err != nil {
			return nil, err
		}
		code, err := vm.Compile(string(source), quickjs.EvalGlobal)
		if err != nil {
			return nil, fmt.Errorf("prelude/%s.js: %w", name, err)
		}
		all = append(all, code)
	}
	return all, nil
})

// newMachine makes a machine; the caller must close it.
func newMachine(s Surroundings, env map[string]string) (*machine, error) {
	code, err := compiled()
	if err != nil {
		return nil, err
	}
	turns <- struct{}{}
	defer func() { <-turns }()
	vm, err := quickjs.NewVM()
	if err != nil {
		return nil, err
	}
	m := &machine{vm: vm, events: make(chan hostEvent), around: s, env: env,
		log: func(string) {}, ctx: context.Background(), timers: map[int]context.CancelFunc{}}
	if m.around.Time == 0 {
		m.around.Time = defaultTime
	}
	if m.around.Memory == 0 {
		m.around.Memory = defaultMemory
	}
	vm.SetMemoryLimit(uintptr(m.around.Memory))
	vm.SetModuleLoader(m.load, func(_ *quickjs.VM, _, name string) (string, error) { return name, nil })
	if err := m.install(code); err != nil {
		m.close()
		return nil, err
	}
	return m, nil
}

func (m *machine) install(code [][]byte) error {
	if err := m.vm.RegisterHostFunc("$host", m.host); err != nil {
		return err
	}
	host, err := m.vm.EvalValue("(() => { const h = globalThis.$host; delete globalThis.$host; return h })()", quickjs.EvalGlobal)
	if err != nil {
		return err
	}
	defer host.Free()
	shared, err := m.vm.NewObjectValue()
	if err != nil {
		return err
	}
	defer shared.Free()
	for i, c := range code {
		f, err := m.vm.EvalBytecodeValue(c)
		if err == nil {
			_, err = f.Call(quickjs.UndefinedValue, host, shared)
			f.Free()
		}
		if err != nil {
			return fmt.Errorf("prelude/%s.js: %w", preludeFiles[i], err)
		}
	}
	if m.settle, err = m.property(shared, "settle"); err != nil {
		return err
	}
	m.invoke, err = m.property(shared, "invoke")
	return err
}

func (m *machine) property(of quickjs.Value, name string) (quickjs.Value, error) {
	atom, err := m.vm.NewAtom(name)
	if err != nil {
		return quickjs.Value{}, err
	}
	return of.GetPropertyValue(atom)
}

func (m *machine) close() {
	m.endTimers()
	if m.settle.VM() != nil {
		m.settle.Free()
	}
	if m.invoke.VM() != nil {
		m.invoke.Free()
	}
	_ = m.vm.Close()
}

func (m *machine) endTimers() {
	for id, cancel := range m.timers {
		cancel()
		delete(m.timers, id)
	}
}

// load answers import: the entry module, and nothing else.
func (m *machine) load(_ *quickjs.VM, name string) (string, error) {
	if name == entryModule {
		return m.entry, nil
	}
	return "", fmt.Errorf("Cannot find package '%s' (the sandbox has no packages and no Node modules)", name)
}

// call starts kind in the code and runs it to its end. The error is errTooLong, a *scriptError that nothing in the
// code caught, or the sandbox's own.
func (m *machine) call(parent context.Context, kind, argument string) (string, error) {
	ctx, cancel := context.WithCancelCause(parent)
	m.ctx, m.outcome, m.uncaught, m.queue = ctx, nil, nil, &queue{}
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		if m.around.wait(ctx) == nil && m.queue.makeUp(ctx) == nil {
			cancel(errTooLong)
		}
		if !errors.Is(context.Cause(ctx), errCallDone) {
			m.vm.Interrupt()
		}
	}()
	defer func() {
		cancel(errCallDone)
		<-watched
		m.endTimers()
		// An interrupt that came too late would hit the next call.
		m.dead = m.dead || !errors.Is(context.Cause(ctx), errCallDone)
	}()
	if !m.queue.enter(ctx) {
		return "", context.Cause(ctx)
	}
	computing := true
	defer func() {
		if computing {
			m.queue.leave()
		}
	}()
	_, err := m.invoke.Call(quickjs.UndefinedValue, kind, argument)
	for {
		if err == nil {
			_, err = m.vm.ExecutePendingJobs()
		}
		switch {
		case context.Cause(ctx) != nil:
			return "", context.Cause(ctx)
		case err != nil:
			m.dead = true
			return "", asScriptError(err)
		case m.uncaught != nil:
			m.dead = true
			return "", m.uncaught
		case m.outcome != nil:
			return *m.outcome, nil
		}
		m.queue.leave() // others compute while this one waits
		computing = false
		select {
		case e := <-m.events:
			if computing = m.queue.enter(ctx); !computing {
				return "", context.Cause(ctx)
			}
			m.cancel(e.id)
			_, err = m.settle.Call(quickjs.UndefinedValue, e.id, e.ok, e.payload)
		case <-ctx.Done():
			return "", context.Cause(ctx)
		}
	}
}

// later runs work beside the machine and hands its result to the code.
func (m *machine) later(ctx context.Context, id int, work func(context.Context) (string, error)) {
	done := m.ctx
	go func() {
		payload, err := work(ctx)
		e := hostEvent{id, err == nil, payload}
		if err != nil {
			e.payload = err.Error()
		}
		select {
		case m.events <- e:
		case <-ctx.Done():
		case <-done.Done():
		}
	}()
}

// wait sleeps until a call has used up its time. A world that runs faster than real time must not starve code that
// only computes, so a shortened limit still leaves it a moment of real time.
func (s Surroundings) wait(ctx context.Context) error {
	start := time.Now()
	if err := s.Sleep(ctx, s.Time); err != nil {
		return err
	}
	left := min(s.Time, leastTime) - time.Since(start)
	if left <= 0 {
		return nil
	}
	t := time.NewTimer(left)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Error implements error.
func (e *scriptError) Error() string { return e.Text }

func asScriptError(err error) error {
	var js *quickjs.Error
	if errors.As(err, &js) {
		return &scriptError{js.Name + ": " + js.Message, js.Stack}
	}
	return err
}
