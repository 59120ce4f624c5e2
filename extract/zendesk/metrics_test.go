package zendesk

import (
	"encoding/json"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"desklake/internal/zendesktest"
)

// stripped answers as the helpdesk does, without any metrics on the pages that are chosen.
func stripped(t *testing.T, desk *zendesktest.Server, chosen func(page int) bool) http.RoundTripper {
	pages := 0
	return rewrite(desk.Transport(), func(r *http.Request, body string) string {
		var page map[string]json.RawMessage
		var tickets []map[string]json.RawMessage
		if err := json.Unmarshal([]byte(body), &page); err != nil || page["tickets"] == nil {
			return body
		}
		if err := json.Unmarshal(page["tickets"], &tickets); err != nil {
			t.Fatal(err)
		}
		if pages++; !chosen(pages) {
			return body
		}
		for _, ticket := range tickets {
			delete(ticket, "metric_set")
		}
		page["tickets"], _ = json.Marshal(tickets) // of what was just read
		changed, _ := json.Marshal(page)
		return string(changed)
	})
}

func TestAHelpdeskThatGivesNoMetricsIsToldAndNotAskedAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		desk := zendesktest.New(zendesktest.Options{Tickets: 60, TicketBytes: 500})
		r := newReplica(t, desk, Options{Transport: stripped(t, desk, func(int) bool { return true })})
		for range 2 {
			r.issues = nil
			desk.Forget()
			r.run("tickets", "ticket_metrics")
			if slices.ContainsFunc(r.issues, func(i issue) bool { return i.NoRow }) {
				t.Errorf("%+v", r.issues)
			}
			time.Sleep(time.Hour)
			desk.Change(testRand(t), 3)
			time.Sleep(time.Hour)
		}
		if told := func(i issue) bool { return i.Table == "ticket_metrics" }; !slices.ContainsFunc(r.issues, told) || desk.Count("") != 1 {
			t.Errorf("%d requests, %+v", desk.Count(""), r.issues)
		}
	})
}

func TestMetricsThatTheFirstPagesLackAreAskedForOnceOthersHaveSome(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		desk := zendesktest.New(zendesktest.Options{Tickets: 90, TicketBytes: 500})
		desk.Inject(zendesktest.Fault{Do: zendesktest.TooLarge(20)})
		r := newReplica(t, desk, Options{Transport: stripped(t, desk, func(page int) bool { return page < 3 })})
		r.run("tickets", "ticket_metrics")
		if !slices.ContainsFunc(r.issues, func(i issue) bool { return i.NoRow && i.Table == "ticket_metrics" }) {
			t.Errorf("nothing says that metrics are missing: %+v", r.issues)
		}
		time.Sleep(time.Hour)
		r.run("tickets", "ticket_metrics")
		r.holds(desk, "ticket_metrics")
	})
}
