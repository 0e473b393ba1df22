package reply

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Paging is a request's page and whether it wants totals.
type Paging struct {
	// PerPage is how many results a page has.
	PerPage int
	page    int
	totals  bool
}

// ReadPaging checks page and per_page, of which max is the largest allowed.
func ReadPaging(q url.Values, size, max int) (Paging, bool) {
	p := Paging{PerPage: size, totals: q.Get("include_totals") == "true"}
	ok := true
	number := func(name string, into *int, low, high int) {
		if !q.Has(name) {
			return
		}
		n, err := strconv.Atoi(q.Get(name))
		if err != nil || n < low || n > high {
			ok = false
			return
		}
		*into = n
	}
	number("page", &p.page, 0, 1<<30)
	number("per_page", &p.PerPage, 0, max)
	return p, ok
}

// BadPaging is the answer to a page that ReadPaging refuses.
func BadPaging() (int, any) {
	return InvalidQuery("Value out of range: page starts at 0, per_page is at most 100", "per_page")
}

func slice[T any](p Paging, all []T) []T {
	from := min(p.page*p.PerPage, len(all))
	return slices.Clone(all[from:min(from+p.PerPage, len(all))])
}

// ClassicPage is a page as clients, connections and users have it: a bare array, or with totals an object.
func ClassicPage(p Paging, key string, all []Object) any {
	page := slice(p, all)
	if page == nil {
		page = []Object{}
	}
	if !p.totals {
		return page
	}
	return Object{"total": len(all), "start": p.page * p.PerPage, "limit": p.PerPage, key: page}
}

// SearchPage is a page as users and logs have it: like a classic one, and with totals the page's own length too.
func SearchPage(p Paging, key string, all []Object) any {
	page := slice(p, all)
	if page == nil {
		page = []Object{}
	}
	if !p.totals {
		return page
	}
	return Object{"start": p.page * p.PerPage, "limit": p.PerPage, "length": len(page), key: page, "total": len(all)}
}

// ActionsPage is a page as Actions have it: zero values are omitted, an empty page has no total, page 0 no page.
func ActionsPage(p Paging, key string, all []Object) Object {
	page := slice(p, all)
	if page == nil {
		page = []Object{}
	}
	o := Object{key: page}
	if len(page) > 0 {
		o["total"] = len(all)
	}
	if p.page > 0 {
		o["page"] = p.page
	}
	if p.PerPage > 0 {
		o["per_page"] = p.PerPage
	}
	return o
}

// Pick keeps or leaves out the fields that a request names with fields and include_fields.
func Pick(q url.Values, o Object) Object {
	if q.Get("fields") == "" {
		return o
	}
	names := strings.Split(q.Get("fields"), ",")
	keep := q.Get("include_fields") != "false"
	out := Object{}
	for k, v := range o {
		if slices.Contains(names, k) == keep {
			out[k] = v
		}
	}
	return out
}
