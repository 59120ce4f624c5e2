package zendesk

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"desklake/extract"
	"desklake/internal/zendesktest"
)

// saying is a helpdesk that answers what a function says.
func saying(answer func(path string, q url.Values) string) roundTrip {
	return func(r *http.Request) (*http.Response, error) {
		status, body := http.StatusOK, answer(strings.TrimPrefix(r.URL.Path, "/api/v2/"), r.URL.Query())
		if body == "" {
			status, body = http.StatusForbidden, `{"error":"Forbidden"}`
		}
		header := http.Header{"Content-Type": {"application/json"}, "Date": {time.Now().UTC().Format(http.TimeFormat)}}
		return reply(r, status, header, body), nil
	}
}

// datedRows writes rows with ids, each of which changed in a second of its own behind from.
func datedRows(from, to int, at int64) string {
	var rows []string
	for id := from; id <= to; id++ {
		rows = append(rows, fmt.Sprintf(`{"id":%d,"name":"x","updated_at":%q}`, id, time.Unix(at+int64(id), 0).UTC().Format(time.RFC3339)))
	}
	return strings.Join(rows, ",")
}

// Where an answer does not say what follows, nothing is passed over: there is an error, or everything.
func TestWhatAnAnswerDoesNotSayIsNotTakenForTheEnd(t *testing.T) {
	t.Parallel()
	began := time.Date(1999, 11, 1, 0, 0, 0, 0, time.UTC).Unix() // two months before the time of the test
	first := func(q url.Values, parameter string) bool { return q.Get(parameter) == "" }
	for name, c := range map[string]struct {
		table  string
		answer func(q url.Values) string
		want   int // rows; 0 for an error
	}{
		"a full page of a list without meta": {"macros", func(q url.Values) string {
			return `{"macros":[` + datedRows(1, 100, began) + `]}`
		}, 0},
		"has_more as a text": {"macros", func(q url.Values) string {
			if first(q, "page[after]") {
				return `{"macros":[` + datedRows(1, 100, began) + `],"meta":{"has_more":"true","after_cursor":"c"}}`
			}
			return `{"macros":[` + datedRows(101, 150, began) + `],"meta":{"has_more":"false"}}`
		}, 150},
		"a whole list without meta": {"macros", func(url.Values) string { return `{"macros":[` + datedRows(1, 7, began) + `]}` }, 7},
		"a page that came before": {"macros", func(q url.Values) string {
			switch q.Get("page[after]") {
			case "":
				return `{"macros":[` + datedRows(1, 100, began) + `],"meta":{"has_more":true,"after_cursor":"a"}}`
			case "a":
				return `{"macros":[` + datedRows(101, 200, began) + `],"meta":{"has_more":true,"after_cursor":"b"}}`
			}
			return `{"macros":[` + datedRows(1, 100, began) + `],"meta":{"has_more":false}}`
		}, 0},
		"a full page by number without next_page": {"ticket_forms", func(q url.Values) string {
			if q.Get("page") == "1" {
				return `{"ticket_forms":[` + datedRows(1, 100, began) + `]}`
			}
			return `{"ticket_forms":[` + datedRows(101, 150, began) + `]}`
		}, 150},
		"an export without end_of_stream": {"users", func(q url.Values) string {
			switch q.Get("cursor") {
			case "":
				return `{"users":[` + datedRows(1, 10, began) + `],"after_cursor":"a"}`
			case "a":
				return `{"users":[` + datedRows(11, 15, began) + `],"after_cursor":"b","end_of_stream":"false"}`
			}
			return `{"users":[],"after_cursor":null}`
		}, 15},
		"cursors in a circle": {"users", func(q url.Values) string {
			return `{"users":[` + datedRows(1, 2, began) + `],"end_of_stream":false,"after_cursor":"` + map[string]string{"xA": "xB"}[q.Get("cursor")] + `xA"}`
		}, 0},
		"an end_time behind which rows stand": {"organizations", func(q url.Values) string {
			if q.Get("start_time") <= fmt.Sprint(began) {
				return `{"organizations":[` + datedRows(1, 10, began) + fmt.Sprintf(`],"end_time":%d,"end_of_stream":false}`, time.Now().Add(-time.Hour).Unix())
			}
			return `{"organizations":[` + datedRows(10, 30, began) + fmt.Sprintf(`],"end_time":%d,"end_of_stream":true}`, began+30)
		}, 30},
		"ratings page by page for ever": {"satisfaction_ratings", func(q url.Values) string {
			return `{"satisfaction_ratings":[` + datedRows(1, 2, began) + `],"meta":{"has_more":true,"after_cursor":"` + q.Get("page[after]") + `x"}}`
		}, 0},
		"ratings whose filter can't be asked for": {"satisfaction_ratings", func(q url.Values) string {
			if q.Get("end_time") != "" {
				return ""
			}
			return fmt.Sprintf(`{"satisfaction_ratings":[{"id":1,"created_at":%q,"updated_at":%q}],"meta":{"has_more":false}}`,
				time.Unix(began, 0).UTC().Format(time.RFC3339), time.Unix(began+600, 0).UTC().Format(time.RFC3339))
		}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r := newReplica(t, nil, Options{Subdomain: "acme", Auth: AccessToken{"x"}, StartDate: time.Unix(began, 0),
					Transport: saying(func(_ string, q url.Values) string { return c.answer(q) })})
				r.try(c.table)
				switch err := r.errs[c.table]; {
				case c.want == 0 && err == nil:
					t.Errorf("no error, %d rows", len(r.rows[c.table]))
				case c.want == 0:
					isToldAsTheHelpdesksOwn(t, err)
				case c.want > 0 && (err != nil || len(r.rows[c.table]) != c.want):
					t.Errorf("%d rows, want %d; %v", len(r.rows[c.table]), c.want, err)
				}
			})
		})
	}
}

// isToldAsTheHelpdesksOwn fails the test unless the error says that the answers of the endpoint are at fault, and what to do.
func isToldAsTheHelpdesksOwn(t *testing.T, err error) {
	t.Helper()
	endpoint := false
	for _, st := range streams {
		endpoint = endpoint || strings.Contains(err.Error(), "GET "+st.endpoint+":")
	}
	if !errors.Is(err, extract.ErrAnswer) || !endpoint {
		t.Errorf("%v", err)
	}
	for _, words := range []string{"nothing that was read is lost", "the next run asks again", "support"} {
		if !strings.Contains(hintOf(err), words) {
			t.Errorf("%q is not in the advice: %s", words, hintOf(err))
		}
	}
}

// That a start_time is too recent is believed of recent ones only, and of no cursor.
func TestTooRecentIsNotBelievedForEver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		refuse := roundTrip(func(r *http.Request) (*http.Response, error) {
			return reply(r, 422, http.Header{}, `{"errors":[{"code":"StartTimeTooRecent","title":"too recent"}]}`), nil
		})
		r := newReplica(t, nil, Options{Transport: refuse, StartDate: time.Now().AddDate(-2, 0, 0)})
		r.try("tickets", "users", "organizations", "ticket_audits")
		for _, stream := range []string{"tickets", "users", "organizations", "ticket_events"} {
			if r.errs[stream] == nil {
				t.Errorf("%s ends well with nothing read", stream)
			}
		}
	})
	synctest.Test(t, func(t *testing.T) {
		desk, expired := zendesktest.New(zendesktest.Options{Tickets: 5}), false
		r := newReplica(t, desk, Options{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			if expired && r.URL.Query().Get("cursor") != "" {
				return reply(r, 422, http.Header{}, `{"error":"InvalidCursor","description":"The cursor is older than 30 days"}`), nil
			}
			return desk.Transport().RoundTrip(r)
		})})
		r.run("users")
		expired = true
		asked := desk.Count("")
		r.try("users")
		if len(r.errs) == 0 && desk.Count("") == asked {
			t.Error("a cursor that has expired ends as if there were nothing new")
		}
	})
}
