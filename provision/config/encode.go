package config

import (
	"regexp"
	"strconv"
	"strings"
)

// head explains the file to whoever opens it first.
const head = `# What phonegate sets up. Commit this file; it holds no secret.
# See what would change with phonegate plan, then run phonegate apply.

`

// encode writes the file afresh, in the order of the table.
func encode(f *File) []byte {
	var b strings.Builder
	b.WriteString(head)
	b.WriteString("version: 1\n")
	if body := scopeText(f, "", 1); body != "" {
		b.WriteString("\n# For every tenant that sets no value of its own.\ndefaults:\n" + body)
	}
	b.WriteString("\ntenants:\n")
	for _, name := range f.Names() {
		b.WriteString(tenantText(f, name, 1))
	}
	return []byte(b.String())
}

// tenantText is a tenant with its name, indented.
func tenantText(f *File, name string, depth int) string {
	indent := strings.Repeat("  ", depth)
	if body := scopeText(f, name, depth+1); body != "" {
		return indent + scalar(name) + ":\n" + body
	}
	return indent + scalar(name) + ": {}\n"
}

// scopeText is the answers of one scope, one a line, indented.
func scopeText(f *File, tenant string, depth int) string {
	var b strings.Builder
	indent := strings.Repeat("  ", depth)
	done := map[string]bool{}
	for _, q := range Questions() {
		group, _, grouped := strings.Cut(q.Key, ".")
		if !grouped {
			if f.writes(tenant, q) {
				b.WriteString(indent + q.Key + ": " + valueText(q, f.scope(tenant)) + "\n")
			}
			continue
		}
		if done[group] {
			continue
		}
		done[group] = true
		var rows strings.Builder
		for _, member := range Questions() {
			if key, ok := strings.CutPrefix(member.Key, group+"."); ok && f.writes(tenant, member) {
				rows.WriteString(indent + "  " + key + ": " + valueText(member, f.scope(tenant)) + "\n")
			}
		}
		if rows.Len() > 0 {
			b.WriteString(indent + group + ":\n" + rows.String())
		}
	}
	return b.String()
}

// valueText is an answer as it stands behind its key.
func valueText(q Question, t Tenant) string {
	value := q.Get(t)
	switch q.Kind {
	case Number, Switch:
		if value == "" {
			return "null"
		}
		return value
	case List:
		if value == "" {
			return "[]"
		}
		var all []string
		for element := range strings.SplitSeq(value, ",") {
			all = append(all, scalar(element))
		}
		return "[" + strings.Join(all, ", ") + "]"
	}
	return scalar(value)
}

var (
	plainText = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9 ._/+-]*$`)
	// otherType is what some readers of YAML take for something other than text.
	otherType = regexp.MustCompile(`(?i)^(true|false|yes|no|on|off|y|n|null|nan)$`)
)

// scalar is a text, in quotes wherever any reader of YAML might take it for something else.
func scalar(s string) string {
	if plainText.MatchString(s) && !otherType.MatchString(s) && !strings.HasSuffix(s, " ") {
		return s
	}
	if strings.IndexFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\'' }) < 0 {
		return "'" + s + "'"
	}
	return strconv.Quote(s)
}
