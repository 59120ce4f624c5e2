package zendesk

import (
	"fmt"

	"desklake/extract/rest"
)

// promise is what the pages of one reading of a list said of what is behind them. The page behind one that says that there is
// more has rows, as has one that leads on: where it is empty, rows may be left out.
type promise struct {
	rows   int
	short  bool // a page was not full
	more   bool // the page before said that there is another
	broken bool // a page was empty, and led on
}

// pass goes over to the next page, and at the last one returns a movedError if the promise was not kept; more is what the page
// says itself. Some endpoints end with an empty page where the rows fill those before exactly: that is believed behind as many
// rows as the reading before was told to expect it.
func (p *promise) pass(f fetched, last, more bool, ends int) error {
	p.broken = p.broken || f.rows == 0 && (p.more || !last && more)
	p.rows, p.more = p.rows+f.rows, more
	p.short = p.short || !last && f.rows < f.Asked
	switch {
	case !last || !p.broken:
		return nil
	case p.short:
		return changed("a page was empty where there was to be more, behind %d rows", p.rows)
	case p.rows == ends:
		return nil
	}
	return &movedError{evidence: fmt.Sprintf("an empty page came where there was to be more, behind %d rows", p.rows), empty: p.rows}
}

// expect prepares another reading of a list that ended with an empty page behind so many rows in full pages: with pages that
// these rows do not fill, no true end is empty. One that is empty there again is that of a list whose pages have a size of their own.
func (l *listing) expect(rows int) {
	l.endsBehind = rows
	if rows == 0 || l.size.Rows() < 3 {
		return
	}
	n := l.size.Rows() - 1
	for n > 2 && rows%n == 0 {
		n--
	}
	l.size = rest.NewPageSize(n, n)
}
