package zendesk

import (
	"context"
	"errors"
	"iter"

	"desklake/extract"
)

// paging is a style in which the pages of a stream follow each other. Each stands with its pager.
type paging struct {
	rows   int    // on a page, the most that the API gives
	size   string // the query parameter of the page size
	number string // that of the page's number; empty without one
	export bool   // the pages are those of an incremental export
	pass   bool   // each walk is a complete reading

	pager func(*Source, *walk, extract.Stream) pager

	// since is the start_time that is like a position, unix seconds; 0 if that is the start. Nil where there are no marks.
	since func(extract.Position) (int64, error)
}

// The limits of pages: an export's, https://developer.zendesk.com/documentation/ticketing/managing-tickets/using-the-incremental-export-api/,
// and a list's, https://developer.zendesk.com/api-reference/introduction/pagination/.
const (
	exportRows = 1000
	listRows   = 100
)

// pager walks along a stream of one style, which it alone knows: it reads and writes the marks of that style.
type pager interface {
	// read hands over what is behind the position.
	read(ctx context.Context, from extract.Position) error
}

// sequence makes an iterator of a reading. The reading hands each page to its yield, and ends with the error that it returns.
func sequence[P any](read func(yield func(P) error) error) iter.Seq2[P, error] {
	return func(yield func(P, error) bool) {
		err := read(func(p P) error {
			if !yield(p, nil) {
				return errLeft
			}
			return nil
		})
		if err != nil && !errors.Is(err, errLeft) {
			var none P
			yield(none, err)
		}
	}
}
