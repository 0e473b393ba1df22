package command

import (
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"phonegate/provision/config"
	"phonegate/provision/fault"
)

const (
	// fileName is the file with the tenants' answers, and the default of --config.
	fileName = "phonegate.yaml"
	// noFile is the --config that goes by flags and environment alone.
	noFile = "none"
	// nowhereFound begins whatever is said of a run without a file.
	nowhereFound = "No " + fileName + " here or above"
)

// locate settles by which file this run goes: the one that was named, or the nearest one in this folder and those above it.
func (p *program) locate(named bool) {
	switch {
	case named && p.config == noFile:
		p.alone, p.config = true, ""
	case named:
		p.configGiven = true
	default:
		p.config, p.misplaced = found(p.home())
	}
}

// home is the person's home directory, "" if the environment does not say.
func (p *program) home() string {
	if home := p.Getenv("HOME"); home != "" {
		return home
	}
	return p.Getenv("USERPROFILE")
}

// found is the path of the nearest file, as short as it can be written from here; that of one to be made here if there is none.
func found(home string) (string, error) {
	here, err := os.Getwd()
	if err != nil {
		return fileName, nil
	}
	// "..", as the system reads it, is not where a symbolic link came from.
	here, home = physical(here), physical(home)
	path := lookUp(here, home)
	if path == "" {
		return fileName, nil
	}
	shown := nearer(here, path)
	// A file decides where credentials are sent. In a folder such as /tmp anybody may have left one.
	if filepath.Dir(path) != here && !trusted(path, here) {
		return shown, fault.New(fault.Usage, "config.foreign",
			"If you trust it, use --config "+shown+". To ignore it, use --config none.", "%s belongs to another user.", shown)
	}
	return shown, nil
}

// lookUp is the nearest file in dir and the folders above it. What is above the home directory belongs to others and is left out.
func lookUp(dir, home string) string {
	for {
		path := filepath.Join(dir, fileName)
		if info, err := os.Stat(path); err == nil && !info.IsDir() {
			return path
		}
		up := filepath.Dir(dir)
		if up == dir || home != "" && up == filepath.Dir(home) {
			return ""
		}
		dir = up
	}
}

// physical is path without symbolic links, or as it is.
func physical(path string) string {
	if p, err := filepath.EvalSymlinks(path); err == nil {
		return p
	}
	return path
}

// nearer is path as seen from dir, where that is shorter.
func nearer(dir, path string) string {
	if rel, err := filepath.Rel(dir, path); err == nil && len(rel) <= len(path) {
		return rel
	}
	return path
}

// file is the configuration. Where there is none and none was named, the tenant is what flags and environment say, or
// the sandbox's example.
func (p *program) file(at *environment) (*config.File, error) {
	if p.misplaced != nil {
		return nil, p.misplaced
	}
	if p.configGiven || exists(p.config) {
		return config.Load(p.config)
	}
	names := p.tenants
	if len(names) == 0 {
		names = []string{"dev"}
	}
	var f *config.File
	switch {
	case at.sandboxed:
		f = example()
	case p.alone || p.named(names):
		f = config.New(fileName)
	default:
		return nil, fault.New(fault.Usage, "config.not_found",
			"Run phonegate init to write one, or pass its path with --config.", "%s.", nowhereFound)
	}
	at.fresh = true
	for _, name := range names {
		f.Tenants[name] = f.Defaults
	}
	return f, nil
}

// passing keeps the state only as long as the run: what an earlier run remembered is a file, too. Copies of pages that were replaced
// are for people, and stay.
func (at *environment) passing() {
	all := at.dir
	at.copies = filepath.Join(all, "pages")
	at.transient, at.dir = true, filepath.Join(all, "run-"+strings.ToLower(rand.Text()[:8]))
	at.close = func() {
		remembered, _ := filepath.Glob(filepath.Join(at.dir, "*.json"))
		for _, path := range append(remembered, at.dir, all) {
			_ = os.Remove(path) // a directory only if it is empty
		}
	}
}

// byFile is the flag with which the next command goes by the same file, "" if it finds it by itself.
func (p *program) byFile() string {
	switch {
	case p.alone:
		return " --config " + noFile
	case p.configGiven:
		return " --config " + p.config
	}
	return ""
}

// seenFrom is the value of --config for a run in dir.
func (p *program) seenFrom(dir string) string {
	if p.alone {
		return noFile
	}
	from, err := filepath.Abs(dir)
	path, bad := filepath.Abs(p.config)
	if err == nil && bad == nil && !filepath.IsAbs(p.config) {
		if rel, err := filepath.Rel(from, path); err == nil {
			return rel
		}
	}
	return p.config
}

// mayChange is an error for a command that would change something by what happens to be in the environment, where nobody sees it:
// without a file it takes a person, or --config none.
func (p *program) mayChange(command string, at *environment) error {
	if !at.fresh || at.sandboxed || p.alone || p.interactive() {
		return nil
	}
	return fault.New(fault.Usage, "config.not_found", "Pass the file's path with --config, or use --config none if there is none.",
		"%s, so %s would use only flags and environment.", nowhereFound, command)
}

// announce says in the first line which tenants are worked on and by which file. A program that reads JSON knows.
func (p *program) announce(jobs []*job) {
	if p.json || len(jobs) == 0 {
		return
	}
	at := jobs[0].at
	if at.fresh && !at.sandboxed && !p.alone {
		fmt.Fprintf(p.Err, "%s: using flags and environment only.\n", nowhereFound)
	}
	fmt.Fprintln(p.Err, p.about(jobs))
	if len(jobs) > 1 && p.OutTerminal {
		fmt.Fprintln(p.Err)
	}
}

// about is the tenants of a run and where their answers are from.
func (p *program) about(jobs []*job) string {
	line, at := tenantsOf(jobs), jobs[0].at
	switch {
	case p.alone:
		return line + " from flags and environment only"
	case at.fresh && at.sandboxed:
		return line + ", an example"
	case at.fresh:
		return line
	}
	return line + " from " + p.config
}

// tenantsOf is the tenants by name and domain, as far as there are not too many.
func tenantsOf(jobs []*job) string {
	const most = 3
	var names []string
	for _, j := range jobs[:min(len(jobs), most)] {
		names = append(names, fmt.Sprintf("%s (%s)", j.name, j.spec.Auth0.Domain))
	}
	line := "tenant " + names[0]
	if len(jobs) > 1 {
		line = fmt.Sprintf("%d tenants: %s", len(jobs), strings.Join(names, ", "))
	}
	if more := len(jobs) - most; more > 0 {
		line += fmt.Sprintf(" and %d more", more)
	}
	if jobs[0].at.sandboxed {
		return "Sandbox: " + line
	}
	return sentence(line)
}

// named says whether flags or environment give a tenant's domain, so that there is something to work on without a file.
func (p *program) named(names []string) bool {
	if p.answers["auth0.domain"] != "" || p.Getenv("AUTH0_DOMAIN") != "" {
		return true
	}
	for _, name := range names {
		if p.Getenv(config.ScopedEnv(name, "AUTH0_DOMAIN")) != "" {
			return true
		}
	}
	return false
}
