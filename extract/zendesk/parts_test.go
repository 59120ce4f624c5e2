package zendesk

import (
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"desklake/extract"
	"desklake/internal/zendesktest"
)

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
	if err := r.errs["tickets"]; !errors.As(err, &bad) || !strings.Contains(hintOf(err), "desklake state reset tickets`") || !strings.HasPrefix(err.Error(), "tickets: ") {
		t.Errorf("error: %v", err)
	}
}

func TestALedgerThatCannotBeUsedIsNoReasonToStop(t *testing.T) {
	t.Parallel()
	whole, file, folder := t.TempDir(), filepath.Join(t.TempDir(), "file"), t.TempDir()
	if err := os.Mkdir(filepath.Join(folder, ledgerName), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, content := range []string{"", "{", `{"Windows":{"account":null}}`, `[]`} {
		for _, path := range []string{filepath.Join(whole, ledgerName), file} {
			if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		for _, path := range []string{whole, file, folder} {
			synctest.Test(t, func(t *testing.T) {
				desk := zendesktest.New(zendesktest.Options{Tickets: 1, Limits: zendesktest.Limits{Account: 20}})
				s := testSource(t, desk, Options{CacheDir: path})
				ask(t, s, groupsEndpoint, 30, 3)
				if n := desk.Limited(); n > 0 {
					t.Errorf("%s: %d requests were sent while limited", path, n)
				}
			})
		}
	}
}
