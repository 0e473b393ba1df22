package jsvm

import (
	"crypto/sha256"
	"sync"
)

// maxParsed is how many modules are remembered; then all are forgotten.
const maxParsed = 256

// parsed remembers modules that parse: the same form is deployed again and again, and parsing it takes longer than all
// else in a deployment.
type parsed struct {
	mu    sync.Mutex
	known map[[sha256.Size]byte]bool
}

var parsedBefore = parsed{known: map[[sha256.Size]byte]bool{}}

// check compiles the module unless it has been seen to compile.
func (p *parsed) check(module string) error {
	sum := sha256.Sum256([]byte(module))
	p.mu.Lock()
	known := p.known[sum]
	p.mu.Unlock()
	if known {
		return nil
	}
	if err := parses(module); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.known) >= maxParsed {
		clear(p.known)
	}
	p.known[sum] = true
	return nil
}
