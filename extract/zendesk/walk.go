package zendesk

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"desklake/extract"
	"desklake/extract/rest"
	"desklake/schema"
)

// walk is what every pager has, whatever its style: what asks for the pages, to whom they are handed over, and where the stream
// stands behind them.
type walk struct {
	fetcher
	tables []*schema.Table
	yield  func(extract.Page, error) bool // nil of a walk whose pages another one hands over

	delivered int              // pages
	at        extract.Position // behind what was handed over
	highWater time.Time
	met       time.Time // the latest time of a row, of one that lies ahead too
	issues    []schema.Issue
}

// errLeft ends a walk whose reader wants no more.
var errLeft = errors.New("the reader left")

// Read implements extract.Source.
func (s *Source) Read(ctx context.Context, of extract.Stream, from extract.Position, o extract.Observer) iter.Seq2[extract.Page, error] {
	return func(yield func(extract.Page, error) bool) {
		st, err := s.stream(of.Name)
		if err != nil {
			yield(extract.Page{}, err)
			return
		}
		w := s.walk(st, of.Tables, o)
		w.yield, w.at, w.highWater, w.met = yield, from, from.HighWater, from.HighWater
		if err = st.paging.pager(s, w, of).read(ctx, from); err == nil {
			err = w.emitRest()
		}
		if err == nil || errors.Is(err, errLeft) {
			return
		}
		err = w.explain(ctx, fmt.Errorf("page %d: %w", w.delivered+1, ofTable(of.Tables[0], err))) // which can cost a request
		yield(w.bill(), err)
	}
}

// walk is one along the stream, for these of its tables.
func (s *Source) walk(of *stream, tables []*schema.Table, o extract.Observer) *walk {
	w := &walk{fetcher: newFetcher(s.client, s.log, of, o), tables: tables}
	w.query = of.values(tables)
	return w
}

// beside is a walk along another stream for the same tables, the pages of which this one hands over. It can be made while this
// one goes on.
func (w *walk) beside(of *stream) *walk {
	return &walk{fetcher: newFetcher(w.client, w.log, of, w.observer), tables: w.tables}
}

// raise moves the high-water mark. A time that lies ahead is no time to go back to.
func (w *walk) raise(f fetched) {
	if f.latest.After(w.met) {
		w.met = f.latest
	}
	if f.latest.After(w.highWater) && !f.latest.After(w.now()) {
		w.highWater = f.latest
	}
}

// page is what is handed over of a page, with what was spent and met since the last one.
func (w *walk) page(f fetched, next extract.Position) extract.Page {
	w.lost = time.Time{}
	p := w.bill()
	p.Body, p.Received, p.Next = f.Body, f.Received, next
	return p
}

// emit hands over a page.
func (w *walk) emit(f fetched, next extract.Position) error {
	p := w.page(f, next)
	w.at = next
	return w.deliver(p)
}

func (w *walk) deliver(p extract.Page) error {
	w.delivered++
	if !w.yield(p, nil) {
		return errLeft
	}
	return nil
}

// emitRest hands over what was met since the last page, at the end of the walk.
func (w *walk) emitRest() error {
	if len(w.issues) == 0 {
		return nil
	}
	return w.emit(fetched{Answer: rest.Answer{Body: []byte("{}"), Received: w.client.Now()}}, w.at)
}

// bill is a page without rows that carries the cost and the issues that no page has carried yet.
func (w *walk) bill() extract.Page {
	p := extract.Page{Requests: w.cost.Requests, Retries: w.cost.Retries, Waited: w.cost.Waited, Issues: w.issues}
	w.cost, w.issues = rest.Cost{}, nil
	return p
}

// owe takes over what a page without rows carries.
func (w *walk) owe(p extract.Page) {
	w.cost.Requests += p.Requests
	w.cost.Retries += p.Retries
	w.cost.Waited += p.Waited
	w.issues = append(w.issues, p.Issues...)
}

// note records an issue of all of the stream's tables.
func (w *walk) note(i schema.Issue) {
	for _, t := range w.tables {
		i.Table, i.Count = t.Name, 1
		w.issues = append(w.issues, i)
	}
	w.log.Warn("issue", "stream", w.stream.name, "reason", i.Reason, "value", i.Value)
}

// rowless is an issue because of which a record of the source has no row.
func rowless(key, reason, value string) schema.Issue {
	return schema.Issue{Key: key, Reason: reason, Value: value, NoRow: true}
}
