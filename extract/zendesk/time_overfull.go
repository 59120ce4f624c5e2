package zendesk

import (
	"context"
	"fmt"
	"time"
)

// overfull deals with a second that may hold more rows than the page that was read of it. If there is a list of the same
// rows, it has them all but the deleted ones; if not, those beyond the page are missing, and an issue says so.
func (p *timePager) overfull(ctx context.Context, f fetched, at int64, m timeMark) error {
	where := fmt.Sprintf("%d rows were read of the second %d (%s)", f.rows, at, time.Unix(at, 0).UTC().Format(time.RFC3339))
	if p.stream.whole == "" {
		p.note(rowless("", "more rows may share a second than a page can hold: those beyond the page are missing", where))
		return nil
	}
	p.note(rowless("", "more rows may share a second than a page can hold: those beyond the page were read from the list, which has no deleted ones", where))
	w := p.beside(&stream{name: p.stream.name, endpoint: p.stream.whole, key: p.stream.key, paging: list})
	defer func() { p.owe(w.bill()) }()
	whole := &listing{walk: w}
	for page, err := range whole.pages(ctx, nil, "") {
		if err != nil {
			return err
		}
		if err := p.deliver(w.page(page.fetched, m.position(p.highWater))); err != nil {
			return err
		}
	}
	return nil
}
