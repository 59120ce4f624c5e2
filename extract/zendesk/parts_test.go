package zendesk

import (
	"encoding/base64"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"desklake/extract"
	"desklake/internal/zendesktest"
)

func TestPageSizesFallToOneAndRiseMoreSlowlyEachTime(t *testing.T) {
	t.Parallel()
	for most, want := range map[int][]int{1000: {1000, 500, 250, 125, 25, 5, 1}, 100: {100, 50, 25, 5, 1}, 1: {1}} {
		s := newPageSize(0, most)
		got := []int{s.n}
		for s.fall() {
			got = append(got, s.n)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
	s := newPageSize(250, 1000)
	for try := range 3 {
		pages := 0
		for s.n == 250 {
			s.worked()
			pages++
		}
		if s.n != 500 || pages != patience<<try {
			t.Errorf("after %d pages %d", pages, s.n)
		}
		s.fall()
	}
	if s = newPageSize(600, 1000); s.n != 500 {
		t.Errorf("600 is remembered as %d", s.n)
	}
	var none *pageSize
	none.worked()
	if none.fall() {
		t.Error("no size fell")
	}
}

func TestErrorBodiesAreExplained(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("ä", 150)
	for body, want := range map[string][2]string{
		`{"error":"RecordNotFound","description":"Not found"}`:                                            {"RecordNotFound", "Not found"},
		`{"error":{"title":"Forbidden","message":"You do not\n have access"}}`:                            {"Forbidden", "You do not have access"},
		`{"error":"invalid_token","error_description":"expired"}`:                                         {"invalid_token", "expired"},
		`{"errors":[{"code":"StartTimeTooRecent","title":"t","detail":"d"},{"code":"x","title":"y"}]}`:    {"StartTimeTooRecent", "d"},
		`{"error":"RecordInvalid","description":"Record validation errors","details":{"name":[{"a":1}]}}`: {"RecordInvalid", "Record validation errors"},
		`{"error":7,"description":"d"}`:                                                                   {"", "d"},
		`plain`:                                                                                           {"", ""},
		``:                                                                                                {"", ""},
		`null`:                                                                                            {"", ""},
		`{"description":"` + long + `"}`:                                                                  {"", strings.Repeat("ä", 98) + "..."},
	} {
		code, description := explain([]byte(body))
		if diff := cmp.Diff(want, [2]string{code, description}); diff != "" {
			t.Errorf("%s:\n%s", body, diff)
		}
	}
}

func TestRetryAfterIsReadInAllItsForms(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var c clock
		c.learn(http.Header{"Date": {"Fri, 20 Nov 2026 12:00:00 GMT"}}) // and it is the year 2000 here
		for text, want := range map[string]time.Duration{
			"60": time.Minute, "0": 0, "2.5": 2500 * time.Millisecond, " 7 ": 7 * time.Second,
			"Fri, 20 Nov 2026 12:01:30 GMT": 90 * time.Second, "Fri, 20 Nov 2026 11:59:30 GMT": 0,
			"Fri, 20 Nov 2026 11:00:00 GMT": -1, "Sat, 20 Nov 2027 12:00:00 GMT": -1, "2592000": longestRetry, "2592001": -1,
			"": -1, "soon": -1, "-1": -1, "NaN": -1, "1e300": -1,
		} {
			wait, ok := c.retryAfter(http.Header{"Retry-After": {text}})
			if !ok {
				wait = -1
			}
			if wait != want {
				t.Errorf("%q: %v, want %v", text, wait, want)
			}
		}
	})
}

func TestPlacesAreReadFromCursorsAsFarAsTheirShapeIsKnown(t *testing.T) {
	t.Parallel()
	code := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	p, ok := readPlace("MTU3NjYxMzUzOS4wfHw0Njd8") // of Zendesk's documentation
	if !ok || p != (place{1576613539, 467}) || p.cursor() != "MTU3NjYxMzUzOS4wfHw0Njd8" {
		t.Errorf("%+v %v %s", p, ok, p.cursor())
	}
	for _, cursor := range []string{"", "x", code("1.0||2"), code("||2|"), code("1.0||99999999999999999999|"), code("-1.0||2|")} {
		if p, ok := readPlace(cursor); ok {
			t.Errorf("%q: %+v", cursor, p)
		}
	}
	order := []string{place{1, 9}.cursor(), place{2, 1}.cursor(), place{2, 3}.cursor()}
	for i, a := range order {
		for j, b := range order {
			if behind(a, b) != (i > j) {
				t.Errorf("%d behind %d", i, j)
			}
		}
	}
	if !behind("opaque", "other") || behind("opaque", "opaque") || !behind("a", "") {
		t.Error("cursors of another shape")
	}
}

func TestAStoredCursorThatIsNoneOfOursIsAnErrorWithAdvice(t *testing.T) {
	t.Parallel()
	r := newReplica(t, zendesktest.New(zendesktest.Options{Tickets: 1}), Options{})
	r.positions["tickets"] = extract.Position{Cursor: "MTU3NjYxMzUzOS4wfHw0Njd8"}
	r.try("tickets")
	var bad *badMark
	if err := r.errs["tickets"]; !errors.As(err, &bad) || hintOf(err) == "" || !strings.HasPrefix(err.Error(), "tickets: ") {
		t.Errorf("error: %v", err)
	}
}

func TestALedgerThatCannotBeUsedIsNoReasonToStop(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	for _, content := range []string{"", "{", `{"Windows":{"account":null}}`, `[]`} {
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, path := range []string{file, filepath.Join(file, "below"), dir} {
			synctest.Test(t, func(t *testing.T) {
				desk := zendesktest.New(zendesktest.Options{Tickets: 1, Limits: zendesktest.Limits{Account: 20}})
				s := testSource(t, desk, Options{})
				s.client.limits.ledger = &shared{path: path, log: s.log}
				ask(t, s, groupsEndpoint, 30, 3)
				if n := desk.Limited(); n > 0 {
					t.Errorf("%s: %d requests were sent while limited", path, n)
				}
			})
		}
	}
}
