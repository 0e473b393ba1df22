package twilio

import (
	"fmt"
	"net/url"
	"strconv"
)

// page cuts one page out of a list, as Page and PageSize ask for.
type page struct {
	number, size, from, to int
	more                   bool
}

func (c *call) page(total int) page {
	size, number := 50, 0
	if n, err := strconv.Atoi(c.query.Get("PageSize")); err == nil && n > 0 {
		size = min(n, 1000)
	}
	if n, err := strconv.Atoi(c.query.Get("Page")); err == nil && n > 0 {
		number = min(n, total) // a page further on than there are items is empty anyway
	}
	from := min(number*size, total)
	to := min(from+size, total)
	return page{number, size, from, to, to < total}
}

// query is the page's query string; filters of the request are kept.
func (c *call) pageQuery(size, number int) string {
	filters := url.Values{}
	for k, v := range c.query {
		if k != "Page" && k != "PageSize" && k != "PageToken" {
			filters[k] = v
		}
	}
	q := fmt.Sprintf("PageSize=%d&Page=%d", size, number)
	if number > 0 {
		q += fmt.Sprintf("&PageToken=PA%032x", number)
	}
	if len(filters) > 0 {
		q = filters.Encode() + "&" + q
	}
	return q
}

// origin begins the addresses of pages. A client that knows the sandbox by another name than Twilio's is kept there:
// the next page must not lead it out to the real service.
func (c *call) origin() string {
	if product(c.r.Host) != "" {
		return verifyURL
	}
	if c.r.TLS != nil {
		return "https://" + c.r.Host
	}
	return "http://" + c.r.Host
}

// list is an envelope of the v2 APIs. Items are shown newest first.
func list[T any](c *call, key string, items []T, show func(T) any) any {
	p := c.page(len(items))
	shown := []any{}
	for i := p.from; i < p.to; i++ {
		shown = append(shown, show(items[len(items)-1-i]))
	}
	base := c.origin() + c.r.URL.EscapedPath() + "?"
	meta := map[string]any{
		"page": p.number, "page_size": p.size, "key": key, "previous_page_url": nil, "next_page_url": nil,
		"first_page_url": base + c.pageQuery(p.size, 0), "url": base + c.pageQuery(p.size, p.number),
	}
	if p.number > 0 {
		meta["previous_page_url"] = base + c.pageQuery(p.size, p.number-1)
	}
	if p.more {
		meta["next_page_url"] = base + c.pageQuery(p.size, p.number+1)
	}
	return map[string]any{"meta": meta, key: shown}
}

// list2010 is an envelope of the 2010 API.
func list2010[T any](c *call, key string, items []T, show func(T) any) any {
	p := c.page(len(items))
	shown := []any{}
	for i := p.from; i < p.to; i++ {
		shown = append(shown, show(items[len(items)-1-i]))
	}
	base := c.r.URL.EscapedPath() + "?"
	body := map[string]any{
		key: shown, "page": p.number, "page_size": p.size, "start": p.from, "end": max(p.from, p.to-1),
		"first_page_uri": base + c.pageQuery(p.size, 0), "uri": base + c.pageQuery(p.size, p.number),
		"previous_page_uri": nil, "next_page_uri": nil,
	}
	if p.number > 0 {
		body["previous_page_uri"] = base + c.pageQuery(p.size, p.number-1)
	}
	if p.more {
		body["next_page_uri"] = base + c.pageQuery(p.size, p.number+1)
	}
	return body
}
