package pipeline

import (
	"context"
	"fmt"
	"time"

	"desklake/extract"
	"desklake/schema"
	"desklake/sink"
)

// Pages wait for their conversion pagesAhead deep. They are cut into chunks of about chunkBytes, which wait for the sink
// chunksAhead deep: a sink that compresses much at once does not stop the conversion. Together they bound the memory of
// a stream, however long it is.
const (
	pagesAhead  = 2
	chunkBytes  = 4 << 20
	chunksAhead = 6
)

// received is a page, or why no more follow.
type received struct {
	page   extract.Page
	weight int64 // is given back when the rows are written
	err    error
}

// chunk is converted pages: their rows, and what is stored together with them.
type chunk struct {
	batches []schema.Batch
	facts   facts
	weight  int64
	err     error // why no more follow
}

// facts is what pages say beside their rows.
type facts struct {
	next   extract.Position // where the stream continues behind them
	at     time.Time        // when the last one was received, by the source's clock: when rows that it left out are gone
	load   sink.Load
	issues []schema.Issue
	pages  int // whole ones
}

// add adds the facts of later pages, but for their issues, which the worker collects.
func (f *facts) add(later facts) {
	f.next, f.at = later.next, later.at
	f.load.Requests += later.load.Requests
	f.load.Retries += later.load.Retries
	f.load.Waited += later.load.Waited
	f.pages += later.pages
}

// receive fetches pages ahead of their use. Once Job.Stop is closed it asks for nothing more.
func (w *worker) receive(ctx context.Context, from extract.Position) <-chan received {
	pages := make(chan received, pagesAhead)
	send := func(r received) bool {
		select {
		case pages <- r:
			return true
		case <-ctx.Done():
			return false
		}
	}
	room := &room{weights: w.weights}
	reading, stop := w.untilStop(ctx)
	w.goroutines.Go(func() {
		defer close(pages)
		defer stop()
		defer room.Leave()
		for page, err := range w.source.Read(reading, w.stream.Stream, from, w.observer(room)) {
			if err != nil && reading.Err() != nil && ctx.Err() == nil {
				err = ErrStopped
			}
			page.RunID = w.id
			weight, left := room.page(ctx, len(page.Body))
			if left != nil {
				return
			}
			if !send(received{page, weight, err}) {
				w.weights.Release(weight)
				return
			}
			if err != nil {
				return
			}
			if reading.Err() != nil {
				send(received{err: ErrStopped})
				return
			}
		}
	})
	return pages
}

// observer is told of what is asked of the source: the stream tells of its waits and answers.
func (w *worker) observer(room extract.Room) extract.Observer {
	return extract.Observer{
		Room:    room,
		Waiting: func(wait extract.Wait) { w.Progress.Waiting(w.stream.Name, wait) },
		Responded: func(r extract.Response) {
			w.quota.Store(scarcest(r.Quotas))
			if w.Responded != nil {
				w.Responded(r)
			}
		},
	}
}

// untilStop returns a context that ends when Job.Stop is closed. The stream does not end before it.
func (w *worker) untilStop(ctx context.Context) (context.Context, context.CancelFunc) {
	until, stop := context.WithCancel(ctx)
	w.goroutines.Go(func() {
		select {
		case <-w.Stop:
			stop()
		case <-until.Done():
		}
	})
	return until, stop
}

// scarcest is the quota of which the smallest part is left; nil where there is none.
func scarcest(quotas []extract.Quota) *extract.Quota {
	var least *extract.Quota
	for _, q := range quotas {
		if q.Limit > 0 && (least == nil || q.Left*least.Limit < least.Left*q.Limit) {
			least = &q
		}
	}
	return least
}

// convert decodes pages into chunks. A chunk is handed on when it is large enough, or when no page waits to be
// decoded: no row lies here while the source is waited for.
func (w *worker) convert(ctx context.Context, from extract.Position, pages <-chan received) <-chan chunk {
	chunks := make(chan chunk, chunksAhead)
	w.goroutines.Go(func() {
		defer func() {
			close(chunks)
			<-ctx.Done() // the stream has ended
			for p := range pages {
				w.weights.Release(p.weight)
			}
		}()
		decoder := w.stream.NewDecoder(w.stream.Tables)
		c := chunk{facts: facts{next: from, at: time.Now().UTC()}}
		number := 0
		for p := range pages {
			number++
			c.weight += p.weight
			c.err = p.err
			if p.err == nil {
				if err := decoder.Decode(p.page); err != nil {
					c.err = fmt.Errorf("%s: page %d: decode: %w", w.stream.Name, number, err)
				}
			}
			c.facts.page(p.page, c.err == nil)
			if c.err == nil && decoder.Size() < chunkBytes && len(pages) > 0 {
				continue
			}
			batches, issues := decoder.Flush()
			c.batches, c.facts.issues = batches, append(c.facts.issues, issues...)
			select {
			case chunks <- c:
			case <-ctx.Done():
				w.release(&c)
				return
			}
			if c.err != nil {
				return
			}
			c = chunk{facts: facts{next: c.facts.next, at: c.facts.at}}
		}
	})
	return chunks
}

// page adds the facts of a page. The stream only moves on behind one whose rows are there.
func (f *facts) page(p extract.Page, whole bool) {
	f.load.Requests += p.Requests
	f.load.Retries += p.Retries
	f.load.Waited += p.Waited
	f.issues = append(f.issues, p.Issues...)
	if whole {
		f.next, f.at = p.Next, p.Received
		f.pages++
	}
}

// release gives back what a chunk holds.
func (w *worker) release(c *chunk) {
	for _, b := range c.batches {
		b.Release()
	}
	w.weights.Release(c.weight)
	c.batches, c.weight = nil, 0
}
