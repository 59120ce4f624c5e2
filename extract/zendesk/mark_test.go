package zendesk

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"desklake/extract"
)

// markOf reads the mark of a stream as its style does.
var markOf = map[*paging]func(extract.Position) (any, error){
	cursorExport: func(p extract.Position) (any, error) { return readMark[cursorMark](p, cursorForm) },
	timeExport:   func(p extract.Position) (any, error) { return readMark[timeMark](p, timeForm) },
	ratings:      func(p extract.Position) (any, error) { return readMark[ratingsMark](p, ratingsForm) },
	ticketAudits: func(p extract.Position) (any, error) { return readMark[auditsMark](p, auditsForm) },
}

// firstMarks are what the first version stored, which had one type of mark for all styles.
var firstMarks = []struct {
	paging *paging
	cursor string
	want   any
}{
	{cursorExport, `{}`, cursorMark{}},
	{cursorExport, `{"after":"MTU3NjYxMzUzOS4wfHw0Njd8","rows":250,"holes":[{"after":"MTU3NjYxMzUzOC4wfHwxfA==","until":1576613538},{"since":5,"until":9,"lacking":7}],"metrics":true}`,
		cursorMark{origin: origin{After: "MTU3NjYxMzUzOS4wfHw0Njd8"}, Rows: 250, Metrics: true, Holes: []hole{
			{origin: origin{After: "MTU3NjYxMzUzOC4wfHwxfA=="}, Until: 1576613538}, {origin: origin{Since: 5}, Until: 9, Lacking: 7}}}},
	{cursorExport, `{"since":1576613539}`, cursorMark{origin: origin{Since: 1576613539}}},
	{timeExport, `{"since":1576613539,"rows":500,"holes":[{"since":5,"until":9}]}`,
		timeMark{Since: 1576613539, Rows: 500, Holes: []hole{{origin: origin{Since: 5}, Until: 9}}}},
	{timeExport, `{"since":1576613539,"metrics":true}`, timeMark{Since: 1576613539}}, // a field of other styles was no error
	{ratings, `{"after":"x","since":5,"began":6,"full":7,"filter":"created_at"}`, ratingsMark{After: "x", Since: 5, Began: 6, Full: 7, Filter: byCreation}},
	{ratings, `{"next":8,"last":9,"full":7,"filter":"updated_at"}`, ratingsMark{Next: 8, Last: 9, Full: 7, Filter: byUpdate}},
	{ticketAudits, `{"after":"c","rows":50,"holes":[{"after":"b","until":9}],"refused":[3,5],"missing":{"5":77}}`,
		auditsMark{cursorMark: cursorMark{origin: origin{After: "c"}, Rows: 50, Holes: []hole{{origin: origin{After: "b"}, Until: 9}}}, Refused: []int64{3, 5}, Missing: map[int64]int64{5: 77}}},
}

func TestAMarkOfTheFirstVersionIsReadAsItWas(t *testing.T) {
	t.Parallel()
	for _, test := range firstMarks {
		got, err := markOf[test.paging](extract.Position{Cursor: test.cursor})
		if diff := cmp.Diff(test.want, got, cmp.AllowUnexported(cursorMark{}, timeMark{}, ratingsMark{}, auditsMark{}, hole{})); err != nil || diff != "" {
			t.Errorf("%s: %v (-want +got):\n%s", test.cursor, err, diff)
		}
	}
}

// What a mark says is said in the words of the first version, so that one who knows nothing else goes on from it too.
func TestAMarkSaysWhatTheFirstVersionSaid(t *testing.T) {
	t.Parallel()
	for _, test := range firstMarks {
		m, ok := test.want.(interface {
			position(highWater time.Time) extract.Position
		})
		if !ok {
			t.Fatalf("%T is no mark", test.want)
		}
		written := m.position(time.Time{})
		again, err := markOf[test.paging](written)
		if err != nil || !strings.Contains(written.Cursor, `"v":2`) {
			t.Errorf("%s: %v", written.Cursor, err)
		}
		want, got := parse(t, []byte(test.cursor)), parse(t, []byte(written.Cursor))
		for _, field := range []string{"of", "v"} {
			delete(got, field)
		}
		if test.paging == timeExport {
			delete(want, "metrics")
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", written.Cursor, diff)
		}
		if m, ok := again.(interface {
			position(highWater time.Time) extract.Position
		}); !ok || m.position(time.Time{}) != written {
			t.Errorf("%s is read as %+v", written.Cursor, again)
		}
	}
}

func TestAStreamGoesOnFromAMarkOfTheFirstVersion(t *testing.T) {
	t.Parallel()
	for style, test := range map[string]struct {
		table string
		full  bool
		mark  func(at, id int64) string
		begin time.Duration // how far in front of the mark reading begins
		again int           // a row that is read again
	}{
		"cursor export": {table: "tickets", mark: func(at, id int64) string { return fmt.Sprintf(`{"after":%q}`, place{at, id}.cursor()) }},
		"time export":   {table: "organizations", mark: func(at, _ int64) string { return fmt.Sprintf(`{"since":%d}`, at) }, begin: 5 * time.Minute},
		"events":        {table: "ticket_audits", mark: func(at, _ int64) string { return fmt.Sprintf(`{"since":%d,"rows":500}`, at) }, begin: 5 * time.Minute},
		"ratings": {table: "satisfaction_ratings", mark: func(at, _ int64) string {
			return fmt.Sprintf(`{"next":%d,"last":%[1]d,"full":%[1]d,"filter":"updated_at"}`, at)
		}, begin: 5 * time.Minute},
		"audits of tickets": {table: "ticket_audits", full: true, mark: func(at, id int64) string {
			return fmt.Sprintf(`{"after":%q,"refused":[3]}`, place{at, id}.cursor())
		}, again: 3},
	} {
		t.Run(style, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				l := &timeline{page: 7}
				for range 20 {
					l.add(0)
					time.Sleep(10 * time.Minute)
				}
				r := newReplica(t, nil, Options{Transport: l, StartDate: l.rows[0].at.Add(-day), AuditsInFull: test.full})
				stored := l.rows[9]
				stream := r.source.catalog().Select([]string{test.table})[0]
				r.positions[stream.Name] = extract.Position{Cursor: test.mark(stored.at.Unix(), int64(stored.id)), HighWater: stored.at}
				r.run(test.table)
				for _, row := range l.rows {
					_, met := r.rows[test.table][fmt.Sprint(row.id)]
					want := row.id > stored.id || row.id == test.again || test.begin > 0 && !row.at.Before(stored.at.Add(-test.begin))
					if met != want {
						t.Errorf("row %d: read %t, not %t", row.id, met, want)
					}
				}
				if !strings.Contains(r.positions[stream.Name].Cursor, `"v":2`) {
					t.Errorf("the mark behind it is %s", r.positions[stream.Name].Cursor)
				}
			})
		})
	}
}

func TestAMarkOfAnotherStyleOrALaterVersionIsRefused(t *testing.T) {
	t.Parallel()
	asked := roundTrip(func(r *http.Request) (*http.Response, error) {
		t.Errorf("GET %s", r.URL)
		return nil, errors.New("nothing is to be asked for")
	})
	r := newReplica(t, nil, Options{Transport: asked})
	streams := map[string]extract.Stream{}
	for _, full := range []bool{false, true} {
		r.source.full = full
		for _, of := range r.source.catalog().Streams {
			streams[of.Name] = of
		}
	}
	forms := map[*paging]string{cursorExport: "cursor", timeExport: "time", ratings: "ratings", ticketAudits: "audits"}
	for name, of := range streams {
		st, err := r.source.stream(name)
		if err != nil {
			t.Fatal(err)
		}
		if st.paging.pass {
			continue
		}
		cursors := []string{`{"of":"another","v":2}`, `{"v":2,"since":5}`, fmt.Sprintf(`{"of":%q}`, forms[st.paging]), fmt.Sprintf(`{"of":%q,"v":3,"since":5}`, forms[st.paging]),
			fmt.Sprintf(`{"of":%q,"v":2,"since":5,"unheard":1}`, forms[st.paging]), `{"since":"5"}`, `{"since":5} {}`}
		for style, form := range forms {
			if style != st.paging {
				cursors = append(cursors, fmt.Sprintf(`{"of":%q,"v":2,"since":5}`, form))
			}
		}
		for _, cursor := range cursors {
			r.positions[name] = extract.Position{Cursor: cursor}
			var bad *badMark
			if err := r.stream(of); !errors.As(err, &bad) || !strings.Contains(hintOf(err), "state reset") {
				t.Errorf("%s: %s: %v", name, cursor, err)
			}
		}
	}
}
