package vercel

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"phonegate/provision/fault"
)

// markKey is the plain variable that says, readable by anybody with access to the project, whose form the project is.
const markKey = "PHONEGATE_FORM"

// mark is the value of that variable: "made <domain>" or "adopted <domain>" with the settings that were changed.
type mark struct {
	// made is true if phonegate made the project. Variable and project are one request, so it is never true of another's.
	made   bool
	domain string
	// node and sso are what an adopted project had before, as Vercel's JSON has them; "" for what was not changed.
	node, sso string
}

func (m mark) String() string {
	words := []string{"adopted", m.domain}
	if m.made {
		words[0] = "made"
	}
	if m.node != "" {
		words = append(words, "node="+m.node)
	}
	if m.sso != "" {
		words = append(words, "sso="+m.sso) // the last one: JSON may have spaces in it
	}
	return strings.Join(words, " ")
}

func parseMark(value string) (m mark, ok bool) {
	value, m.sso, _ = strings.Cut(value, " sso=")
	words := strings.Fields(value)
	if len(words) < 2 || !slices.Contains([]string{"made", "adopted"}, words[0]) || m.sso != "" && !json.Valid([]byte(m.sso)) {
		return mark{}, false
	}
	m.made, m.domain = words[0] == "made", words[1]
	for _, word := range words[2:] {
		if node, ok := strings.CutPrefix(word, "node="); ok {
			m.node = node
		}
	}
	return m, true
}

// markOf finds a project's mark among its variables, nil if it has none.
func markOf(project string, env []variable) (*mark, error) {
	i := slices.IndexFunc(env, func(v variable) bool { return v.Key == markKey })
	if i < 0 {
		return nil, nil
	}
	m, ok := parseMark(env[i].Value)
	if !ok {
		return nil, fault.New(fault.Failed, "vercel.mark_unreadable",
			"Check it at https://vercel.com/dashboard: it must be a plain variable with the value “made DOMAIN” or “adopted DOMAIN”. "+
				"Delete it if the project is this tenant's form, or choose another name with --host-project.",
			"The variable %s of the Vercel project %s can't be read, so it is not clear whose form the project is.", markKey, project)
	}
	return &m, nil
}

// adoption is the mark of a project that phonegate did not make, with what it is about to change there.
func adoption(domain string, p *project) mark {
	m := mark{domain: domain}
	if p.NodeVersion != nodeVersion {
		m.node = p.NodeVersion
	}
	if p.protected() {
		var tight bytes.Buffer
		if json.Compact(&tight, p.SSOProtection) == nil {
			m.sso = tight.String()
		}
	}
	return m
}
