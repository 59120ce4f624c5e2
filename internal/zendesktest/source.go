package zendesktest

import (
	"encoding/base64"
	"fmt"
	"iter"
	"math"
	"strconv"
)

// source is where the records of an endpoint come from, whatever its style of paging.
type source struct {
	key string
	// walk yields what is behind the mark, in the endpoint's order.
	walk func(c *call, from entry) iter.Seq[entry]
	// row writes a record, or nothing for one that the request does not want.
	row func(*call, *page, entry)
}

// fill writes records until the page holds size of them, and says whether there are more.
func (x source) fill(c *call, p *page, from entry, size int) (more bool) {
	for e := range x.walk(c, from) {
		before := len(p.b)
		x.row(c, p, e)
		if len(p.b) == before {
			continue
		}
		if len(p.marks) == size {
			p.undo(before)
			return true
		}
		p.row(e.id)
		p.last = e
	}
	return false
}

// list is a list endpoint: cursor style with page[size], else offset style.
// https://developer.zendesk.com/api-reference/introduction/pagination/
func (x source) list(c *call) (*page, error) {
	if !c.query.Has("page[size]") && !c.query.Has("page[after]") {
		return x.byOffset(c)
	}
	if c.query.Has("page") || c.query.Has("per_page") {
		return nil, errPagination
	}
	size, err := c.number("page[size]", 100, 100)
	if err != nil {
		return nil, err
	}
	from := all
	if after := c.query.Get("page[after]"); after != "" {
		if from, err = readMark(after); err != nil {
			return nil, err
		}
	}
	p := c.s.page(x.key)
	x.meta(c, p, x.fill(c, p, from, int(size)))
	return p, nil
}

// meta writes the envelope of the cursor style.
func (x source) meta(c *call, p *page, more bool) {
	if len(p.marks) == 0 {
		p.say("meta", `{"has_more":false,"after_cursor":null,"before_cursor":null}`)
		p.say("links", `{"next":null,"prev":null}`)
		return
	}
	cursor, next := writeMark(p.last, 0), "null"
	if more {
		next = string(appendString(nil, c.link("page[after]", cursor)))
	}
	p.say("meta", fmt.Sprintf(`{"has_more":%t,"after_cursor":"%s","before_cursor":null}`, more, cursor))
	p.say("links", `{"next":`+next+`,"prev":null}`)
}

// byOffset is the offset style, which ends after a hundred pages whatever there is.
func (x source) byOffset(c *call) (*page, error) {
	number, err := c.number("page", 1, math.MaxInt32)
	if err != nil {
		return nil, err
	}
	size, err := c.number("per_page", 100, 100)
	if err != nil {
		return nil, err
	}
	if number > 100 {
		return nil, errDepth
	}
	if c.route.whole && !c.query.Has("page") && !c.query.Has("per_page") {
		size = math.MaxInt32
	}
	p, scrap, count := c.s.page(x.key), c.s.page(""), int64(0)
	for e := range x.walk(c, all) {
		target := scrap
		if count >= (number-1)*size && int64(len(p.marks)) < size {
			target = p
		}
		before := len(target.b)
		x.row(c, target, e)
		if len(target.b) == before {
			continue
		}
		if count++; target == p {
			p.row(e.id)
		} else {
			scrap.undo(before)
		}
	}
	next, previous := "null", "null"
	if number*size < count {
		next = string(appendString(nil, c.link("page", strconv.FormatInt(number+1, 10))))
	}
	if number > 1 {
		previous = string(appendString(nil, c.link("page", strconv.FormatInt(number-1, 10))))
	}
	p.say("next_page", next)
	p.say("previous_page", previous)
	p.say("count", strconv.FormatInt(count, 10))
	return p, nil
}

// A list's cursor is opaque; with its last part two of the same place can differ.
func writeMark(e entry, turn int) string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d:%d:%d", e.at, e.id, turn))
}

func readMark(text string) (e entry, err error) {
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err == nil {
		_, err = fmt.Sscanf(string(raw), "%d:%d:%d", &e.at, &e.id, &e.step)
	}
	if err != nil {
		return entry{}, refuse("InvalidPaginationParameter", "Invalid pagination parameter", "page[after] is not valid")
	}
	return e, nil
}
