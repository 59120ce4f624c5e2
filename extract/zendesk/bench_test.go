package zendesk

import (
	"context"
	"testing"

	"desklake/extract"
	"desklake/internal/zendesktest"
)

// firstPage is the first page of a stream that fills the tables.
func firstPage(b *testing.B, tables ...string) (extract.Stream, extract.Page) {
	b.Helper()
	desk := zendesktest.New(zendesktest.Options{Tickets: 1000, AuditsPerTicket: 3})
	s, err := New(Options{Subdomain: "acme", Auth: AccessToken{Token: "x"}, Transport: desk.Transport()})
	if err != nil {
		b.Fatal(err)
	}
	st := s.catalog().Select(tables)[0]
	for page, err := range s.Read(context.Background(), st, extract.Position{}, extract.Observer{}) {
		if err != nil {
			b.Fatal(err)
		}
		b.SetBytes(int64(len(page.Body)))
		return st, page
	}
	b.Fatal("no page")
	return extract.Stream{}, extract.Page{}
}

func BenchmarkScanningAPageOfTickets(b *testing.B) {
	_, page := firstPage(b, "tickets", "ticket_metrics")
	sc := scanner{key: "tickets", id: "id", time: "generated_timestamp"}
	for b.Loop() {
		if _, err := sc.scan(page.Body); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecodingAPage(b *testing.B) {
	for name, tables := range map[string][]string{
		"tickets and metrics": {"tickets", "ticket_metrics"}, "events": {"ticket_audits", "ticket_comments"}, "users": {"users"},
	} {
		b.Run(name, func(b *testing.B) {
			st, page := firstPage(b, tables...)
			d := st.NewDecoder(st.Tables)
			for b.Loop() {
				if err := d.Decode(page); err != nil {
					b.Fatal(err)
				}
				batches, _ := d.Flush()
				for _, batch := range batches {
					batch.Release()
				}
			}
		})
	}
}
