package zendesk

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sync/errgroup"

	"desklake/extract"
	"desklake/extract/rest"
)

// auditsOfTicket is what is read of each ticket that the stream ticket_audits meets. The audits of an archived
// ticket come all at once.
//
// https://developer.zendesk.com/api-reference/ticketing/tickets/ticket_audits/#list-audits-for-a-ticket
var auditsOfTicket = &stream{
	name: "ticket_audits", endpoint: "/api/v2/tickets/{id}/audits", key: "audits", paging: list, audits: true,
}

// auditsAtOnce is of how many tickets the audits are read side by side.
const auditsAtOnce = 4

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
func (p *auditsPager) auditsOf(ctx context.Context, tickets []int64, at auditsMark) (refused []int64, err error) {
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	reads := make(chan read)
	go func() {
		defer close(reads)
		var g errgroup.Group
		g.SetLimit(auditsAtOnce)
		for _, id := range tickets {
			g.Go(func() error {
				p.ticket(inner, id, reads)
				return nil
			})
		}
		_ = g.Wait() // its functions return nothing
	}()
	for r := range reads { // to the end, also behind an error, so that no goroutine is left
		switch {
		case err != nil:
		case !r.done:
			r.page.Next = at.position(p.highWater)
			err = p.deliver(r.page)
		default:
			p.owe(r.page)
			var again bool
			if again, err = p.judgeTicket(inner, r, len(refused)); again {
				refused = append(refused, r.ticket)
			}
		}
		if err != nil {
			cancel()
		}
	}
	return refused, err
}

// ticket reads the audits of one ticket, beside those of others.
func (p *auditsPager) ticket(ctx context.Context, id int64, reads chan<- read) {
	w := p.beside(auditsOfTicket)
	w.path = strings.Replace(auditsOfTicket.endpoint, "{id}", strconv.FormatInt(id, 10), 1)
	w.observer.Room = nil // several at once can't share what the stream may take: their pages are weighed when they are handed over
	err := context.Cause(ctx)
	if err == nil {
		err = auditsOfOne(ctx, id, &listing{walk: w, parent: p.stream}, reads)
	}
	reads <- read{ticket: id, page: w.bill(), done: true, err: err}
}

// auditsOfOne reads the list of a ticket's audits. It has one at least, from when the ticket was made; where it is empty, or has
// another ticket's, it is not what was asked for.
func auditsOfOne(ctx context.Context, ticket int64, l *listing, reads chan<- read) error {
	rows, bare, textless := 0, 0, 0
	for page, err := range l.pages(ctx, nil, "") {
		switch {
		case err != nil:
			return err
		case slices.ContainsFunc(page.each, func(r row) bool { return r.ticket != 0 && r.ticket != ticket }):
			return l.wrong("the answer has audits of another ticket")
		}
		rows, bare, textless = rows+page.rows, bare+page.bare, textless+page.textless
		reads <- read{ticket: ticket, page: l.page(page.fetched, extract.Position{})}
	}
	switch {
	case rows == 0:
		return l.wrong("the ticket has no audits, not even that of its creation")
	case bare > 0:
		return l.wrong("%d audits came without a list of their events", bare)
	case textless > 0:
		return l.wrong("%d comments came without their text", textless)
	}
	return nil
}

// judgeTicket says what the end of a ticket means: nothing, that it is to be tried again, or the end of the walk. One that
// is not found is tried again until the export says that it is deleted; that it is not is believed of the API alone.
func (p *auditsPager) judgeTicket(ctx context.Context, r read, refused int) (again bool, err error) {
	var api *rest.APIError
	var settled *extract.Failure
	isAPI := errors.As(r.err, &api)
	switch {
	case r.err == nil:
		p.answered = true
		return false, nil
	case ctx.Err() != nil, errors.As(r.err, &settled),
		(isAPI || rest.Judge(r.err) == rest.Astray) && !p.answered && refused+1 >= allRefused && !slices.Contains(p.retried, r.ticket):
		return false, fmt.Errorf("ticket %d: %w", r.ticket, r.err)
	case isAPI && api.Status == http.StatusNotFound && !api.Stranger:
		p.notFound[r.ticket] = true
		return true, nil
	}
	p.note(rowless(strconv.FormatInt(r.ticket, 10), "the audits of the ticket with this id can't be read: they are tried again in later runs", rest.Cut(r.err.Error())))
	return true, nil
}
