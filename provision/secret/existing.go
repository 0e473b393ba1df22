package secret

import (
	"io"
	"os"
	"path/filepath"
	"regexp"
	"time"
)

// Login is what another program on this computer is logged in with. It is for offering: nothing uses one that nobody said
// yes to.
type Login struct {
	Provider string // as in Slot
	Program  string // "Vercel CLI"
	// Account tells the logins of one program apart: a profile's name, a team's id; "" if the program does not say.
	Account string
	// Credentials has only what the login gives.
	Credentials Credentials
	// Expires is when it ends by itself, zero if it does not.
	Expires time.Time
	// Lacks says in a sentence what the login can't do, so that a person knows what is still asked for; "" if nothing.
	Lacks string
}

// String keeps the credentials out of every log and message by accident.
func (l Login) String() string { return l.Program + " " + l.Account + " (hidden)" }

// GoString is String, for %#v.
func (l Login) GoString() string { return l.String() }

// Computer is where other programs keep their logins.
type Computer struct {
	Home string
	// OS is as in runtime.GOOS.
	OS     string
	Getenv func(string) string
	Now    time.Time
}

// Existing finds the logins of other programs that lie in files of their own, without starting anything and without
// asking a keyring for what was put there by somebody else. Files that are missing, unreadable or strange hold none.
func Existing(at Computer) []Login {
	if at.Home == "" {
		return nil
	}
	var all []Login
	all = append(all, twilioLogins(readSmall(filepath.Join(at.Home, ".twilio-cli", "config.json")))...)
	for _, dir := range vercelDirs(at) {
		if l, ok := vercelLogin(readSmall(filepath.Join(dir, "auth.json")), readSmall(filepath.Join(dir, "config.json")), at.Now); ok {
			all = append(all, l)
			break
		}
	}
	for _, dir := range wranglerDirs(at) {
		if l, ok := wranglerLogin(readSmall(filepath.Join(dir, "config", "default.toml"))); ok {
			all = append(all, l)
			break
		}
	}
	return all
}

// largestLogin is more than any of these files has; a larger one is something else.
const largestLogin = 256 << 10

// readSmall is a regular file's content, nil for anything else: reading a pipe or a device could take for ever.
func readSmall(path string) []byte {
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() || info.Size() > largestLogin {
		return nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer func() { _ = f.Close() }()
	data, err := io.ReadAll(io.LimitReader(f, largestLogin+1))
	if err != nil || len(data) > largestLogin {
		return nil
	}
	return data
}

// vercelDirs are the places in which the Vercel CLI looks for its files, in its order.
func vercelDirs(at Computer) []string {
	const name = "com.vercel.cli"
	var dirs []string
	switch data := at.Getenv("XDG_DATA_HOME"); {
	case data != "":
		dirs = append(dirs, filepath.Join(data, name))
	case at.OS == "darwin":
		dirs = append(dirs, filepath.Join(at.Home, "Library", "Application Support", name))
	case at.OS == "windows":
		roaming := at.Getenv("APPDATA")
		if roaming == "" {
			roaming = filepath.Join(at.Home, "AppData", "Roaming")
		}
		dirs = append(dirs, filepath.Join(roaming, "xdg.data", name), filepath.Join(roaming, name, "Data"))
	default:
		dirs = append(dirs, filepath.Join(at.Home, ".local", "share", name))
	}
	return append(dirs, filepath.Join(at.Home, ".now"))
}

// wranglerDirs are the places in which wrangler keeps its files: the old one first, as wrangler does.
func wranglerDirs(at Computer) []string {
	config := at.Getenv("XDG_CONFIG_HOME")
	switch {
	case config != "":
	case at.OS == "darwin":
		config = filepath.Join(at.Home, "Library", "Preferences")
	case at.OS == "windows":
		if config = at.Getenv("APPDATA"); config == "" {
			config = filepath.Join(at.Home, "AppData", "Roaming")
		}
		config = filepath.Join(config, "xdg.config")
	default:
		config = filepath.Join(at.Home, ".config")
	}
	return []string{filepath.Join(at.Home, ".wrangler"), filepath.Join(config, ".wrangler")}
}

// What identifiers and secrets look like. What does not look like one is not offered.
var (
	accountSID = regexp.MustCompile(`^AC[0-9a-f]{32}$`)
	authToken  = regexp.MustCompile(`^[0-9a-f]{32}$`)
	opaque     = regexp.MustCompile(`^[A-Za-z0-9._~+/=-]{16,1000}$`)
	shortName  = regexp.MustCompile(`^[\pL\pN][\pL\pN ._@-]{0,62}$`)
)

// named is a name that another program's file gave, "" if it is none that could be shown.
func named(s string) string {
	if shortName.MatchString(s) {
		return s
	}
	return ""
}
