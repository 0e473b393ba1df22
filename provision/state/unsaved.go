package state

import (
	"fmt"

	"phonegate/provision/fault"
)

// Unsaved is the cause of an error of Set: what should be in the file but could not be written. Whoever reports the error prints
// Recovery, so that nothing is lost.
type Unsaved struct {
	Path    string
	Content []byte
	Err     error
}

// Error says why the file could not be written.
func (u *Unsaved) Error() string { return cause(u.Err) }

// Unwrap is the file system's error.
func (u *Unsaved) Unwrap() error { return u.Err }

// Recovery is a text for a person: a command to paste that writes the file, with the full content.
func (u *Unsaved) Recovery() string {
	return fmt.Sprintf("Once %s is writable, save this in it:\n\ncat > '%s' <<'END'\n%sEND\n", u.Path, u.Path, u.Content)
}

func unsaved(path, tenant string, content []byte, err error) error {
	return fault.Wrap(&Unsaved{path, content, err}, fault.Failed, "state.unsaved",
		"Save the text below as "+path+", or leave it: phonegate apply --tenant "+tenant+" finds everything again by name.",
		"The changes to tenant %s could not be recorded in %s: %s.", tenant, path, cause(err))
}
