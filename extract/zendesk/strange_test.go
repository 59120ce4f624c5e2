package zendesk

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"desklake/extract"
	"desklake/internal/zendesktest"
)

// strange are values that a record can have and that no column expects.
var strange = map[string]string{
	"nested ten thousand deep": zendesktest.Deep(10_000),
	"half a surrogate pair":    zendesktest.LoneSurrogate,
	"U+0000":                   zendesktest.NUL,
	"not UTF-8":                zendesktest.InvalidUTF8,
	"a number of its own":      `-0.0e-999999`,
	"a huge number":            "1" + strings.Repeat("0", 500),
	"an object":                `{"a":[1,{"b":null}]}`,
}

func TestStrangeValuesEndNoStream(t *testing.T) {
	t.Parallel()
	for name, raw := range strange {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				desk := zendesktest.New(zendesktest.Options{Tickets: 12, TicketBytes: 500})
				for _, field := range []string{"description", "name", "updated_at", "surprise"} {
					desk.Inject(zendesktest.Fault{Do: zendesktest.Field(field, raw)})
				}
				desk.Inject(zendesktest.Fault{Do: zendesktest.DuplicateKey("url", raw)})
				r := newReplica(t, desk, Options{})
				r.try(allTables()...)
				for stream, err := range r.errs {
					t.Errorf("%s: %v", stream, err)
				}
				for _, table := range allTables() {
					if len(r.rows[table]) == 0 {
						t.Errorf("%s: no rows", table)
					}
				}
			})
		})
	}
}

func TestARecordThatIsNoJSONIsSkipped(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		desk := zendesktest.New(zendesktest.Options{Tickets: 40, TicketBytes: 500})
		broken := rewrite(desk.Transport(), func(_ *http.Request, body string) string {
			return strings.Replace(body, `"id":11,"external_id":null`, `"id":11,"external_id":NaN`, 1)
		})
		r := newReplica(t, desk, Options{Transport: broken})
		r.run("tickets")
		r.holds(desk, "tickets", "11")
		if !says(r.issues, "skipped") {
			t.Errorf("issues: %+v", r.issues)
		}
	})
}

func TestAHugeBodyIsNotReadToItsEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		desk := zendesktest.New(zendesktest.Options{Tickets: 5})
		desk.Inject(zendesktest.Fault{Times: 1, Do: zendesktest.HugeBody(200 << 20)})
		r := newReplica(t, desk, Options{})
		r.run("tickets")
		r.holds(desk, "tickets")
		if requests := desk.Requests(); !strings.Contains(requests[1].Query, "per_page=500") {
			t.Errorf("the next request was %s", requests[1].Query)
		}
	})
}

func TestMetricSetsBesideTheTicketsAreRead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		desk := zendesktest.New(zendesktest.Options{Tickets: 1})
		beside := rewrite(desk.Transport(), func(_ *http.Request, body string) string {
			i := strings.Index(body, `"metric_set":{`)
			set := body[i+len(`"metric_set":`):]
			set = set[:strings.LastIndex(set, "}]")]
			return body[:i] + `"was":0}],"metric_sets":[` + set + `],` + body[strings.LastIndex(body, `"after_url"`):]
		})
		for _, tables := range [][]string{{"tickets", "ticket_metrics"}, {"ticket_metrics"}} {
			r := newReplica(t, desk, Options{Transport: beside})
			r.run(tables...)
			r.holds(desk, "ticket_metrics")
		}
	})
}

func TestMetricsAreReadWithoutTheTickets(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		desk := zendesktest.New(zendesktest.Options{Tickets: 30, TicketBytes: 500})
		r := newReplica(t, desk, Options{})
		r.run("ticket_metrics")
		for record := range desk.Truth("ticket_metrics") {
			if _, ok := r.rows["ticket_metrics"][record.Key]; !ok {
				t.Errorf("%s is missing", record.Key)
			}
		}
		if r.rows["tickets"] != nil {
			t.Error("tickets were not asked for")
		}
		alone := newReplica(t, desk, Options{})
		desk.Forget()
		alone.run("tickets")
		if q := desk.Requests()[0].Query; strings.Contains(q, "include") {
			t.Errorf("metrics were not asked for: %s", q)
		}
	})
}

// events decodes a page of the event export and returns the rows of its audits and comments.
func events(t *testing.T, list ...string) (audits, comments map[string]rawFields) {
	t.Helper()
	s, err := New(Options{Subdomain: "acme", Auth: AccessToken{"x"}})
	if err != nil {
		t.Fatal(err)
	}
	r := &replica{t: t, rows: map[string]map[string]rawFields{}}
	events := s.catalog().Select([]string{"ticket_audits", "ticket_comments"})[0]
	d := events.NewDecoder(events.Tables)
	if err := d.Decode(extract.Page{Body: fmt.Appendf(nil, `{"ticket_events":[%s]}`, strings.Join(list, ",")), Received: time.Now()}); err != nil {
		t.Fatal(err)
	}
	batches, _ := d.Flush()
	for _, b := range batches {
		r.merge(b)
		b.Release()
	}
	return r.rows["ticket_audits"], r.rows["ticket_comments"]
}

func TestEventsOfTheExportBecomeAuditsAndComments(t *testing.T) {
	t.Parallel()
	audits, comments := events(t,
		`{"id":1,"ticket_id":7,"timestamp":1550645443,"created_at":"2019-02-20T06:50:43Z","updater_id":-1,"via":"Web form",
		  "system":{"client":"x"},"event_type":"Audit","child_events":[
		   {"id":11,"event_type":"Comment","type":"Comment","body":"a","via":{"channel":"web"}},
		   {"id":12,"event_type":"Change","type":"incident","previous_value":"0"},
		   {"id":13,"type":"VoiceComment","author_id":5,"body":"b","metadata":{"own":1}}]}`,
		`{"id":2,"ticket_id":8,"timestamp":1550645444,"updater_id":3,"via":{"channel":"api"},"system":{"client":"y"},
		  "metadata":{"custom":{}},"event_type":"Audit","child_events":[]}`,
		`{"id":3,"timestamp":1550645444,"created_at":"2019-02-20T06:50:40Z","system":{"client":"z"},
		  "metadata":{"system":{"client":"other"}},"event_type":"Something","child_events":[]}`,
		`{"id":4,"system":null,"metadata":{},"child_events":"none"}`, `17`, `{}`, `{"id":5,"child_events":null}`, `{"id":6}`,
	)
	wantAudits := `{
	 "1": {"id":1,"ticket_id":7,"created_at":"2019-02-20T06:50:43Z","author_id":-1,"via":"Web form","metadata":{"system":{"client":"x"}},
	  "events":[{"id":11,"event_type":"Comment","type":"Comment","body":"a","via":{"channel":"web"}},
	   {"id":12,"event_type":"Change","type":"incident","previous_value":"0"},
	   {"id":13,"type":"VoiceComment","author_id":5,"body":"b","metadata":{"own":1}}]},
	 "2": {"id":2,"ticket_id":8,"created_at":"2019-02-20T06:50:44Z","author_id":3,"via":{"channel":"api"},
	  "metadata":{"system":{"client":"y"},"custom":{}},"events":[]},
	 "3": {"id":3,"timestamp":1550645444,"created_at":"2019-02-20T06:50:40Z","system":{"client":"z"},
	  "metadata":{"system":{"client":"other"}},"event_type":"Something","events":[]},
	 "4": {"id":4,"metadata":{},"events":"none"}}`
	wantComments := `{
	 "11": {"id":11,"ticket_id":7,"audit_id":1,"author_id":-1,"type":"Comment","event_type":"Comment","body":"a","via":{"channel":"web"},
	  "created_at":"2019-02-20T06:50:43Z","metadata":{"system":{"client":"x"}}},
	 "13": {"id":13,"ticket_id":7,"audit_id":1,"author_id":5,"type":"VoiceComment","event_type":"VoiceComment","body":"b","via":"Web form",
	  "created_at":"2019-02-20T06:50:43Z","metadata":{"own":1}}}`
	sameRows(t, "audits", wantAudits, audits)
	sameRows(t, "comments", wantComments, comments)
}
