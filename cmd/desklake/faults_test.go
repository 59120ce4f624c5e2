//go:build unix

package main

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"desklake/internal/health"
	"desklake/internal/web"
	"desklake/internal/zendesktest"
	"desklake/sink"
	"desklake/sink/duckdb"
	"desklake/sink/parquet"
)

// night is a lake that meets a fault, after it was read well.
type night struct {
	*lake
	h       *helpdesk
	parquet bool   // the sink is a lake of files
	table   string // that the fault is about
	args    []string

	mu   sync.Mutex
	told []string // the paths that were asked for by the notifications
}

const faultsPage = "../../docs/faults.md"

// Every row of the table for the night engineer is provoked, and what it promises compared.
func TestWhatCanGoWrongAtNightIsAsTheDocumentationSays(t *testing.T) {
	if testing.Short() {
		t.Skip("long")
	}
	t.Parallel()
	rows := faultRows(t)
	for what := range faults {
		if !slices.ContainsFunc(rows, func(r faultRow) bool { return strings.HasPrefix(r.what, what) }) {
			t.Errorf("no row of %s begins with %q", faultsPage, what)
		}
	}
	ho := newHouse(t)
	for _, row := range rows {
		for sink, parquet := range map[string]bool{"DuckDB": false, "Parquet": true} {
			t.Run(sink+": "+row.what, func(t *testing.T) {
				t.Parallel()
				for what, provoke := range faults {
					if strings.HasPrefix(row.what, what) {
						row.compare(t, newNight(t, ho, parquet), ho.good[parquet], provoke)
						return
					}
				}
				t.Errorf("nothing provokes it")
			})
		}
	}
}

// faultRow is a row of the table.
type faultRow struct{ what, code, run, told, table string }

func faultRows(t *testing.T) (rows []faultRow) {
	t.Helper()
	page, err := os.ReadFile(faultsPage)
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(page), "|---|---|--:|---|---|---|\n")
	for line := range strings.Lines(table) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		if len(cells) != 6 {
			break
		}
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		rows = append(rows, faultRow{cells[0], cells[2], cells[3], cells[4], cells[5]})
	}
	if len(rows) < 20 {
		t.Fatalf("%s has %d rows", faultsPage, len(rows))
	}
	return rows
}

// compare lets a night go as provoked that follows a good one.
func (want faultRow) compare(t *testing.T, n, before *night, provoke func(*night) int) {
	var good sink.Report
	if want.table != string(health.Unavailable) {
		n.copies(before.lake)
		good = n.report()
	}
	code := provoke(n)
	report := n.report()
	got := want
	if got.code = fmt.Sprint(code); code < 0 {
		got.code = "-"
	}
	if got.run = "-"; good.LastRun == nil || report.LastRun.ID != good.LastRun.ID {
		got.run = string(report.LastRun.Status)
	}
	if want.run == string(sink.Killed) {
		got.run = string(report.Runs[1].Status) // that of the next one stands before it
	}
	if got.told = strings.Join(n.notified(), ", "); got.told == "" {
		got.told = "-"
	}
	got.table = n.stands(good, report)
	if is, either := want.either(got.run); either {
		got.run = is
	}
	if open := strings.Contains(want.table, ", or "); open && (got.table == string(health.Fresh) || strings.HasSuffix(got.table, ", its age grows")) {
		got.table = want.table
	}
	if got != want {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

// either returns the whole cell where it leaves open which of two statuses a run has. One that says that it is running is
// called killed by the next.
func (want faultRow) either(status string) (cell string, is bool) {
	if status == string(sink.Running) {
		status = string(sink.Killed)
	}
	either, _, open := strings.Cut(want.run, ", as ")
	return want.run, open && slices.Contains(strings.Split(either, " or "), status)
}

// afflicted are the tables that faults are about, and some beside them.
const afflicted = "[tickets, ticket_metrics, ticket_comments, users, organizations, macros, ticket_forms, sla_policies, tags]"

func newNight(t *testing.T, ho *house, parquet bool) *night {
	t.Helper()
	h, token := ho.helpdesk()
	n := &night{h: h, parquet: parquet, table: "tickets"}
	if parquet {
		n.lake = newParquetLake(t, h)
	} else {
		n.lake = newLake(t, h)
	}
	n.edit("path:", "lock_wait: 0s, path:")
	n.edit("secret", token)
	told := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		n.mu.Lock()
		defer n.mu.Unlock()
		n.told = append(n.told, strings.Trim(r.URL.Path, "/"))
	}))
	t.Cleanup(told.Close)
	n.edit("  start_date:", "  give_up_after: 2s\n  start_date:")
	n.edit("sink:", fmt.Sprintf("tables: "+afflicted+"\nnotify: {heartbeat_url: %s/heartbeat, webhooks: [{url: %[1]s/failure, on: [failure]}]}\nsink:", told.URL))
	return n
}

// edit replaces a text of the configuration.
func (n *night) edit(old, by string) {
	n.t.Helper()
	path := filepath.Join(n.dir, "config.yaml")
	text, err := os.ReadFile(path)
	if err == nil && !bytes.Contains(text, []byte(old)) {
		err = fmt.Errorf("the configuration has no %q", old)
	}
	if err == nil {
		err = os.WriteFile(path, bytes.Replace(text, []byte(old), []byte(by), 1), 0o600)
	}
	if err != nil {
		n.t.Fatal(err)
	}
}

// notified are those who were told, without repeats.
func (n *night) notified() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Compact(slices.Sorted(slices.Values(n.told)))
}

func (n *night) report() sink.Report {
	n.t.Helper()
	var d sink.Destination = duckdb.Destination{Options: duckdb.Options{Path: n.path}}
	if n.parquet {
		d = parquet.Destination{Options: parquet.Options{Path: n.files}}
	}
	if n.of != "" {
		d = d.For(n.of)
	}
	r, err := sink.Inspect(n.t.Context(), d, sink.All)
	if err != nil {
		n.t.Fatal(err)
	}
	return r
}

// tonight runs a sync and returns its exit code.
func (n *night) tonight() int {
	code, stdout, stderr := n.run(append([]string{"sync"}, n.args...)...)
	n.t.Logf("%s%s", stdout, stderr)
	return code
}

// stands says how the table stands, for the status page and for status --max-age, which must agree.
func (n *night) stands(good, now sink.Report) string {
	n.t.Helper()
	table := func(r sink.Report) (found sink.TableReport) {
		for _, t := range r.Tables {
			if t.Name == n.table {
				found = t
			}
		}
		return found
	}
	board := web.NewBoard("")
	board.Report(now, nil)
	sources := []web.Source{{Tables: []string{n.table}, Board: board}}
	page := web.New(web.Options{Service: func() web.Service { return web.Service{Sources: sources} }})
	answer := httptest.NewRecorder()
	page.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/api/status.json", nil))
	var shown web.Status
	if err := json.Unmarshal(answer.Body.Bytes(), &shown); err != nil {
		n.t.Fatal(err)
	}
	stands := ""
	for _, s := range shown.Tables {
		if s.Table == n.table {
			stands = string(s.State)
		}
	}
	if at := table(good).FreshAt; !at.IsZero() {
		// An hour after the good night, its reading is too old, and any later one is not.
		if health.Overdue(sink.Report{Tables: []sink.TableReport{table(now)}}, []string{n.table}, time.Hour, at.Add(time.Hour+time.Microsecond)) != nil {
			stands += ", its age grows"
		}
	}
	return stands
}

// stored is another text after each commit.
func (n *night) stored() string {
	path := n.path + ".wal"
	if n.parquet {
		path = filepath.Join(n.files, "_desklake", "manifest.json")
	}
	info, err := os.Stat(path)
	if err != nil {
		return ""
	}
	return fmt.Sprint(info.Size(), info.ModTime())
}

// execute changes the DuckDB file as a user could.
func (n *night) execute(statement string) {
	n.t.Helper()
	db, err := sql.Open("duckdb", n.path)
	if err == nil {
		_, err = db.Exec(statement)
		err = errors.Join(err, db.Close())
	}
	if err != nil {
		n.t.Fatal(err)
	}
}

// lose drops a table, or removes its folder.
func (n *night) lose(table string) {
	n.t.Helper()
	if !n.parquet {
		n.execute("DROP TABLE " + table)
	} else if err := os.RemoveAll(filepath.Join(n.files, table)); err != nil {
		n.t.Fatal(err)
	}
}

// always is a fault at an endpoint that does not end.
func (n *night) always(endpoint string, do zendesktest.Effect) {
	n.h.Inject(zendesktest.Fault{Match: endpoint, Do: do})
}
