package zendesktest

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/url"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var someDay = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// helpdesk makes one whose clock stands still.
func helpdesk(o Options) *Server {
	if o.Now == nil {
		o.Now = func() time.Time { return someDay }
	}
	return New(o)
}

type envelope map[string]json.RawMessage

func (e envelope) text(key string) string {
	var s string
	_ = json.Unmarshal(e[key], &s)
	return s
}

func (e envelope) flag(key string) bool { return string(e[key]) == "true" }

// get asks for a path below /api/v2/.
func get(t *testing.T, s *Server, path string) (int, envelope) {
	t.Helper()
	r, err := s.Client().Get("https://acme.zendesk.com/api/v2/" + path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	var e envelope
	if err := json.Unmarshal(body, &e); err != nil {
		t.Fatalf("%s: %v in %.300s", path, err, body)
	}
	return r.StatusCode, e
}

func records(t *testing.T, e envelope, key string) []json.RawMessage {
	t.Helper()
	var list []json.RawMessage
	if err := json.Unmarshal(e[key], &list); err != nil {
		t.Fatal(err)
	}
	return list
}

func idOf(raw []byte) string {
	var r struct{ ID json.Number }
	_ = json.Unmarshal(raw, &r)
	return r.ID.String()
}

// walkCursor walks a cursor export from the beginning and returns its records by id; none comes twice.
func walkCursor(t *testing.T, s *Server, resource, parameters string) map[string]string {
	t.Helper()
	rows, query := map[string]string{}, "start_time=0"
	for {
		status, e := get(t, s, "incremental/"+resource+"/cursor.json?"+query+parameters)
		if status != 200 {
			t.Fatal(status, e)
		}
		for _, raw := range records(t, e, resource) {
			if _, twice := rows[idOf(raw)]; twice {
				t.Fatalf("%s %s came twice", resource, idOf(raw))
			}
			rows[idOf(raw)] = string(raw)
		}
		if e.flag("end_of_stream") {
			return rows
		}
		query = "cursor=" + url.QueryEscape(e.text("after_cursor"))
	}
}

// same compares records by id.
func same(t *testing.T, what string, want, got map[string]string) {
	t.Helper()
	if !maps.Equal(want, got) {
		t.Errorf("%s: %.3000s", what, cmp.Diff(want, got))
	}
}

func truth(s *Server, table string) map[string]string {
	rows := map[string]string{}
	for r := range s.Truth(table) {
		rows[r.Key] = string(r.JSON)
	}
	return rows
}

func TestAWalkOverTheCursorExportsGivesTheTruth(t *testing.T) {
	t.Parallel()
	s := helpdesk(Options{Tickets: 1200, Users: 300})
	for _, size := range []int{1000, 37} {
		per := fmt.Sprintf("&support_type_scope=all&per_page=%d", size)
		same(t, "tickets", truth(s, "tickets"), walkCursor(t, s, "tickets", per))
		same(t, "users", truth(s, "users"), walkCursor(t, s, "users", per))
	}
}

func unixText(at time.Time) string { return strconv.FormatInt(at.Unix(), 10) }
