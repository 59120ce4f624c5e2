package zendesk

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"desklake/internal/zendesktest"
)

// What start_time of the ratings goes by is asked for once and kept: an answer that can't be one to it is no evidence.
func TestAnAnswerOutOfItsWindowSaysNothingOfWhatStartTimeGoesBy(t *testing.T) {
	t.Parallel()
	for name, byCreated := range map[string]bool{"updated_at": false, "created_at": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				desk := zendesktest.New(zendesktest.Options{Tickets: 200, TicketBytes: 500, RatingsByCreation: byCreated})
				id := desk.CreateTicket(zendesktest.Update{Comment: "hello"})
				desk.RateTicket(id, "offered", "")
				time.Sleep(5 * time.Minute)
				desk.RateTicket(id, "good", "thanks")
				time.Sleep(5 * time.Minute)
				odd := 1
				r := newReplica(t, desk, Options{Transport: roundTrip(func(q *http.Request) (*http.Response, error) {
					if v := q.URL.Query(); v.Has("end_time") && odd > 0 {
						odd--
						v.Set("start_time", "0")
						v.Del("end_time")
						q = q.Clone(q.Context())
						q.URL.RawQuery = v.Encode()
					}
					return desk.Transport().RoundTrip(q)
				})})
				r.run("satisfaction_ratings")
				if cursor := r.positions["satisfaction_ratings"].Cursor; odd > 0 || strings.Contains(cursor, "filter") {
					t.Errorf("learnt from an answer without the filter: %s", cursor)
				}
				time.Sleep(time.Hour)
				r.run("satisfaction_ratings")
				if cursor := r.positions["satisfaction_ratings"].Cursor; !strings.Contains(cursor, name) {
					t.Errorf("it was not found out: %s", cursor)
				}
			})
		})
	}
}
