package secret

import "sync"

// MemoryVault is a vault that lasts as long as the process.
func MemoryVault() Vault { return &memory{values: map[string]string{}} }

type memory struct {
	mu     sync.Mutex
	values map[string]string
}

func (m *memory) Get(name string) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.values[name]
}

func (m *memory) Put(name, value string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.values[name] = value
	return nil
}

func (m *memory) Delete(name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.values, name)
	return nil
}

func (m *memory) Durable() bool { return false }

// String keeps the values out of every log and message by accident.
func (m *memory) String() string { return "vault (hidden)" }

// GoString is String, for %#v.
func (m *memory) GoString() string { return "vault (hidden)" }
