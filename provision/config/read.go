package config

import (
	"maps"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// entries are the pairs of a mapping; ok is false if n is something else.
func entries(n ast.Node) (pairs []*ast.MappingValueNode, ok bool) {
	switch n := n.(type) {
	case *ast.MappingNode:
		return n.Values, true
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{n}, true
	}
	return nil, false
}

// empty says whether a key was written without a value.
func empty(n ast.Node) bool {
	if n == nil {
		return true
	}
	_, null := n.(*ast.NullNode)
	return null
}

// keyOf is the text of a mapping's key.
func keyOf(pair *ast.MappingValueNode) string {
	if pair.Key == nil || pair.Key.GetToken() == nil {
		return ""
	}
	return pair.Key.GetToken().Value
}

// document reads the top of the file.
func (r *reader) document(root ast.Node) {
	pairs, ok := entries(root)
	if !ok {
		r.add(root, "", "must begin with keys; it needs version: 1 and tenants")
		return
	}
	known := []string{"version", "defaults", "tenants"}
	seen := map[string]bool{}
	for _, pair := range pairs {
		key := keyOf(pair)
		seen[key] = true
		switch key {
		case "version":
			r.version(pair.Value)
		case "defaults":
			r.tenant("", "defaults", &r.file.Defaults, pair.Value)
		case "tenants":
			r.tenants(pair)
		default:
			r.add(pair.Key, quoted(key), "is not a known key here; known keys: %s%s", enumerate(known, "and"), didYouMean(key, known))
		}
	}
	if !seen["version"] {
		r.add(root, "version", "is missing; write version: 1")
	}
	if !seen["tenants"] {
		r.add(root, "tenants", "is missing; write tenants: and under it a name such as dev:")
	}
}

func (r *reader) version(n ast.Node) {
	if i, ok := n.(*ast.IntegerNode); ok && i.GetToken().Value == "1" {
		r.file.Version = Version
		return
	}
	said := "nothing"
	if !empty(n) {
		said = quoted(n.GetToken().Value)
	}
	r.add(n, "version", "is %s; this phonegate supports version 1", said)
}

func (r *reader) tenants(pair *ast.MappingValueNode) {
	if empty(pair.Value) {
		return // init adds the first one
	}
	pairs, ok := entries(pair.Value)
	if !ok {
		r.add(pair.Value, "tenants", "must be a mapping; write a name for each tenant under it, such as dev:")
		return
	}
	scopes := map[string]string{}
	for _, pair := range pairs {
		name := keyOf(pair)
		if err := CheckName(name); err != nil {
			r.add(pair.Key, "tenants", "%s", err)
			continue
		}
		scope := strings.ReplaceAll(name, "-", "_")
		if other, taken := scopes[scope]; taken {
			r.add(pair.Key, "tenants."+name, "and %s would share their PHONEGATE_%s_ variables; rename one", other, strings.ToUpper(scope))
			continue
		}
		scopes[scope] = name
		var t Tenant
		r.mark(name, "", pair)
		r.tenant(name, "tenants."+name, &t, pair.Value)
		r.file.Tenants[name] = t
	}
}

func (r *reader) mark(tenant, key string, pair *ast.MappingValueNode) {
	r.file.marks[mark{tenant, key}] = place(pair.Key.GetToken())
}

// tenant reads one tenant, or the defaults, along the table of questions.
func (r *reader) tenant(name, path string, t *Tenant, n ast.Node) {
	questions := map[string]Question{}
	for _, q := range Questions() {
		questions[q.Key] = q
	}
	r.group(name, path, "", questions, t, n)
}

// group reads one mapping of a tenant: all keys of the table that begin with prefix.
func (r *reader) group(name, path, prefix string, questions map[string]Question, t *Tenant, n ast.Node) {
	if empty(n) {
		return
	}
	pairs, ok := entries(n)
	if !ok {
		r.add(n, path, "must be a mapping; known keys: %s", enumerate(keysUnder(prefix, questions), "and"))
		return
	}
	for _, pair := range pairs {
		key := keyOf(pair)
		full := prefix + key
		if q, ok := questions[full]; ok {
			r.mark(name, full, pair)
			r.answer(q, path+"."+key, t, pair)
			continue
		}
		known := keysUnder(prefix, questions)
		if key != "" && !strings.Contains(key, ".") && slices.Contains(known, key) {
			r.group(name, path+"."+key, full+".", questions, t, pair.Value)
			continue
		}
		r.add(pair.Key, path+"."+key, "is not a known key here; known keys: %s%s", enumerate(known, "and"), r.elsewhere(key, known, questions))
	}
}

// elsewhere helps with a key that is misspelt or stands one level off.
func (r *reader) elsewhere(key string, known []string, questions map[string]Question) string {
	if hint := didYouMean(key, known); hint != "" {
		return hint
	}
	for _, full := range slices.Sorted(maps.Keys(questions)) {
		if full == key || strings.HasSuffix(full, "."+key) {
			return " (did you mean " + full + "?)"
		}
	}
	return ""
}

// keysUnder are the next words of all keys that begin with prefix, sorted.
func keysUnder(prefix string, questions map[string]Question) []string {
	words := map[string]bool{}
	for key := range questions {
		if rest, ok := strings.CutPrefix(key, prefix); ok {
			word, _, _ := strings.Cut(rest, ".")
			words[word] = true
		}
	}
	return slices.Sorted(maps.Keys(words))
}

// answer reads the value of one key.
func (r *reader) answer(q Question, path string, t *Tenant, pair *ast.MappingValueNode) {
	n := pair.Value
	if empty(n) {
		if q.Key == "brand.color" {
			r.add(pair.Key, path, "has no value; put the colour in quotes, because an unquoted # begins a comment")
		}
		return
	}
	switch q.Kind {
	case List:
		r.listAnswer(q, path, t, n)
	case Number:
		if _, ok := n.(*ast.IntegerNode); !ok {
			r.add(n, path, "%s is not a whole number", shown(n))
			return
		}
		r.take(q, path, t, n, n.GetToken().Value)
	case Switch:
		if _, ok := n.(*ast.BoolNode); !ok {
			r.add(n, path, "%s is neither true nor false", shown(n))
			return
		}
		r.take(q, path, t, n, n.GetToken().Value)
	default:
		if value, ok := r.line(path, n); ok {
			r.take(q, path, t, n, value)
		}
	}
}

func (r *reader) listAnswer(q Question, path string, t *Tenant, n ast.Node) {
	seq, ok := n.(*ast.SequenceNode)
	if !ok {
		r.add(n, path, "%s is not a list; write it in square brackets, such as [a, b]", shown(n))
		return
	}
	var all []string
	for _, element := range seq.Values {
		value, ok := r.line(path, element)
		if !ok {
			continue
		}
		tidy, err := tidied(q.clean, value)
		if err != nil {
			r.add(element, path, "%s", err)
		} else if tidy != "" {
			all = append(all, tidy)
		}
	}
	_ = q.Set(t, strings.Join(all, ",")) // each element has been checked
}

func (r *reader) take(q Question, path string, t *Tenant, n ast.Node, value string) {
	if err := q.Set(t, value); err != nil {
		r.add(n, path, "%s", err)
	}
}

// line is the text of a node that is to be one line of text.
func (r *reader) line(path string, n ast.Node) (string, bool) {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return n.Value.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		r.add(n, path, "%s must be text; put it in quotes", shown(n))
	case nil, *ast.NullNode:
		r.add(n, path, "is empty; remove it or write a value")
	default:
		r.add(n, path, "must be a single line of text")
	}
	return "", false
}

// shown is a value as it may stand in a message.
func shown(n ast.Node) string {
	switch n.(type) {
	case *ast.MappingNode, *ast.MappingValueNode:
		return "a mapping"
	case *ast.SequenceNode:
		return "a list"
	}
	return quoted(n.GetToken().Value)
}
