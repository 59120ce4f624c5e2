package zendesk

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"desklake/extract/rest"
	"desklake/internal/zendesktest"
)

const tooRecentBody = `{"error":"InvalidValue","description":"Too recent start_time. Use a start_time older than 60 seconds"}`

// tooRecentBehind answers once with 422, behind so many whole pages.
func tooRecentBehind(rt http.RoundTripper, pages int) http.RoundTripper {
	return roundTrip(func(r *http.Request) (*http.Response, error) {
		if pages == 0 {
			pages--
			return reply(r, 422, http.Header{"Content-Type": {"application/json"}}, tooRecentBody), nil
		}
		resp, err := rt.RoundTrip(r)
		if err == nil && resp.StatusCode == 200 {
			pages--
		}
		return resp, err
	})
}

func TestTooRecentIsNotBelievedOfAPlaceThatLiesFarBackWhereverItComes(t *testing.T) {
	t.Parallel()
	for table, o := range map[string]zendesktest.Options{
		"organizations": {Organizations: 300}, "ticket_audits": {Tickets: 300, AuditsPerTicket: 1}, "satisfaction_ratings": {Tickets: 1000},
	} {
		o.TicketBytes = 500
		for _, pages := range []int{1, 2} {
			t.Run(fmt.Sprint(table, " behind ", pages), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					desk := zendesktest.New(o)
					desk.Inject(zendesktest.Fault{Match: "incremental/*", Do: zendesktest.TooLarge(100)})
					time.Sleep(30 * day)
					r := newReplica(t, desk, Options{Transport: tooRecentBehind(desk.Transport(), pages)})
					r.try(table)
					for _, err := range r.errs {
						isToldAsTheHelpdesksOwn(t, err)
					}
					if len(r.errs) != 1 {
						t.Errorf("errors: %v", r.errs)
					}
					r.run(table)
					r.holds(desk, table)
				})
			})
		}
	}
}

// The words of a cursor that was refused can be those of a start_time.
func TestARefusedCursorOfRatingsIsNotTakenForATooRecentStart(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`{"errors":[{"code":"InvalidCursor","title":"the cursor is older than 1 hour and has expired"}]}`,
		`{"errors":[{"code":"InvalidPaginationParameter","title":"page[after] is not valid: too recent or too old"}]}`,
	} {
		synctest.Test(t, func(t *testing.T) {
			desk := zendesktest.New(zendesktest.Options{Tickets: 1500, TicketBytes: 500})
			refused := false
			r := newReplica(t, desk, Options{Transport: roundTrip(func(q *http.Request) (*http.Response, error) {
				if refused && q.URL.Query().Has("page[after]") {
					refused = false
					return reply(q, 400, http.Header{"Content-Type": {"application/json"}}, body), nil
				}
				return desk.Transport().RoundTrip(q)
			})})
			pages := 0
			r.stop = func(extractPage) bool { pages++; return pages == 2 }
			r.run("satisfaction_ratings")
			refused = true
			r.run("satisfaction_ratings")
			r.holds(desk, "satisfaction_ratings")
			if refused {
				t.Error("no cursor was refused")
			}
		})
	}
}

func TestAPageOfRatingsThatIsTooRecentBehindOthersIsNoEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		since := time.Now().Add(-5 * day)
		desk := zendesktest.New(zendesktest.Options{Tickets: 1500, TicketBytes: 500, Since: since})
		r := newReplica(t, desk, Options{StartDate: since, Transport: tooRecentBehind(desk.Transport(), 1)})
		r.try("satisfaction_ratings")
		var api *rest.APIError
		if err := r.errs["satisfaction_ratings"]; !errors.As(err, &api) || !strings.Contains(err.Error(), "422") {
			t.Errorf("error: %v, after %d requests", err, len(desk.Requests()))
		}
	})
}
