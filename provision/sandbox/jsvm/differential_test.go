package jsvm

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

type snippet struct {
	Name string `json:"name"`
	Code string `json:"code"` // the body of an async function; what it returns is compared as JSON
}

// TestSameAsNode runs the snippets of testdata/snippets.json here and in Node: the platform that the prelude makes must
// not be told from the one that the code meets on Auth0 and Vercel.
func TestSameAsNode(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("CI needs node: the platform is compared with it")
		}
		t.Skip("no node on PATH to compare with")
	}
	list := filepath.Join("testdata", "snippets.json")
	b, err := os.ReadFile(list)
	if err != nil {
		t.Fatal(err)
	}
	var snippets []snippet
	if err := json.Unmarshal(b, &snippets); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, node, filepath.Join("testdata", "differential.mjs"), list)
	cmd.Env = append(os.Environ(), "TZ=UTC", "NODE_NO_WARNINGS=1")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	if err := json.Unmarshal(out, &want); err != nil || len(want) != len(snippets) {
		t.Fatal(err, len(want))
	}
	for i, s := range snippets {
		t.Run(s.Name, func(t *testing.T) {
			res, err := RunAction(t.Context(), surroundings(nil), ActionCall{Handler: "run", Code: `exports.run = async (event, api) => {
				let out;
				try { out = JSON.stringify((await (async () => {` + s.Code + "\n})()) ?? null) } catch (e) { out = `throws ${e.name}` }\n" + `
				api.user.setAppMetadata("out", out);
			}`})
			if err != nil {
				t.Fatal(err)
			}
			if got := res.AppMetadata["out"]; got != want[i] {
				t.Errorf("%s\n here %v %s\n node %s", s.Code, got, res.Thrown, want[i])
			}
		})
	}
}
