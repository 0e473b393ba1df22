// Package kind is the table of the places where a form can run. A host is a package below provision/host and its line here.
package kind

import (
	"slices"

	"phonegate/provision/host"
	"phonegate/provision/host/bundle"
	"phonegate/provision/host/cloudflare"
	"phonegate/provision/host/vercel"
)

// table has the kinds in the order in which they are offered.
var table = []host.Kind{vercel.Kind, cloudflare.Kind, bundle.Kind}

// Default is the kind where nothing was answered.
const Default = vercel.Name

// All are the kinds in the order in which they are offered.
func All() []host.Kind { return slices.Clone(table) }

// Of is the kind with that name. ok is false if there is none.
func Of(name string) (k host.Kind, ok bool) {
	for _, k := range table {
		if k.Name == name {
			return k, true
		}
	}
	return host.Kind{}, false
}

// SelfHosted says whether a person runs forms of that kind.
func SelfHosted(name string) bool {
	k, _ := Of(name)
	return k.SelfHosted
}

// Names are the kinds' names, those with an account alone if accounts says so.
func Names(accounts bool) []string {
	var all []string
	for _, k := range table {
		if !accounts || !k.SelfHosted {
			all = append(all, k.Name)
		}
	}
	return all
}
