package config

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"phonegate/provision/fault"
)

const (
	// sizeLimit is far above what any number of tenants needs.
	sizeLimit = 256 << 10
	// depthLimit is above what any valid file nests (tenants, a name, a group, a list).
	depthLimit = 12
	// Version is the version of the file's format.
	Version = 1
)

// Load reads and checks the file.
func Load(path string) (*File, error) {
	info, err := os.Stat(path)
	if err == nil && info.Size() > sizeLimit {
		return nil, Problems{tooLarge(path)}.err(path)
	}
	data, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fault.Wrap(err, fault.Usage, "config.not_found", "Run phonegate init to write it, or name another with --config.", "There is no %s.", path)
	case err != nil:
		return nil, fault.Wrap(err, fault.Usage, "config.unreadable", "Check the file's permissions, or name another with --config.", "%s cannot be read: %s.", path, cause(err))
	}
	return Parse(path, data)
}

// cause is a file error without the path, which the sentence around it has.
func cause(err error) string {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err.Error()
	}
	return err.Error()
}

// Parse reads and checks a file. All that is wrong in it is reported at once, each with its line and
// column, as a Usage error around Problems. Name is how messages call the file.
func Parse(name string, data []byte) (*File, error) {
	name = filepath.ToSlash(name)
	p := &reader{file: &File{name: name, marks: map[mark]position{}, Tenants: map[string]Tenant{}}}
	p.read(data)
	if err := p.problems.err(name); err != nil {
		return nil, err
	}
	return p.file, nil
}

// reader walks the syntax tree along the table of questions and collects what does not fit.
type reader struct {
	file     *File
	problems Problems
}

func tooLarge(name string) Problem {
	return Problem{Origin: name, Message: fmt.Sprintf("is larger than %d kB, the limit for this file", sizeLimit>>10)}
}

func (r *reader) read(data []byte) {
	if len(data) > sizeLimit {
		r.problems = append(r.problems, tooLarge(r.file.name))
		return
	}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if at := invalidUTF8(data); at >= 0 {
		line := bytes.Count(data[:at], []byte("\n")) + 1
		column := at - bytes.LastIndexByte(data[:at], '\n')
		r.addAt(position{line, column}, "", "is not text in UTF-8 from here on")
		return
	}
	root := r.tree(data)
	if root == nil {
		return
	}
	r.document(root)
}

// tree parses the text. It gives nil after a problem has been noted.
func (r *reader) tree(data []byte) (root ast.Node) {
	defer func() {
		// The YAML library reads what people wrote; a mistake of its own must not become ours.
		if recover() != nil {
			root = nil
			r.addAt(position{1, 1}, "", "cannot be read as YAML")
		}
	}()
	tokens := lexer.Tokenize(string(data))
	if !r.plain(tokens) {
		return nil
	}
	file, err := parser.Parse(tokens, 0)
	if err != nil {
		r.syntax(err)
		return nil
	}
	var bodies []ast.Node
	for _, doc := range file.Docs {
		if doc != nil && doc.Body != nil {
			bodies = append(bodies, doc.Body)
		}
	}
	switch len(bodies) {
	case 0:
		r.addAt(position{1, 1}, "", "is empty; it needs version: 1 and tenants")
		return nil
	case 1:
		return bodies[0]
	}
	r.add(bodies[1], "", "a second YAML document begins; write one file for each or put all tenants into one")
	return nil
}

// plain refuses, before anything is built from them, the parts of YAML that this file has no
// use for and that can be made to explode: anchors, aliases, tags, complex keys, deep nesting.
func (r *reader) plain(tokens token.Tokens) bool {
	before := len(r.problems)
	flow, line, dashes, colons := 0, 0, 0, 0
	for _, tk := range tokens {
		if tk.Position.Line != line {
			line, dashes, colons = tk.Position.Line, 0, 0
		}
		switch tk.Type {
		case token.AnchorType, token.AliasType, token.MergeKeyType:
			r.addAt(place(tk), "", "anchors, aliases and << are not allowed in this file; put values that all tenants share under defaults")
		case token.TagType:
			r.addAt(place(tk), "", "tags (!...) are not allowed in this file; write the plain value, in quotes if necessary")
		case token.MappingKeyType:
			r.addAt(place(tk), "", "keys that begin with ? are not allowed in this file; write key: value")
		case token.MappingStartType, token.SequenceStartType:
			flow++
		case token.MappingEndType, token.SequenceEndType:
			flow--
		case token.SequenceEntryType:
			dashes++
		case token.MappingValueType:
			if flow <= 0 {
				colons++
			}
		}
		if flow > depthLimit || dashes > depthLimit || colons > depthLimit {
			r.addAt(place(tk), "", "is nested deeper than any setting")
			break
		}
		if len(r.problems) > before+20 {
			break
		}
	}
	return len(r.problems) == before
}

// syntax notes what the YAML library found wrong.
func (r *reader) syntax(err error) {
	at, message := position{1, 1}, err.Error()
	if known, ok := errors.AsType[yaml.Error](err); ok {
		message = known.GetMessage()
		if tk := known.GetToken(); tk != nil {
			at = place(tk)
		}
	}
	message, _, _ = strings.Cut(message, "\n")
	r.addAt(at, "", "is not valid YAML: %s", message)
}

func (r *reader) add(n ast.Node, key, format string, args ...any) {
	r.addAt(nodePlace(n), key, format, args...)
}

func (r *reader) addAt(at position, key, format string, args ...any) {
	r.problems = append(r.problems, Problem{Origin: r.file.name, Line: at.line, Column: at.column, Key: key, Message: fmt.Sprintf(format, args...)})
}

func place(tk *token.Token) position {
	if tk == nil || tk.Position == nil {
		return position{1, 1}
	}
	return position{max(tk.Position.Line, 1), max(tk.Position.Column, 1)}
}

// nodePlace is where a node begins. A mapping's own token is its first colon, so its first key is asked.
func nodePlace(n ast.Node) position {
	if n == nil {
		return position{1, 1}
	}
	if pairs, ok := entries(n); ok && len(pairs) > 0 {
		return place(pairs[0].Key.GetToken())
	}
	return place(n.GetToken())
}

func invalidUTF8(data []byte) int {
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return -1
}
