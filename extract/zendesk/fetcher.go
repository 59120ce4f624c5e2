package zendesk

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/url"
	"time"

	"desklake/extract"
	"desklake/extract/rest"
)

// fetcher asks for the pages of one stream, one at a time. It knows what an answer must look like, and nothing of what it means
// for the walk.
type fetcher struct {
	client   *rest.Client
	observer extract.Observer
	log      *slog.Logger
	stream   *stream
	paging   *paging    // of the pages: the stream's, or numberedList in its place
	path     string     // of the requests; the stream's endpoint if empty
	query    url.Values // that every request of the stream has
	size     *rest.PageSize

	cost rest.Cost     // that no page carried yet
	lost time.Time     // since when no page came
	lag  time.Duration // what the clock that is farthest behind has to this machine's; never more than zero
}

// newFetcher asks for pages of the stream, for the largest that there are.
func newFetcher(c *rest.Client, log *slog.Logger, of *stream, o extract.Observer) fetcher {
	return fetcher{client: c, observer: o, log: log, stream: of, paging: of.paging, size: rest.NewPageSize(0, of.paging.rows)}
}

// fetched is a page of the stream, with its envelope read.
type fetched struct {
	rest.Answer
	*envelope
}

// fetch asks for a page, and a few times more for one that can't be what it says, or that lacks the text of a comment; one that
// still lacks it is returned. The parameters come on top of those that every request of the stream has.
func (f *fetcher) fetch(ctx context.Context, r *rest.Request, parameters url.Values) (fetched, error) {
	var page fetched
	r.Endpoint, r.Path, r.Spent, r.Observer = f.stream.endpoint, f.path, &f.cost, f.observer
	r.Query = url.Values{}
	maps.Copy(r.Query, f.query)
	maps.Copy(r.Query, parameters)
	if r.Size == nil {
		r.Size = f.size
	}
	r.SizeName, r.NumberName = f.paging.size, f.paging.number
	sc := f.stream.scanner()
	sc.sets = f.query.Get("include") == "metric_sets"
	into := &scanned{scanner: sc}
	r.Into = into
	for n := 0; ; n++ {
		var err error
		page.Answer, err = f.client.Do(ctx, r)
		page.envelope = into.envelope
		f.lost = cmp.Or(f.lost, r.Failing())
		f.lag = min(f.lag, f.client.Ahead())
		switch {
		case err != nil || page.odd == "" && (page.textless == 0 || n == rest.Enough):
			return page, err
		case n == rest.Enough:
			return page, f.wrong("%s", page.odd)
		}
		f.cost.Retried()
		if err := f.cost.Wait(ctx, rest.FirstPause<<n); err != nil {
			return page, err
		}
	}
}

// scanned is a page's envelope, with what reads it.
type scanned struct {
	scanner
	envelope *envelope
}

// Decode implements rest.Decoder.
func (s *scanned) Decode(body []byte) (err error) {
	s.envelope, err = s.scan(body)
	return err
}

// wrong is the error of answers by which reading can't go on.
func (f *fetcher) wrong(format string, args ...any) error {
	return &unusable{f.stream.endpoint, fmt.Sprintf(format, args...)}
}

// now is the source's time by the clock that is farthest behind: of this machine and of the answers to this fetcher.
func (f *fetcher) now() time.Time {
	return time.Now().Add(f.lag).UTC().Round(0)
}

// hopeless returns the error that ends a walk to which no page came for as long as one request may be tried: what
// looks like one record after the other that can't be answered with is a source that can't answer.
func (f *fetcher) hopeless(err error) error {
	if f.lost.IsZero() {
		f.lost = time.Now()
	}
	if time.Since(f.lost) <= f.client.GiveUpAfter() {
		return nil
	}
	return f.client.GivenUp(err, f.lost, f.client.GiveUpAfter())
}

// healthy reports whether the source can answer with the newest rows of an export. If not, it waits a while, as long as the
// trouble has not lasted for too long already.
func (f *fetcher) healthy(ctx context.Context, export *stream) (bool, error) {
	_, err := f.client.Do(ctx, &rest.Request{
		Endpoint: export.endpoint, Query: startTime(f.now().Add(-2 * time.Minute).Unix()), Size: rest.NewPageSize(1, 1), SizeName: "per_page",
		Tries: rest.Enough, Spent: &f.cost, Observer: f.observer, Since: f.lost,
		Into: &scanned{scanner: export.scanner()},
	})
	var api *rest.APIError
	if err == nil || errors.As(err, &api) && tooRecent(api) {
		return true, nil
	}
	if v := rest.Judge(err); v == rest.Final || v == rest.Unauthorized || errors.Is(err, extract.ErrUnreachable) {
		return false, err
	}
	if time.Since(f.lost)+rest.LongPause > f.client.GiveUpAfter() {
		return false, f.client.GivenUp(err, f.lost, f.client.GiveUpAfter())
	}
	return false, f.cost.Wait(ctx, rest.LongPause)
}
