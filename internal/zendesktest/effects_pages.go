package zendesktest

import (
	"fmt"
	"math"
	"slices"
	"strconv"
)

// paged makes an effect that works on pages only, as long as they can change.
func paged(do func(a *Answer, p *page) bool) Effect {
	return func(a *Answer) bool { return a.page != nil && !a.page.sealed && do(a, a.page) }
}

// Field sets a field of the page's first record to raw JSON, in this answer only. See Server.Set and Server.Drift
// for what lasts and is part of the truth.
func Field(name, raw string) Effect {
	return firstRecord(func(record []byte) []byte { return setField(record, name, raw) })
}

// DuplicateKey gives the page's first record the field once more, at its end.
func DuplicateKey(name, raw string) Effect {
	return firstRecord(func(record []byte) []byte {
		return fmt.Appendf(slices.Clone(record[:len(record)-1]), ",%q:%s}", name, raw)
	})
}

func firstRecord(do func([]byte) []byte) Effect {
	return paged(func(_ *Answer, p *page) bool {
		records := p.records()
		if len(records) == 0 {
			return false
		}
		records[0] = do(records[0])
		p.set(records)
		return true
	})
}

// NoKey adds a copy of the page's last record whose key, id or name, is null.
func NoKey(key string) Effect {
	return paged(func(_ *Answer, p *page) bool {
		records := p.records()
		if len(records) == 0 {
			return false
		}
		p.set(append(records, setField(records[len(records)-1], key, "null")))
		return true
	})
}

// DuplicateRow begins each page with the last record of the page before it, of the same endpoint.
func DuplicateRow() Effect {
	last := map[string][]byte{}
	return paged(func(a *Answer, p *page) bool {
		records := p.records()
		if len(records) == 0 {
			return false
		}
		path := endpoint(a.Request.URL.Path)
		before := last[path]
		last[path] = slices.Clone(records[len(records)-1])
		if before == nil {
			return false
		}
		p.set(append([][]byte{before}, records...))
		p.replace("count", strconv.Itoa(len(records)+1))
		return true
	})
}

// CursorStuck sends the client back to where it is: the answer to a cursor is the same cursor.
func CursorStuck() Effect {
	return paged(func(a *Answer, p *page) bool {
		q := a.Request.URL.Query()
		if !q.Has("cursor") && !q.Has("page[after]") && p.style() != timed {
			return false
		}
		a.goOn(p, a.here(0))
		return true
	})
}

// EndlessStream never says that a stream is at its end.
func EndlessStream() Effect {
	return paged(func(a *Answer, p *page) bool {
		if len(p.marks) > 0 && p.style() == cursored {
			p.replace("end_of_stream", "false")
			return true
		}
		cursor := a.here(0)
		if len(p.marks) > 0 && p.style() == linked {
			cursor = writeMark(p.last, 0)
		}
		if len(p.marks) > 0 && p.style() == timed {
			cursor = strconv.FormatInt(p.last.at, 10)
		}
		a.goOn(p, cursor)
		return true
	})
}

// EmptyPageNotLast answers with no records and another cursor of the same place: the records come with that.
func EmptyPageNotLast() Effect {
	return paged(func(a *Answer, p *page) bool {
		p.set(nil)
		p.replace("count", "0")
		a.goOn(p, a.here(1))
		return true
	})
}

// The styles of paging, told by the envelope.
type style int

const (
	cursored style = iota // incremental, by cursor
	timed                 // incremental, by time
	linked                // list, by cursor
	numbered              // list, by offset
)

func (p *page) style() style {
	for _, e := range p.rest {
		switch e.field {
		case "after_cursor":
			return cursored
		case "end_time":
			return timed
		case "meta":
			return linked
		}
	}
	return numbered
}

// here returns the place that the request asked for, as a cursor of its style.
func (a *Answer) here(turn int) string {
	q := a.Request.URL.Query()
	switch a.page.style() {
	case cursored:
		if cursor := q.Get("cursor"); cursor != "" {
			from, _ := readCursor(cursor)
			return writeCursor(from.at, from.id, from.step+turn)
		}
		start, _ := strconv.ParseInt(q.Get("start_time"), 10, 64)
		return writeCursor(start-1, math.MaxInt64, turn)
	case linked:
		from := all
		if after := q.Get("page[after]"); after != "" {
			from, _ = readMark(after)
		}
		return writeMark(from, from.step+turn)
	}
	return q.Get("start_time")
}

// goOn makes the page say that the stream goes on there.
func (a *Answer) goOn(p *page, cursor string) {
	switch p.style() {
	case cursored:
		p.replace("after_cursor", `"`+cursor+`"`)
		p.replace("after_url", `"https://`+a.Request.Host+a.Request.URL.Path+`"`)
		p.replace("end_of_stream", "false")
	case timed:
		p.replace("end_time", cursor)
		p.replace("end_of_stream", "false")
	case linked:
		p.replace("meta", `{"has_more":true,"after_cursor":"`+cursor+`","before_cursor":null}`)
		p.replace("links", `{"next":"https://`+a.Request.Host+a.Request.URL.Path+`?page[after]=`+cursor+`","prev":null}`)
	}
}
