//go:build !race

package clientstest

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"phonegate/provision/sandbox"
)

// description is the path of one of the providers' own API descriptions. They are large and not ours, so they are not
// in the repository: PHONEGATE_SPECS names the folder.
func description(t *testing.T, name string) string {
	t.Helper()
	dir := cmp.Or(os.Getenv("PHONEGATE_SPECS"), "../../../../shared/specs")
	path, err := filepath.Abs(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Skipf("missing: %s (the folder with API descriptions, PHONEGATE_SPECS)", name)
	}
	return path
}

// violation is what Prism finds: the description does not allow what was sent or answered.
type violation struct {
	Location []string `json:"location"`
	Severity string   `json:"severity"`
	Code     string   `json:"code"`
	Message  string   `json:"message"`
}

// prism is Prism between a driver and the sandbox, with one API description.
type prism struct {
	t     *testing.T
	url   string
	login func(*http.Request)
	paths []string // of the description's operations, "METHOD /path/{id}"
	used  map[string]bool
	found map[string]string // "operation: violation", and an example
}

// newPrism starts Prism and waits until it listens.
func newPrism(t *testing.T, name, upstream string, login func(*http.Request)) *prism {
	t.Helper()
	spec := description(t, name)
	script := npm(t, "@stoplight/prism-cli/dist/index.js")
	port := freePort(t)
	cmd := exec.Command(node(t), script, "proxy", spec, upstream, "--port", port)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "NO_COLOR=1"}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines, ready := bufio.NewScanner(out), make(chan bool, 1)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for lines.Scan() {
			if strings.Contains(lines.Text(), "Prism is listening") {
				ready <- true
			}
		}
		select {
		case ready <- false:
		default:
		}
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-ended
		_ = cmd.Wait()
	})
	select {
	case ok := <-ready:
		if !ok {
			t.Fatal("Prism ended before it listened")
		}
	case <-time.After(patience):
		t.Fatal("Prism does not listen")
	}
	return &prism{t: t, url: "http://127.0.0.1:" + port, login: login, paths: operations(t, spec), used: map[string]bool{}, found: map[string]string{}}
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return port
}

// operations lists what an API description describes.
func operations(t *testing.T, spec string) []string {
	t.Helper()
	text, err := os.ReadFile(spec)
	if err != nil {
		t.Fatal(err)
	}
	var d struct {
		Paths map[string]map[string]json.RawMessage `json:"paths"`
	}
	if err := json.Unmarshal(text, &d); err != nil {
		t.Fatal(err)
	}
	var out []string
	for path, methods := range d.Paths {
		for method := range methods {
			out = append(out, strings.ToUpper(method)+" "+path)
		}
	}
	slices.Sort(out)
	return out
}

// operation finds the described operation of a request; literal paths come before placeholders.
func (p *prism) operation(method, path string) string {
	best, fewest := method+" "+path, 100
	for _, o := range p.paths {
		pattern := "^" + placeholder.ReplaceAllString(regexp.QuoteMeta(o), "[^/]+") + "$"
		if n := strings.Count(o, "{"); n < fewest && regexp.MustCompile(pattern).MatchString(method+" "+path) {
			best, fewest = o, n
		}
	}
	return best
}

var placeholder = regexp.MustCompile(`\\\{[^/]*?\\\}`)

// do sends one request and keeps what Prism says of it. The status is part of the expectation: a driver that only
// ran into errors would prove little.
func (p *prism) do(status int, method, target, kind, body string) map[string]any {
	p.t.Helper()
	req, err := http.NewRequestWithContext(p.t.Context(), method, p.url+target, strings.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", kind)
	}
	p.login(req)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		p.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	path, _, _ := strings.Cut(target, "?")
	op := p.operation(method, path)
	if resp.StatusCode != status {
		p.t.Errorf("%s: %d instead of %d: %.400s", op, resp.StatusCode, status, text)
	}
	p.used[op] = true
	if v := resp.Header.Get("sl-violations"); v != "" {
		var all []violation
		if err := json.Unmarshal([]byte(v), &all); err != nil {
			p.t.Fatalf("%s: %v in %s", op, err, v)
		}
		for _, x := range all {
			where := index.ReplaceAllString(strings.Join(x.Location, "."), ".*$1")
			k := fmt.Sprintf("%s %d: %s %s", op, status, where, x.Code)
			if _, property, ok := strings.Cut(x.Message, "; found '"); ok {
				k += " " + strings.TrimSuffix(property, "'")
			}
			p.found[strings.TrimSpace(k)] = x.Message
		}
	}
	var out map[string]any
	if json.Unmarshal(text, &out) != nil {
		var list []any
		if json.Unmarshal(text, &list) == nil {
			out = map[string]any{"list": list}
		}
	}
	return out
}

var index = regexp.MustCompile(`\.\d+(\.|$)`)

func (p *prism) json(status int, method, target string, body any) map[string]any {
	p.t.Helper()
	text := ""
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			p.t.Fatal(err)
		}
		text = string(b)
	}
	return p.do(status, method, target, "application/json", text)
}

func (p *prism) form(status int, method, target string, pairs ...string) map[string]any {
	p.t.Helper()
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return p.do(status, method, target, "application/x-www-form-urlencoded", v.Encode())
}

// explained compares what was found with what is explained. An explanation that is no longer needed is as wrong as a
// violation without one.
func (p *prism) explained(allowed map[string]string) {
	p.t.Helper()
	rest := map[string]bool{}
	for k := range allowed {
		rest[k] = true
	}
	var lines []string
	for k, message := range p.found {
		if _, ok := allowed[k]; ok {
			delete(rest, k)
			continue
		}
		lines = append(lines, k+"\t"+message)
	}
	slices.Sort(lines)
	if len(lines) > 0 {
		p.t.Errorf("not as described:\n%s", strings.Join(lines, "\n"))
	}
	for k := range rest {
		p.t.Errorf("explained, but not found: %s", k)
	}
}

// complete fails for emulated operations of the description that were not used.
func (p *prism) complete(provider, prefix string) {
	p.t.Helper()
	shape := regexp.MustCompile(`\{[^}]*\}`)
	used := map[string]bool{}
	for o := range p.used {
		used[shape.ReplaceAllString(o, "{}")] = true
	}
	for _, e := range sandbox.EndpointTable() {
		path, ok := strings.CutPrefix(e.Path, prefix)
		if e.Provider != provider || !ok || !strings.HasPrefix(path, "/") {
			continue
		}
		if o := shape.ReplaceAllString(e.Method+" "+path, "{}"); !used[o] && slices.ContainsFunc(p.paths, func(x string) bool { return shape.ReplaceAllString(x, "{}") == o }) {
			p.t.Errorf("%s %s is emulated and was not compared with its description", e.Method, e.Path)
		}
	}
}

// text is a string field of an answer.
func text(o map[string]any, key string) string { s, _ := o[key].(string); return s }
