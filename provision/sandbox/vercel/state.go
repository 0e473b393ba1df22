package vercel

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"math/big"
	"slices"
	"strings"
)

// state is everything the account holds.
type state struct {
	Last        int64                  `json:"last"` // the latest time given out
	Projects    map[string]*project    `json:"projects"`
	Deployments map[string]*deployment `json:"deployments"`
	Aliases     map[string]*alias      `json:"aliases"` // by host
	Files       map[string][]byte      `json:"files"`   // by SHA-1
}

func newState() state {
	return state{Projects: map[string]*project{}, Deployments: map[string]*deployment{}, Aliases: map[string]*alias{}, Files: map[string][]byte{}}
}

// Snapshot is the whole account as JSON, values of environment variables included.
func (s *Server) Snapshot() ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return json.Marshal(s.state)
}

// Restore replaces the account by a Snapshot.
func (s *Server) Restore(snapshot []byte) error {
	restored := newState()
	if err := json.Unmarshal(snapshot, &restored); err != nil {
		return err
	}
	s.mu.Lock()
	old := s.built
	s.state, s.built = restored, map[string]*site{}
	hosts := slices.Sorted(maps.Keys(restored.Aliases))
	for _, d := range s.sortedDeployments() {
		if d.Phase == ready {
			hosts = append(hosts, d.URL)
		}
	}
	s.mu.Unlock()
	s.announce(hosts)
	for _, b := range old {
		b.close()
	}
	return nil
}

// State is what a person would see of the account, for comparisons: the same account gives the same JSON, and
// values of environment variables appear as hashes only.
func (s *Server) State() any {
	s.mu.Lock()
	defer s.mu.Unlock()
	type variable struct {
		Key, Type, Value string
		Target           []string
	}
	type seen struct {
		ID, Name, Protection string
		Env                  []variable
		Deployments          []string
	}
	projects := []seen{}
	for _, p := range s.sortedProjects() {
		one := seen{ID: p.ID, Name: p.Name, Protection: p.protection()}
		for _, e := range p.Env {
			sum := sha256.Sum256([]byte(e.Value))
			one.Env = append(one.Env, variable{e.Key, e.Type, hex.EncodeToString(sum[:8]), e.Target})
		}
		for _, id := range slices.Sorted(maps.Keys(s.state.Deployments)) {
			if s.state.Deployments[id].ProjectID == p.ID {
				one.Deployments = append(one.Deployments, id)
			}
		}
		projects = append(projects, one)
	}
	aliases := map[string]string{}
	for host, a := range s.state.Aliases {
		aliases[host] = a.DeploymentID
	}
	return map[string]any{"projects": projects, "aliases": aliases}
}

func (s *Server) sortedProjects() []*project {
	return slices.SortedFunc(maps.Values(s.state.Projects), func(a, b *project) int { return int(b.CreatedAt - a.CreatedAt) })
}

// newID is a random identifier such as prj_ or dpl_ and 28 letters and digits.
func newID(prefix string, n int) string {
	const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	return prefix + randomText(alphabet, n)
}

func randomText(alphabet string, n int) string {
	var out strings.Builder
	for range n {
		i, err := rand.Int(rand.Reader, big.NewInt(int64(len(alphabet))))
		if err != nil {
			panic(err) // crypto/rand never fails on the platforms Go supports
		}
		out.WriteByte(alphabet[i.Int64()])
	}
	return out.String()
}
