package zendesk

import (
	"context"
	"errors"
	"math"
	"time"

	"golang.org/x/sync/errgroup"

	"desklake/extract"
	"desklake/extract/rest"
)

var _ extract.Estimator = (*Source)(nil)

const (
	samples  = 3           // parts of the time, of each of which a page is asked for to guess how many rows a stream has
	pageTime = time.Second // about what a page takes
)

// Estimate implements extract.Estimator. A stream that begins is as long as its count endpoint says, which is the most it
// can be with a later start date; one that goes on, or has no such endpoint, is guessed from samples.
func (s *Source) Estimate(ctx context.Context, streams []extract.Stream, from map[string]extract.Position, o extract.Observer) extract.Estimate {
	all := make([]estimator, len(streams))
	var g errgroup.Group
	g.SetLimit(probesAtOnce)
	for i, of := range streams {
		g.Go(func() error {
			all[i] = estimator{Source: s, of: of, observer: o, estimate: extract.StreamEstimate{Stream: of.Name, Window: of.Window}}
			at := from[of.Name]
			if !of.Window.IsZero() {
				at = extract.Position{}
			}
			all[i].estimate.Err = all[i].read(ctx, at)
			return nil
		})
	}
	_ = g.Wait() // its functions return nothing
	return sum(s.client.Limits(), all)
}

// estimator looks at one stream.
type estimator struct {
	*Source
	of       extract.Stream
	observer extract.Observer
	stream   *stream
	spent    int
	estimate extract.StreamEstimate
}

func (e *estimator) read(ctx context.Context, from extract.Position) (err error) {
	if e.stream, err = e.Source.stream(e.of.Name); err != nil {
		return err
	}
	e.estimate.Route = e.stream.endpoint
	start := int64(0)
	if e.stream.paging.since != nil {
		if start, err = e.stream.paging.since(from); err != nil {
			return ofTable(e.of.Tables[0], err)
		}
	}
	begins := start == 0
	if begins {
		start = e.begin()
	}
	rows, exact, err := e.sample(ctx, start)
	if err != nil {
		return err
	}
	if !exact && (begins || e.of.Pass) && e.counted() {
		rows, err = e.count(ctx)
	}
	e.estimate.Rows, e.estimate.Exact = rows, exact
	page := int64(e.stream.paging.rows)
	e.estimate.Requests = max(1, (rows+page-1)/page)
	if e.stream.paging == ticketAudits {
		e.estimate.Route = auditsOfTicket.endpoint
		e.estimate.Requests = rows + max(1, (rows+exportRows-1)/exportRows)
	}
	return err
}

// begin and end bound what is to be read, in unix seconds.
func (e *estimator) begin() int64 {
	if w := e.of.Window; !w.IsZero() {
		return w.From.Unix()
	}
	return e.startTime()
}

func (e *estimator) end() int64 {
	if w := e.of.Window; !w.IsZero() {
		return w.To.Unix()
	}
	return e.client.Now().Unix()
}

// counted reports that the API counts what is to be read.
func (e *estimator) counted() bool { return e.stream.count != "" && e.of.Window.IsZero() }

// sample asks for the page at the start, and unless the stream ends with it or is counted, for one in the middle of each
// part of the time until now. It returns the rows that there are if each part is like its sample.
func (e *estimator) sample(ctx context.Context, start int64) (rows int64, exact bool, err error) {
	first, err := e.page(ctx, start)
	switch {
	case err != nil:
		return 0, false, err
	case first.envelope == nil:
		return 0, true, nil
	case !e.of.Window.IsZero() && (first.whole() || first.until() >= e.end()):
		return int64(first.rows), false, nil // some of them may be behind the window
	case first.whole():
		return int64(first.rows), true, nil
	case e.of.Pass || e.counted() && start == e.startTime():
		return int64(max(first.rows, first.count)), false, nil // the rest is counted
	}
	part := float64(e.end()-start) / samples
	total := 0.0
	for i := range samples {
		at := start + int64((float64(i)+0.5)*part)
		p, err := e.page(ctx, at)
		if err != nil {
			return 0, false, err
		}
		if p.envelope == nil || p.rows == 0 {
			continue
		}
		covered := min(part, max(1, float64(p.until()-at)))
		if p.whole() {
			covered = part / 2 // there is no more until now
		}
		total += float64(p.rows) * part / covered
	}
	return max(int64(math.Round(total)), int64(first.rows)), false, nil
}

// page asks for a page of the stream from a time on. It has no envelope where there is nothing to read yet.
func (e *estimator) page(ctx context.Context, at int64) (probed, error) {
	e.spent++
	p, err := e.probe(ctx, e.of, e.observer, e.stream.paging.rows, at)
	var api *rest.APIError
	if errors.As(err, &api) && tooRecent(api) {
		return probed{}, nil
	}
	return p, err
}

// whole reports that nothing is behind the page.
func (p probed) whole() bool {
	if p.stream.paging.export {
		return p.ended(false)
	}
	more, err := p.continues()
	return err == nil && !more && p.next == ""
}

// until is the time that the page reaches.
func (p probed) until() int64 {
	if p.end > 0 {
		return p.end
	}
	return p.latest.Unix()
}

func (e *estimator) count(ctx context.Context) (int64, error) {
	var answer struct{ Count struct{ Value int64 } }
	_, err := e.client.Do(ctx, &rest.Request{Endpoint: e.stream.count, Tries: rest.Enough, Observer: e.observer, Into: rest.JSON{Value: &answer}})
	e.spent++
	return answer.Count.Value, err
}

// sum adds up what the streams take: those that share a limit wait for each other.
func sum(known rest.Known, all []estimator) extract.Estimate {
	free := known.Limit(account) - known.Reserved()
	sum := extract.Estimate{PerDay: int64(known.Limit(account)) * 24 * 60}
	requests := map[string]int64{}
	for _, e := range all {
		est := e.estimate
		for _, name := range known.Route(est.Route) {
			requests[name] += est.Requests
			est.Time = max(est.Time, under(known.Limit(name), free, name, est.Requests))
		}
		est.Time = max(est.Time, time.Duration(est.Requests)*pageTime)
		if est.Err != nil {
			est.Time = 0
		}
		sum.Time = max(sum.Time, est.Time)
		sum.Spent += e.spent
		sum.Streams = append(sum.Streams, est)
	}
	for name, n := range requests {
		sum.Time = max(sum.Time, under(known.Limit(name), free, name, n))
	}
	return sum
}

// under is how long requests take under a limit a minute: those of the first minute go at once.
func under(limit, free int, window string, requests int64) time.Duration {
	if window == account {
		limit = max(1, free)
	}
	if limit == 0 || requests == 0 {
		return 0
	}
	return time.Duration((requests-1)/int64(limit)) * time.Minute
}
