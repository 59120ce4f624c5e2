package zendesk

import (
	"fmt"

	"desklake/extract"
	"desklake/internal/jsonscan"
	"desklake/schema"
)

// decoder implements extract.Decoder for the pages of one stream.
type decoder struct {
	key     string // of the rows in the envelope
	tables  []*schema.Decoder
	row     func(*jsonscan.Scanner)            // decodes a row
	besides map[string]func(*jsonscan.Scanner) // decode rows that stand beside, by their key in the envelope

	lacking schema.Issues // what is missing beside the rows
}

// newDecoder makes a decoder that fills the tables, which are some of the stream's.
func newDecoder(st *stream, tables []*schema.Table) *decoder {
	d := &decoder{key: st.key}
	into := func(table string) *schema.Decoder {
		for _, wanted := range tables {
			if wanted.Name == table {
				rows := schema.NewDecoder(wanted)
				d.tables = append(d.tables, rows)
				return rows
			}
		}
		return nil
	}
	switch st.name {
	case "tickets":
		d.decodeTickets(into("tickets"), into("ticket_metrics"))
	case "ticket_events":
		d.row = newAudits(into("ticket_audits"), into("ticket_comments"), &d.lacking).event
	case "ticket_audits":
		d.key = auditsOfTicket.key // the pages of the ticket export between have none
		d.row = newAudits(into("ticket_audits"), into("ticket_comments"), &d.lacking).audit
	default:
		rows := into(st.tables[0].Name)
		d.row = func(s *jsonscan.Scanner) { rows.Decode(s) }
	}
	return d
}

// decodeTickets sets up the decoding of tickets and of their metrics. The export gives the metrics within each ticket;
// recorded answers have them beside the tickets too.
func (d *decoder) decodeTickets(tickets, metrics *schema.Decoder) {
	if metrics == nil {
		d.row = func(s *jsonscan.Scanner) { tickets.Decode(s) }
		return
	}
	within := func(v jsonscan.Value) {
		if !v.IsNull() {
			s := v.Scanner()
			metrics.Decode(&s)
		}
	}
	d.besides = map[string]func(*jsonscan.Scanner){"metric_sets": func(s *jsonscan.Scanner) { metrics.Decode(s) }}
	if tickets != nil {
		set := tickets.Capture("metric_set")
		d.row = func(s *jsonscan.Scanner) {
			tickets.Decode(s)
			within(*set)
		}
		return
	}
	d.row = func(s *jsonscan.Scanner) {
		if !s.Object() {
			return
		}
		for s.Field() {
			if string(s.Key().Text()) == "metric_set" {
				within(s.Value())
			}
		}
	}
}

// Decode implements extract.Decoder.
func (d *decoder) Decode(page extract.Page) error {
	for _, t := range d.tables {
		t.Page(page.Received, page.RunID)
	}
	s := jsonscan.New(page.Body)
	if !s.Object() {
		return fmt.Errorf("the page is no object")
	}
	for s.Field() {
		row := d.besides[string(s.Key().Text())]
		if string(s.Key().Text()) == d.key {
			row = d.row
		}
		if row == nil || !s.Array() {
			continue
		}
		for s.Element() {
			row(s)
		}
	}
	return s.End()
}

// Flush implements extract.Decoder.
func (d *decoder) Flush() (batches []schema.Batch, issues []schema.Issue) {
	for _, t := range d.tables {
		b, i := t.Flush()
		batches, issues = append(batches, b...), append(issues, i...)
	}
	issues = append(issues, d.lacking.All()...)
	d.lacking = schema.Issues{}
	return batches, issues
}

// Size implements extract.Decoder.
func (d *decoder) Size() (bytes int64) {
	for _, t := range d.tables {
		bytes += t.Size()
	}
	return bytes
}
