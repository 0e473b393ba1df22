package bundle

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"phonegate/provision/durable"
	"phonegate/provision/event"
	"phonegate/provision/fault"
	"phonegate/provision/host"
	"phonegate/provision/resource"
)

// Folder is the resource host.project: the form's files on this computer. The code among them is put back whenever it is
// not as it was generated. What says how it is run (a Dockerfile, a unit of systemd) is a beginning: a
// file of that kind that somebody has edited is that person's, and is left as it is.
type Folder struct {
	shown, path string
	files       []host.File
	// note remembers what was written. Without it a file that an earlier run generated counts as edited.
	note resource.Note
	// runs says whether the form runs somewhere as it must, so that nobody needs the folder here.
	runs func() bool

	found map[string]condition
}

// condition is how a file was found.
type condition int

const (
	missing  condition = iota
	same               // as it is generated
	outdated           // as an earlier run has generated it
	edited             // code that is not as any run has generated it
	yours              // edited, and left as it is
)

// Name implements resource.Resource.
func (f *Folder) Name() string { return "host.project" }

// Read implements resource.Resource.
func (f *Folder) Read(context.Context) error {
	found := map[string]condition{}
	written := f.written()
	for _, file := range f.files {
		data, err := os.ReadFile(f.at(file.Path))
		switch {
		case errors.Is(err, fs.ErrNotExist):
			found[file.Path] = missing
		case err != nil:
			return f.trouble(err, "read", file.Path)
		case bytes.Equal(data, file.Data):
			found[file.Path] = same
		case written[file.Path] == digest(data):
			found[file.Path] = outdated
		case !code(file.Path):
			found[file.Path] = yours
		case !bytes.Contains(data, []byte("phonegate:")):
			return fault.New(fault.Failed, "bundle.file_taken", "Choose another name with --host-project, or move that file away.",
				"%s/%s already exists and is not phonegate's.", f.shown, file.Path)
		default:
			found[file.Path] = edited
		}
	}
	f.found = found
	return nil
}

// code says whether a file is the program itself.
func code(path string) bool { return strings.HasSuffix(path, ".mjs") }

func (f *Folder) at(path string) string { return filepath.Join(f.path, filepath.FromSlash(path)) }

// written are the digests of what earlier runs have written into this folder, by path.
func (f *Folder) written() map[string]string {
	all := map[string]string{}
	words := strings.Fields(f.note.Get("files"))
	if len(words) == 0 || words[0] != f.shown {
		return all // it was another folder
	}
	for _, w := range words[1:] {
		if path, sum, ok := strings.Cut(w, "="); ok {
			all[path] = sum
		}
	}
	return all
}

// remember notes what is written into the folder.
func (f *Folder) remember(written map[string]string) error {
	words := []string{f.shown}
	for _, path := range slices.Sorted(maps.Keys(written)) {
		words = append(words, path+"="+written[path])
	}
	return f.note.Set("files", strings.Join(words, " "))
}

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:16])
}

// paths are the wanted files that were found in one of the conditions.
func (f *Folder) paths(in ...condition) []string {
	var all []string
	for _, file := range f.files {
		if slices.Contains(in, f.found[file.Path]) {
			all = append(all, file.Path)
		}
	}
	return all
}

// superseded are files that an earlier run has written and that are not wanted any more.
func (f *Folder) superseded() []string {
	written := f.written()
	for _, file := range f.files {
		delete(written, file.Path)
	}
	return slices.Sorted(maps.Keys(written))
}

// unneeded says that the form has come from another computer: it is up to date, and what is here is nothing or older.
func (f *Folder) unneeded() bool {
	return len(f.paths(missing, outdated)) > 0 && len(f.paths(edited)) == 0 && f.runs()
}

// Change implements resource.Resource.
func (f *Folder) Change() event.Change {
	c := event.Change{Resource: f.Name(), Op: event.None, Detail: f.shown}
	gone := f.paths(missing)
	switch {
	case f.unneeded():
		c.Detail += " is out of date on this computer; the running form is up to date"
		return c
	case len(gone) == len(f.files):
		c.Op, c.From = event.Create, "generated"
		c.Detail = fault.Count(len(f.files), "file") + " in " + f.shown
		return c
	}
	var why []string
	for _, part := range []struct {
		paths []string
		words string
	}{
		{gone, "missing"}, {f.paths(edited), "edited, is restored"}, {f.paths(outdated), "new"}, {f.superseded(), "goes"},
	} {
		if len(part.paths) > 0 {
			c.Op = event.Update
			why = append(why, strings.Join(part.paths, ", ")+" "+part.words)
		}
	}
	if kept := f.paths(yours); len(kept) > 0 {
		why = append(why, strings.Join(kept, ", ")+" edited by you and kept")
	}
	if len(why) > 0 {
		c.Detail += ": " + strings.Join(why, "; ")
	}
	return c
}

// Apply implements resource.Resource.
func (f *Folder) Apply(ctx context.Context, _ resource.Progress) error {
	if err := f.Read(ctx); err != nil { // what is here may have changed since: it is nobody's but the person's
		return err
	}
	// Others must be able to read it: it is copied to servers, and into containers.
	if err := os.MkdirAll(f.path, 0o755); err != nil {
		return f.trouble(err, "write", "")
	}
	written := f.written()
	for _, file := range f.files {
		switch f.found[file.Path] {
		case same:
		case yours:
			delete(written, file.Path)
			continue
		default:
			if err := durable.WriteFile(f.at(file.Path), file.Data, 0o644); err != nil {
				return f.trouble(err, "write", file.Path)
			}
		}
		f.found[file.Path], written[file.Path] = same, digest(file.Data)
	}
	for _, path := range f.superseded() {
		if _, err := f.remove(path, written[path]); err != nil {
			return err
		}
		delete(written, path)
	}
	return f.remember(written)
}

// Problems names each way in which the folder that was read is not as it should be.
func (f *Folder) Problems() []*fault.Error {
	if f.unneeded() {
		return nil
	}
	var all []*fault.Error
	for _, path := range f.paths(missing) {
		all = append(all, trouble("bundle.file_missing", "", "%s/%s is missing.", f.shown, path))
	}
	for _, path := range f.paths(edited) {
		all = append(all, trouble("bundle.file_edited", "", "%s/%s differs from the generated file: somebody edited it.", f.shown, path))
	}
	for _, path := range append(f.paths(outdated), f.superseded()...) {
		all = append(all, trouble("bundle.file_outdated", "", "%s/%s is out of date.", f.shown, path))
	}
	return all
}

// trouble is the error of a file that the system did not let be read or written.
func (f *Folder) trouble(err error, verb, path string) error {
	cause := err
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		cause = p.Err
	}
	return fault.Wrap(err, fault.Failed, "bundle.file", "Check the permissions of "+f.shown+", then run the same command again.",
		"phonegate can't %s %s: %s.", verb, strings.TrimSuffix(f.shown+"/"+path, "/"), cause)
}
