package auth0

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Paging is a request's page and whether it wants totals.
type Paging struct {
	page, PerPage int
	totals        bool
}

// readPaging checks page and per_page, of which max is the largest allowed.
func readPaging(q url.Values, size, max int) (Paging, bool) {
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

func badPaging() (int, any) {
	return invalidQuery("Value out of range: page starts at 0, per_page is at most 100", "per_page")
}

func slice[T any](p Paging, all []T) []T {
	from := min(p.page*p.PerPage, len(all))
	return slices.Clone(all[from:min(from+p.PerPage, len(all))])
}

// classicPage is a page as clients, connections and users have it: a bare array, or with totals an object.
func classicPage(p Paging, key string, all []object) any {
	page := slice(p, all)
	if page == nil {
		page = []object{}
	}
	if !p.totals {
		return page
	}
	return object{"total": len(all), "start": p.page * p.PerPage, "limit": p.PerPage, key: page}
}

// searchPage is a page as users and logs have it: like a classic one, and with totals the page's own length too.
func searchPage(p Paging, key string, all []object) any {
	page := slice(p, all)
	if page == nil {
		page = []object{}
	}
	if !p.totals {
		return page
	}
	return object{"start": p.page * p.PerPage, "limit": p.PerPage, "length": len(page), key: page, "total": len(all)}
}

// actionsPage is a page as Actions have it: zero values are omitted, an empty page has no total, page 0 no page.
func actionsPage(p Paging, key string, all []object) object {
	page := slice(p, all)
	if page == nil {
		page = []object{}
	}
	o := object{key: page}
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

// pick keeps or leaves out the fields that a request names with fields and include_fields.
func pick(q url.Values, o object) object {
	if q.Get("fields") == "" {
		return o
	}
	names := strings.Split(q.Get("fields"), ",")
	keep := q.Get("include_fields") != "false"
	out := object{}
	for k, v := range o {
		if slices.Contains(names, k) == keep {
			out[k] = v
		}
	}
	return out
}
