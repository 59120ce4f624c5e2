package zendesk

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"desklake/extract"
	"desklake/extract/rest"
	"desklake/schema"
)

const (
	auditsAtOnce = 4    // tickets whose audits are read side by side
	maxRefused   = 1000 // tickets to try again; more are no matter of single tickets
	allRefused   = 20   // refusals without a single success: the same
	fewDeleted   = 5    // tickets that are deleted while a walk is under way

	missingFor = 7 * 24 * time.Hour // for how long audits that are not found are tried again
)

// auditsOfTicket is what is read of each ticket that the stream ticket_audits meets. The audits of an archived
// ticket come all at once.
//
// https://developer.zendesk.com/api-reference/ticketing/tickets/ticket_audits/#list-audits-for-a-ticket
var auditsOfTicket = &stream{
	name: "ticket_audits", endpoint: "/api/v2/tickets/{id}/audits", key: "audits", paging: list, rows: listRows, audits: true,
}

// ticketAudits walks the ticket export and reads the audits of every ticket that it meets. A page of the export
// is handed over behind the audits of its tickets: a walk that is broken off goes on with that page. Tickets whose
// audits are refused are kept in the mark and tried again by the next walk. A few that are not found may have been deleted just now,
// of which a later walk will hear; one of a window need not.
func (w *walk) ticketAudits(ctx context.Context, m mark) error {
	w.retried = m.Refused
	refused, err := w.auditsOf(ctx, w.retried, m)
	if err != nil {
		return err
	}
	m.Refused, m.Missing = w.stillMissing(refused, m.Missing)
	if err := w.cursorExport(ctx, m); err != nil {
		return err
	}
	many := len(w.notFound) > fewDeleted || !w.audited && len(w.notFound) > 1
	for _, id := range slices.Sorted(maps.Keys(w.notFound)) {
		if many || !w.window.IsZero() || slices.Contains(w.retried, id) {
			w.note(rowless(strconv.FormatInt(id, 10), "the audits of the ticket with this id are not found, though the ticket is not deleted: they are tried again in later runs", ""))
		}
	}
	return nil
}

// stillMissing returns which of the tickets that were refused again are to be tried by later walks, and since when those
// among them are that are not found. Where the API says of a ticket for a week that its audits are not there, and never that
// the ticket is deleted, it is given up: that is told, and is the end of it.
func (w *walk) stillMissing(refused []int64, before map[int64]int64) (again []int64, missing map[int64]int64) {
	missing = map[int64]int64{}
	for _, id := range refused {
		since, now := before[id], w.now().Unix()
		switch {
		case !w.notFound[id]:
		case since == 0:
			missing[id] = now
		case now-since > int64(missingFor/time.Second):
			delete(w.notFound, id)
			w.note(schema.Issue{Key: strconv.FormatInt(id, 10), Reason: "the audits of the ticket with this id were not found for a week, though the ticket is not deleted: they are given up, and read again when the ticket changes, or by backfill"})
			continue
		default:
			missing[id] = since
		}
		again = append(again, id)
	}
	return again, missing
}

// handOver hands over a page of a cursor export, behind what it leads to. The mark at is in front of the page, next
// is behind it.
func (w *walk) handOver(ctx context.Context, f fetched, at, next mark) (mark, error) {
	if w.stream.paging == ticketAudits {
		if f.keyless > 0 {
			w.note(rowless("", "a ticket has no usable id: its audits can't be asked for; the ticket is tried again in later runs", ""))
		}
		for _, t := range f.each {
			if t.status == "deleted" {
				delete(w.notFound, t.id)
				next.Refused = slices.DeleteFunc(slices.Clone(next.Refused), func(id int64) bool { return id == t.id })
			}
		}
		refused, err := w.auditsOf(ctx, withAudits(f.each), at)
		if err != nil {
			return at, err
		}
		next.Refused = slices.Compact(slices.Sorted(slices.Values(slices.Concat(next.Refused, refused))))
		if len(next.Refused) > maxRefused {
			return at, w.wrong("the audits of more than %d tickets are refused", maxRefused)
		}
	}
	w.raise(f)
	return next, w.emit(f, next.position(w.highWater))
}

// withAudits returns the tickets that have audits: deleted ones have none any more. One that comes again without a new
// updated_at was only touched by the system, which leaves no audit, but its audits are read nevertheless: if it was
// touched while an earlier walk went on, that walk met it neither at its old place nor at its new one.
func withAudits(tickets []row) []int64 {
	var ids []int64
	for _, t := range tickets {
		if t.status != "deleted" && t.id != 0 {
			ids = append(ids, t.id)
		}
	}
	return ids
}

// read is what one of the goroutines that read audits has to say: a page; or that a ticket is done, how, and
// what no page carries of its cost.
type read struct {
	ticket int64
	page   extract.Page
	done   bool
	err    error
}

// auditsOf hands over the audits of the tickets, with the mark that a walk which is broken off goes on from. It
// returns those that were refused.
func (w *walk) auditsOf(ctx context.Context, tickets []int64, at mark) (refused []int64, err error) {
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	reads := make(chan read)
	go func() {
		defer close(reads)
		var g errgroup.Group
		g.SetLimit(auditsAtOnce)
		for _, id := range tickets {
			g.Go(func() error {
				w.audits(inner, id, reads)
				return nil
			})
		}
		_ = g.Wait() // its functions return nothing
	}()
	for r := range reads { // to the end, also behind an error, so that no goroutine is left
		switch {
		case err != nil:
		case !r.done:
			w.pages++
			r.page.Next = at.position(w.highWater)
			if !w.yield(r.page, nil) {
				err = errLeft
			}
		default:
			w.owe(r.page)
			var again bool
			if again, err = w.judgeTicket(inner, r, len(refused)); again {
				refused = append(refused, r.ticket)
			}
		}
		if err != nil {
			cancel()
		}
	}
	return refused, err
}

// audits reads the audits of one ticket.
func (w *walk) audits(ctx context.Context, ticket int64, reads chan<- read) {
	observer := w.observer
	observer.Room = nil // several at once can't share what the stream may take: their pages are weighed when they are handed over
	child := &walk{
		Source: w.Source, observer: observer, stream: auditsOfTicket, tables: w.tables, style: list, size: rest.NewPageSize(0, auditsOfTicket.rows),
		parent: w.stream, path: strings.Replace(auditsOfTicket.endpoint, "{id}", strconv.FormatInt(ticket, 10), 1),
		yield: func(p extract.Page, _ error) bool {
			reads <- read{ticket: ticket, page: p}
			return true
		},
	}
	err := context.Cause(ctx)
	if err == nil {
		err = child.auditsOfOne(ctx, ticket)
	}
	reads <- read{ticket: ticket, page: child.bill(), done: true, err: err}
}

// auditsOfOne walks the list of a ticket's audits. It has one at least, from when the ticket was made; where it is empty, or has
// another ticket's, it is not what was asked for.
func (w *walk) auditsOfOne(ctx context.Context, ticket int64) error {
	rows, bare, textless := 0, 0, 0
	err := w.readings(ctx, nil, "", func(_ context.Context, f fetched, _ bool) (extract.Position, error) {
		if slices.ContainsFunc(f.each, func(r row) bool { return r.ticket != 0 && r.ticket != ticket }) {
			return extract.Position{}, w.wrong("the answer has audits of another ticket")
		}
		rows, bare, textless = rows+f.rows, bare+f.bare, textless+f.textless
		return extract.Position{}, nil
	})
	switch {
	case err != nil:
		return err
	case rows == 0:
		return w.wrong("the ticket has no audits, not even that of its creation")
	case bare > 0:
		return w.wrong("%d audits came without a list of their events", bare)
	case textless > 0:
		return w.wrong("%d comments came without their text", textless)
	}
	return nil
}

// judgeTicket says what the end of a ticket means: nothing, that it is to be tried again, or the end of the walk. One that
// is not found is tried again until the export says that it is deleted; that it is not is believed of the API alone.
func (w *walk) judgeTicket(ctx context.Context, r read, refused int) (again bool, err error) {
	var api *rest.APIError
	var settled *extract.Failure
	isAPI := errors.As(r.err, &api)
	switch {
	case r.err == nil:
		w.audited = true
		return false, nil
	case ctx.Err() != nil, errors.As(r.err, &settled),
		(isAPI || rest.Judge(r.err) == rest.Astray) && !w.audited && refused+1 >= allRefused && !slices.Contains(w.retried, r.ticket):
		return false, fmt.Errorf("ticket %d: %w", r.ticket, r.err)
	case isAPI && api.Status == http.StatusNotFound && !api.Stranger:
		if w.notFound == nil {
			w.notFound = map[int64]bool{}
		}
		w.notFound[r.ticket] = true
		return true, nil
	}
	w.note(rowless(strconv.FormatInt(r.ticket, 10), "the audits of the ticket with this id can't be read: they are tried again in later runs", rest.Cut(r.err.Error())))
	return true, nil
}
