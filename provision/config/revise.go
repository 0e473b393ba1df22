package config

import (
	"bytes"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// revise is the old text with what differs changed in its syntax tree, so that comments and order stay. The
// result is read again; if it does not say what f says, the file is written afresh.
func revise(name string, old []byte, f *File) ([]byte, error) {
	before, err := Parse(name, old)
	if err != nil {
		return nil, err
	}
	if same(before, f) {
		return old, nil
	}
	crlf := bytes.Contains(old, []byte("\r\n"))
	text := bytes.ReplaceAll(bytes.TrimPrefix(old, []byte("\xef\xbb\xbf")), []byte("\r\n"), []byte("\n"))
	revised, ok := edited(text, before, f)
	if ok {
		after, err := Parse(name, revised)
		ok = err == nil && same(after, f)
	}
	if !ok {
		revised = encode(f)
	}
	if crlf {
		revised = bytes.ReplaceAll(revised, []byte("\n"), []byte("\r\n"))
	}
	return revised, nil
}

// edited makes the changes. It gives up rather than guess: ok is then false.
func edited(text []byte, before, f *File) (revised []byte, ok bool) {
	defer func() {
		if recover() != nil { // see reader.tree
			revised, ok = nil, false
		}
	}()
	file, err := parser.ParseBytes(text, parser.ParseComments)
	if err != nil || len(file.Docs) != 1 {
		return nil, false
	}
	root, isMap := file.Docs[0].Body.(*ast.MappingNode)
	if !isMap {
		return nil, false
	}
	for _, name := range before.Names() {
		if _, stays := f.Tenants[name]; !stays {
			remove(root, []string{"tenants", name})
		}
	}
	for _, scope := range append([]string{""}, f.Names()...) {
		path := []string{"defaults"}
		if scope != "" {
			path = []string{"tenants", scope}
			if _, had := before.Tenants[scope]; !had {
				if !put(root, path, strings.TrimPrefix(tenantText(f, scope, 0), scalar(scope)+":")) {
					return nil, false
				}
				continue
			}
		}
		for _, q := range Questions() {
			at := append(slices.Clone(path), strings.Split(q.Key, ".")...)
			had, wanted := before.given(scope, q.Key), f.writes(scope, q)
			switch {
			case had && !wanted:
				remove(root, at)
			case wanted && (!had || q.Get(before.scope(scope)) != q.Get(f.scope(scope))):
				if !put(root, at, " "+valueText(q, f.scope(scope))+"\n") {
					return nil, false
				}
			}
		}
	}
	revised = []byte(strings.TrimRight(file.String(), "\n") + "\n")
	return revised, true
}

// pairAt is the pair of a key.
func pairAt(m *ast.MappingNode, key string) (int, *ast.MappingValueNode) {
	for i, pair := range m.Values {
		if keyOf(pair) == key {
			return i, pair
		}
	}
	return -1, nil
}

// remove takes the key at path away, and what is empty without it.
func remove(m *ast.MappingNode, path []string) {
	i, pair := pairAt(m, path[0])
	if pair == nil {
		return
	}
	if len(path) > 1 {
		child, ok := pair.Value.(*ast.MappingNode)
		if !ok {
			return
		}
		remove(child, path[1:])
		if len(child.Values) > 0 {
			return
		}
	}
	m.Values = slices.Delete(m.Values, i, i+1)
}

// put sets the key at path to a value, given as the text behind the colon. Groups on the way are made.
func put(m *ast.MappingNode, path []string, value string) bool {
	i, pair := pairAt(m, path[0])
	if pair != nil && len(path) > 1 {
		if child, ok := pair.Value.(*ast.MappingNode); ok && len(child.Values) > 0 {
			return put(child, path[1:], value)
		}
	}
	fresh := snippet(path, value)
	if fresh == nil || len(m.Values) == 0 {
		return false
	}
	if pair != nil && len(path) == 1 && isScalarOrFlow(pair.Value) && isScalarOrFlow(fresh.Value) {
		if comment := pair.Value.GetComment(); comment != nil {
			_ = fresh.Value.SetComment(comment)
		}
	}
	if pair != nil {
		if comment := pair.GetComment(); comment != nil {
			_ = fresh.SetComment(comment)
		}
	}
	fresh.AddColumn(m.Values[0].Key.GetToken().Position.Column - 1)
	if pair != nil {
		m.Values[i] = fresh
		return true
	}
	m.Values = append(m.Values, fresh)
	return true
}

// isScalarOrFlow says whether a value stands on the line of its key.
func isScalarOrFlow(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.MappingNode:
		return n.IsFlowStyle
	case *ast.SequenceNode:
		return n.IsFlowStyle
	case *ast.LiteralNode, *ast.NullNode, nil:
		return false
	}
	return true
}

// snippet is the syntax tree of a value under its path.
func snippet(path []string, value string) *ast.MappingValueNode {
	var b strings.Builder
	for depth, key := range path {
		b.WriteString(strings.Repeat("  ", depth) + scalar(key) + ":")
		if depth < len(path)-1 {
			b.WriteString("\n")
		}
	}
	lines := strings.Split(value, "\n")
	for i, line := range lines {
		if i > 0 && line != "" {
			lines[i] = strings.Repeat("  ", len(path)-1) + line
		}
	}
	b.WriteString(strings.Join(lines, "\n"))
	file, err := parser.ParseBytes([]byte(b.String()), 0)
	if err != nil || len(file.Docs) != 1 {
		return nil
	}
	m, ok := file.Docs[0].Body.(*ast.MappingNode)
	if !ok || len(m.Values) != 1 {
		return nil
	}
	return m.Values[0]
}
