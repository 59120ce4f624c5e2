package zendesk

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"time"

	"desklake/extract"
	"desklake/schema"
)

// ticketAudits is the cursor export of tickets, and the audits of each ticket that it has.
var ticketAudits = &paging{rows: listRows, size: "per_page", export: true, since: since[auditsMark](auditsForm), pager: func(s *Source, w *walk, of extract.Stream) pager {
	return &auditsPager{cursorPager: cursorPager{export: s.export(w, of)}, notFound: map[int64]bool{}}
}}

// auditsMark is where the export of tickets continues, with the tickets whose audits are behind.
type auditsMark struct {
	cursorMark
	Refused []int64         `json:"refused,omitempty"` // tickets to try again
	Missing map[int64]int64 `json:"missing,omitempty"` // since when those of them that are not found are tried again, unix seconds
}

var auditsForm = form{"audits", 2}

func (m auditsMark) position(highWater time.Time) extract.Position {
	m.form = auditsForm
	return stored(m, highWater)
}

const (
	maxRefused = 1000 // tickets to try again; more are no matter of single tickets
	allRefused = 20   // refusals without a single success: the same
	fewDeleted = 5    // tickets that are deleted while a walk is under way
)

// auditsPager walks along the export of tickets and reads the audits of every ticket that it meets. A page of the export is handed
// over behind the audits of its tickets: a walk that is broken off goes on with that page. Tickets whose audits are refused are
// kept in the mark and tried again by the next walk. A few that are not found may have been deleted just now, of which a later
// walk will hear; one of a window need not.
type auditsPager struct {
	cursorPager
	answered bool           // the audits of a ticket could be read
	retried  []int64        // tickets whose audits were refused in an earlier walk
	notFound map[int64]bool // tickets whose audits are not there, and that the export does not call deleted
}

func (p *auditsPager) read(ctx context.Context, from extract.Position) error {
	m, err := readMark[auditsMark](from, auditsForm)
	if err != nil {
		return err
	}
	p.retried = m.Refused
	refused, err := p.auditsOf(ctx, p.retried, m)
	if err != nil {
		return err
	}
	m.Refused, m.Missing = p.stillMissing(refused, m.Missing)
	for page, err := range p.pages(ctx, m.cursorMark) {
		if err != nil {
			return err
		}
		m.cursorMark = page.before
		if m.Refused, err = p.refusedBehind(ctx, page, m); err != nil {
			return err
		}
		m.cursorMark = page.next
		p.raise(page.fetched)
		if err := p.emit(page.fetched, m.position(p.highWater)); err != nil {
			return err
		}
	}
	many := len(p.notFound) > fewDeleted || !p.answered && len(p.notFound) > 1
	for _, id := range slices.Sorted(maps.Keys(p.notFound)) {
		if many || !p.window.IsZero() || slices.Contains(p.retried, id) {
			p.note(rowless(strconv.FormatInt(id, 10), "the audits of the ticket with this id are not found, though the ticket is not deleted: they are tried again in later runs", ""))
		}
	}
	return nil
}

// refusedBehind hands over the audits of the page's tickets, with the mark in front of the page. It returns the tickets to try
// again behind it.
func (p *auditsPager) refusedBehind(ctx context.Context, page cursorPage, m auditsMark) ([]int64, error) {
	if page.keyless > 0 {
		p.note(rowless("", "a ticket has no usable id: its audits can't be asked for; the ticket is tried again in later runs", ""))
	}
	behind := slices.Clone(m.Refused)
	for _, t := range page.each {
		if t.status == "deleted" {
			delete(p.notFound, t.id)
			behind = slices.DeleteFunc(behind, func(id int64) bool { return id == t.id })
		}
	}
	refused, err := p.auditsOf(ctx, withAudits(page.each), m)
	if err != nil {
		return nil, err
	}
	behind = slices.Compact(slices.Sorted(slices.Values(slices.Concat(behind, refused))))
	if len(behind) > maxRefused {
		return nil, p.wrong("the audits of more than %d tickets are refused", maxRefused)
	}
	return behind, nil
}

// stillMissing returns which of the tickets that were refused again are to be tried by later walks, and since when those
// among them are that are not found. Where the API says of a ticket for a week that its audits are not there, and never that
// the ticket is deleted, it is given up: that is told, and is the end of it.
func (p *auditsPager) stillMissing(refused []int64, before map[int64]int64) (again []int64, missing map[int64]int64) {
	missing = map[int64]int64{}
	for _, id := range refused {
		since, now := before[id], p.now().Unix()
		switch {
		case !p.notFound[id]:
		case since == 0:
			missing[id] = now
		case now-since > int64(missingFor/time.Second):
			delete(p.notFound, id)
			p.note(schema.Issue{Key: strconv.FormatInt(id, 10), Reason: "the audits of the ticket with this id were not found for a week, though the ticket is not deleted: they are given up, and read again when the ticket changes, or by backfill"})
			continue
		default:
			missing[id] = since
		}
		again = append(again, id)
	}
	return again, missing
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
