package bundle

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"phonegate/provision/event"
	"phonegate/provision/fault"
	"phonegate/provision/resource"
)

// remove deletes a file if it is as it was written, and says whether it is gone.
func (f *Folder) remove(path string, sums ...string) (gone bool, err error) {
	data, err := os.ReadFile(f.at(path))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return true, nil
	case err != nil:
		return false, f.trouble(err, "read", path)
	case !slices.Contains(sums, digest(data)):
		return false, nil
	}
	if err := os.Remove(f.at(path)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, f.trouble(err, "remove", path)
	}
	return true, nil
}

// UndoChange implements resource.Resource.
func (f *Folder) UndoChange() event.Change {
	c := event.Change{Resource: f.Name(), Op: event.None, Detail: f.shown + " is not there"}
	kept := f.paths(yours, edited)
	if n := len(f.files) - len(kept) - len(f.paths(missing)); n > 0 {
		c.Op, c.Detail = event.Delete, fault.Count(n, "file")+" of "+f.shown
	} else if len(kept) > 0 {
		c.Detail = f.shown
	}
	if len(kept) > 0 {
		c.Detail += ": " + strings.Join(kept, ", ") + " edited by you and kept"
	}
	return c
}

// Undo implements resource.Resource: whatever is not as phonegate has written it stays, and the folder with it.
func (f *Folder) Undo(context.Context, resource.Progress) error {
	written := f.written()
	sums := map[string][]string{}
	for path, sum := range written {
		sums[path] = append(sums[path], sum)
	}
	for _, file := range f.files {
		sums[file.Path] = append(sums[file.Path], digest(file.Data))
	}
	for _, path := range slices.Sorted(maps.Keys(sums)) {
		if _, err := f.remove(path, sums[path]...); err != nil {
			return err
		}
	}
	// Neither goes unless it is empty.
	if os.Remove(f.path) == nil {
		_ = os.Remove(filepath.Dir(f.path))
	}
	f.found = nil
	return f.note.Set("files", "")
}
