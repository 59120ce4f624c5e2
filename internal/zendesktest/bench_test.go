package zendesktest

import (
	"io"
	"testing"
	"time"
)

// The rendering of pages must be much faster than what reads them.
func BenchmarkPage(b *testing.B) {
	for name, path := range map[string]string{
		"tickets": "incremental/tickets/cursor?include=metric_sets&support_type_scope=all&start_time=",
		"events":  "incremental/ticket_events?include=comment_events&support_type_scope=all&start_time=",
		"users":   "incremental/users/cursor?start_time=",
	} {
		b.Run(name, func(b *testing.B) {
			s := helpdesk(Options{Tickets: 1_000_000, Users: 200_000})
			client := s.Client()
			url := "https://acme.zendesk.com/api/v2/" + path + unixText(someDay.AddDate(0, -3, 0))
			b.ReportAllocs()
			for b.Loop() {
				r, err := client.Get(url)
				if err != nil {
					b.Fatal(err)
				}
				n, err := io.Copy(io.Discard, r.Body)
				if err != nil {
					b.Fatal(err)
				}
				b.SetBytes(n)
			}
		})
	}
}

// Nothing is made before it is asked for.
func BenchmarkNewWithTenMillionTickets(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		New(Options{Tickets: 10_000_000, Until: time.Unix(1_700_000_000, 0)})
	}
}
