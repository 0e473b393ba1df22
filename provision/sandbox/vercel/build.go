package vercel

import (
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"phonegate/provision/sandbox/jsvm"
)

// config is vercel.json as far as the sandbox follows it.
type config struct {
	Rewrites []struct {
		Source      string `json:"source"`
		Destination string `json:"destination"`
	} `json:"rewrites"`
	Headers []struct {
		Source  string `json:"source"`
		Headers []struct {
			Key   string `json:"key"`
			Value string `json:"value"`
		} `json:"headers"`
	} `json:"headers"`
	Functions map[string]struct {
		MaxDuration int `json:"maxDuration"`
	} `json:"functions"`
}

// isFunction says whether a file becomes a serverless function: JavaScript under api/, except names with _ or .
func isFunction(name string) bool {
	if !strings.HasPrefix(name, "api/") {
		return false
	}
	for part := range strings.SplitSeq(name, "/") {
		if strings.HasPrefix(part, "_") || strings.HasPrefix(part, ".") {
			return false
		}
	}
	switch path.Ext(name) {
	case ".js", ".mjs", ".cjs", ".ts", ".mts", ".cts":
		return !strings.HasSuffix(name, ".d.ts")
	}
	return false
}

// readConfig reads vercel.json, if there is one.
func readConfig(files map[string][]byte) (config, error) {
	var c config
	if b, ok := files["vercel.json"]; ok {
		if err := json.Unmarshal(b, &c); err != nil {
			return c, fmt.Errorf("Invalid vercel.json file provided: %w", err)
		}
	}
	for _, r := range c.Rewrites {
		if _, err := newRoute(r.Source, r.Destination); err != nil {
			return c, fmt.Errorf("Invalid vercel.json file provided: rewrite source %q: %w", r.Source, err)
		}
	}
	for _, h := range c.Headers {
		if _, err := newRoute(h.Source, ""); err != nil {
			return c, fmt.Errorf("Invalid vercel.json file provided: headers source %q: %w", h.Source, err)
		}
	}
	return c, nil
}

// check builds: it returns why these files cannot be deployed, or nothing.
func check(files map[string][]byte) (code, text string) {
	c, err := readConfig(files)
	if err != nil {
		return "invalid_vercel_config", err.Error()
	}
	found, static := 0, 0
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if !isFunction(name) {
			if isStatic(name) {
				static++
			}
			continue
		}
		found++
		if ext := path.Ext(name); ext != ".js" && ext != ".mjs" {
			return "BUILD_UTILS_SPAWN_1", fmt.Sprintf("%s: the sandbox runs .js and .mjs functions, not %s", name, ext)
		}
		if f, err := jsvm.NewFunction(jsvm.Surroundings{}, string(files[name]), nil); err != nil {
			return "BUILD_UTILS_SPAWN_1", fmt.Sprintf("%s: %v", name, err)
		} else {
			f.Close()
		}
	}
	for _, pattern := range slices.Sorted(maps.Keys(c.Functions)) {
		if !slices.ContainsFunc(slices.Collect(maps.Keys(files)), func(name string) bool { return isFunction(name) && globMatches(pattern, name) }) {
			return "unused_function", fmt.Sprintf("The pattern %q defined in `functions` doesn't match any Serverless Functions inside the `api` directory.", pattern)
		}
	}
	if found == 0 && static == 0 {
		return "no_output", "The deployment holds no function under api/ and no file to serve."
	}
	return "", ""
}

// isStatic says whether a file is served as it is.
func isStatic(name string) bool {
	switch name {
	case "package.json", "vercel.json", "package-lock.json", ".vercelignore", ".gitignore", "now.json":
		return false
	}
	return !isFunction(name) && !strings.HasPrefix(name, ".") && !strings.HasPrefix(name, "node_modules/") && !strings.HasPrefix(name, "api/")
}

// globMatches knows * within a path part and ** across them.
func globMatches(pattern, name string) bool {
	if prefix, suffix, ok := strings.Cut(pattern, "**"); ok {
		return strings.HasPrefix(name, prefix) && strings.HasSuffix(name, strings.TrimLeft(suffix, "/*"))
	}
	ok, err := path.Match(pattern, name)
	return err == nil && ok
}

// duration is how many seconds a function may run: what vercel.json says, else the platform's default.
func (c config) duration(name string) int {
	for pattern, f := range c.Functions {
		if f.MaxDuration > 0 && globMatches(pattern, name) {
			return f.MaxDuration
		}
	}
	return 300
}
