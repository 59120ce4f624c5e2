package zendesk

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/url"

	"desklake/extract"
	"desklake/extract/rest"
)

// list is a whole list by cursor, with page[size] and page[after]; numberedList one by page number. A walk is a complete reading,
// and has no mark: the next one begins anew.
//
// https://developer.zendesk.com/api-reference/introduction/pagination/
var (
	list         = &paging{rows: listRows, size: "page[size]", pass: true, pager: newListPager}
	numberedList = &paging{rows: listRows, size: "per_page", number: "page", pass: true, pager: newListPager}
)

// listPager walks along a whole list.
type listPager struct{ *walk }

func newListPager(_ *Source, w *walk, _ extract.Stream) pager { return &listPager{w} }

func (p *listPager) read(ctx context.Context, _ extract.Position) error {
	whole := &listing{walk: p.walk}
	for page, err := range whole.pages(ctx, nil, "") {
		if err != nil {
			return err
		}
		if err := p.emit(page.fetched, extract.Position{HighWater: p.highWater}); err != nil {
			return err
		}
	}
	return nil
}

// listing reads a list, or the part of one from a start_time on. It either meets every row or ends with an error, as far as the
// pages can tell: what two walks did not meet counts as gone. A reading that contradicts itself is not believed, and the list is
// read again. Rows that were deleted in between were handed over by the earlier reading: they stay live until the next walk.
type listing struct {
	*walk
	parent     *stream // the export that led to the list; or nil
	rows       int     // of the last reading; -1 if it began in the middle
	endsBehind int     // rows behind which an empty page is the end of a list that said there is more; 0 for none
}

// listed is a page of a list; end says that it is the last one.
type listed struct {
	fetched
	end bool
}

const maxReadings = 5 // of a list that moves each time

// pages are those of readings of the list, the first from a cursor on, until one does not contradict itself. They are by cursor
// where the endpoint can. That records moved on from page to page is no contradiction: what one of two readings missed, the other
// met.
func (l *listing) pages(ctx context.Context, q url.Values, after string) iter.Seq2[listed, error] {
	return sequence(func(yield func(listed) error) error {
		l.endsBehind = 0
		for n, twice := 1, false; ; n++ {
			var err error
			if l.paging == numberedList {
				err = l.numbered(ctx, q, yield)
			} else {
				err = l.byCursor(ctx, q, after, yield)
			}
			var moved *movedError
			switch {
			case !errors.As(err, &moved):
				return err
			case moved.twice && twice:
				return nil
			case n == maxReadings:
				return &extract.Failure{Kind: extract.ErrAnswer, Err: fmt.Errorf("GET %s: the list was read %d times, and each time it changed meanwhile: %w", l.stream.endpoint, n, err),
					Advice: "nothing was marked as deleted, and nothing that was read is lost; the next run asks again, best while fewer changes are made. " + l.client.API().TellSupport()}
			}
			twice, after = twice || moved.twice, ""
			l.expect(moved.empty)
			l.log.Info("list read again", "stream", l.stream.name, "err", err)
			if err := l.cost.Wait(ctx, rest.FirstPause<<(n-1)); err != nil {
				return err
			}
		}
	})
}

// hand hands a page up.
func (l *listing) hand(f fetched, end bool, yield func(listed) error) error {
	l.raise(f)
	return yield(listed{f, end})
}
