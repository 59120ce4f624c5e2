// Package sinktest is the contract of package sink as a test suite: every sink runs it, and none skips a part.
//
// A sink's own test hands Run a function that describes a destination in a folder. The suite opens it again and again,
// writes through sink.Tx, and reads back what is there by the destination's own means. Start with Run.
package sinktest

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"desklake/schema"
	"desklake/sink"
	"desklake/state"
)

// Destination is one place that the suite writes to. It is opened many times, never while the last one is still open, and asked
// for everything else with the sink closed.
type Destination struct {
	sink.Destination

	// Rows reads a table ("tickets") of one of several sources, "" for the only one, or the rows of one of desklake's own
	// ("desklake.loads") that belong to it, as users would: one JSON object a row, without its null columns, times as RFC 3339
	// in UTC, in any order.
	Rows func(source, table string) ([]string, error)

	// Drop removes a table of the only source, as somebody else can who may write there.
	Drop func(table string) error
}

// Run runs the suite. Describe returns the destination that stands in a folder, empty at first.
func Run(t *testing.T, describe func(folder string) Destination) {
	if folder := crashFolder(); folder != "" {
		writeUntilKilled(t, describe(folder))
		return
	}
	tests := map[string]func(*testing.T, *place){
		"rows and checkpoint become visible together":           commitsTogether,
		"a rollback leaves nothing":                             rollsBack,
		"the later version wins":                                laterVersionWins,
		"of equal versions what is written later wins":          laterWritingWins,
		"a null version says nothing":                           nullVersionSaysNothing,
		"a version that can't be true keeps nothing out":        impossibleVersion,
		"a version can be a number":                             numberVersion,
		"a version can be the time that gives the month":        versionIsMonth,
		"a table without versions takes what is written later":  withoutVersions,
		"a replay changes nothing":                              replayChangesNothing,
		"repeats in one batch leave one row":                    repeatsInBatch,
		"repeats in one transaction leave one row":              repeatsInTransaction,
		"a deletion keeps the time at which it was learnt":      deletionKeepsTime,
		"a row that does not say that it lives stays deleted":   silenceKeepsDeletion,
		"missing rows are counted and marked":                   missingRows,
		"every type comes back exactly":                         everyType,
		"every type is read back exactly":                       readsEveryType,
		"what is committed is read in the order of the keys":    readsWhatIsCommitted,
		"texts are keys to read by":                             readsTexts,
		"a reader sees one state":                               readsOneState,
		"large rows are read a few at a time":                   readsLargeRows,
		"a new column is added":                                 newColumn,
		"checkpoints come back":                                 checkpoints,
		"runs, loads and issues are kept":                       bookkeeping,
		"what is no UTF-8 is stored in a form that can be read": badTexts,
		"history is forgotten":                                  forgetting,
		"issues are bounded":                                    boundedIssues,
		"runs are in the order in which they were stored":       wrongClock,
		"a report has what was asked for":                       looks,
		"a report says what is there":                           report,
		"a run that is not under way any more was killed":       killedRun,
		"changes are what preparing would create":               changes,
		"a table that is dropped is read again":                 lostTable,
		"streams write side by side":                            sideBySide,
		"a transaction can have thousands of batches":           thousandsOfBatches,
		"sources in one destination know nothing of each other": severalSources,
		"any history ends in the latest versions":               anyHistory,
		"a kill at any moment loses and doubles nothing":        func(t *testing.T, p *place) { survivesKill(t, p.folder, describe) },
	}
	for name, test := range tests {
		t.Run(strings.ReplaceAll(name, " ", "_"), func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			test(t, &place{t: t, folder: folder, Destination: describe(folder)})
		})
	}
}

// Pets is a table with a version and a source-side mark of deletion.
var pets = &schema.Table{
	Name: "pets", Doc: "Pets.", Key: "id", Version: "updated_at", Month: "created_at",
	Deleted: schema.Marker{Column: "status", Value: "deleted"},
	Columns: []schema.Column{
		{Name: "id", Type: schema.Int, Doc: "The pet."},
		{Name: "name", Type: schema.Text, Doc: "What it is called."},
		{Name: "status", Type: schema.Text, Doc: "How it is."},
		{Name: "created_at", Type: schema.Time, Doc: "When it came."},
		{Name: "updated_at", Type: schema.Time, Doc: "When it changed."},
	},
}

// Words is a table with a text as its key, and without versions.
var words = &schema.Table{
	Name: "words", Doc: "Words.", Key: "word",
	Columns: []schema.Column{
		{Name: "word", Type: schema.Text, Doc: "The word."},
		{Name: "count", Type: schema.Int, Doc: "How often."},
	},
}

// place is a destination in one test.
type place struct {
	Destination
	t      *testing.T
	folder string
	source string // by the name that the configuration gives it; empty for the only one
	sink   sink.Sink
}

// of is the place of one of several sources.
func (p *place) of(source string) *place {
	return &place{Destination: Destination{p.For(source), p.Rows, p.Drop}, t: p.t, folder: p.folder, source: source}
}

func (p *place) rows(table string) ([]string, error) { return p.Rows(p.source, table) }

func (p *place) inspect(look sink.Look) (sink.Report, error) {
	return sink.Inspect(p.t.Context(), p.Destination, look)
}

// open opens the sink and prepares the tables.
func (p *place) open(tables ...*schema.Table) {
	p.t.Helper()
	s, err := p.Open(p.t.Context(), nil)
	if err != nil {
		p.t.Fatal(err)
	}
	p.sink = s
	if err := s.Prepare(p.t.Context(), tables); err != nil {
		p.t.Fatal(err)
	}
}

func (p *place) close() {
	p.t.Helper()
	if err := errors.Join(p.sink.Settle(p.t.Context()), p.sink.Close()); err != nil {
		p.t.Fatal(err)
	}
	p.sink = nil
}

// begin starts a transaction of the stream that fills the table.
func (p *place) begin(table *schema.Table) sink.Tx {
	p.t.Helper()
	tx, err := p.sink.Begin(p.t.Context(), "run", table.Name)
	if err != nil {
		p.t.Fatal(err)
	}
	return tx
}

// write writes JSON records as one batch that was extracted at minute m.
func (p *place) write(tx sink.Tx, table *schema.Table, m int, records ...string) {
	p.t.Helper()
	for _, b := range batches(table, m, records...) {
		if err := tx.Write(p.t.Context(), b); err != nil {
			p.t.Fatal(err)
		}
		b.Release()
	}
}

func (p *place) commit(tx sink.Tx, table *schema.Table, cursor string) sink.Counts {
	p.t.Helper()
	counts, err := tx.Commit(p.t.Context(), commitOf(table, cursor))
	if err != nil {
		p.t.Fatal(err)
	}
	return counts[table.Name]
}

// load writes and commits one batch.
func (p *place) load(table *schema.Table, m int, records ...string) sink.Counts {
	p.t.Helper()
	tx := p.begin(table)
	p.write(tx, table, m, records...)
	return p.commit(tx, table, fmt.Sprint("cursor ", m))
}

// want closes the sink and compares what is in the table with JSON objects, of which each names the columns that
// it wants to see; it opens the sink again.
func (p *place) want(table *schema.Table, rows ...string) {
	p.t.Helper()
	p.close()
	defer p.open(table)
	rows = slices.Clone(rows)
	for i, row := range rows {
		rows[i] = canonical(p.t, row, nil)
	}
	compareRows(p.t, "", rows, p.rows, table)
}

// compareRows compares what a table holds, but for when and by which run it was written, with canonical rows.
func compareRows(t *testing.T, what string, want []string, rows func(table string) ([]string, error), table *schema.Table) {
	t.Helper()
	got, err := rows(table.Name)
	if err != nil {
		t.Fatal(err)
	}
	for i, row := range got {
		got[i] = canonical(t, row, []string{schema.ExtractedAt, schema.RunID})
	}
	want = slices.Sorted(slices.Values(want))
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s: rows of %s (-want +got):\n%s", what, table.Name, diff)
	}
}

// canonical writes a JSON object with sorted keys and exact numbers, without the keys to leave out.
func canonical(t testing.TB, row string, leaveOut []string) string {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(row))
	d.UseNumber()
	var fields map[string]any
	if err := d.Decode(&fields); err != nil {
		t.Fatalf("%v in %s", err, row)
	}
	for _, key := range leaveOut {
		delete(fields, key)
	}
	text, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// read reads a JSON object.
func read(t testing.TB, row string, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(row), into); err != nil {
		t.Fatalf("%v in %s", err, row)
	}
}

// minute is a point in time; the suite's clock only knows those.
func minute(m int) time.Time {
	return time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC).Add(time.Duration(m) * time.Minute)
}

// stamp is a minute as the source writes it.
func stamp(m int) string { return minute(m).Format(time.RFC3339) }

func batches(table *schema.Table, m int, records ...string) []schema.Batch {
	d := schema.NewDecoder(table)
	defer d.Release()
	d.Page(minute(m), fmt.Sprint("run ", m))
	for _, r := range records {
		s := scan(r)
		d.Decode(s)
	}
	found, _ := d.Flush()
	return found
}

func commitOf(table *schema.Table, cursor string) sink.Commit {
	return sink.Commit{
		Checkpoint: state.Checkpoint{Stream: table.Name, Cursor: cursor, HighWater: minute(1), Tables: []string{table.Name}, RunID: "run", SavedAt: minute(2)},
		Load:       sink.Load{Tables: []string{table.Name}, Requests: 1, CursorAfter: cursor},
		At:         minute(2),
	}
}

// pet is a record of pets.
func pet(id int64, name string, version int, more ...string) string {
	fields := append([]string{fmt.Sprintf(`"id":%d`, id), fmt.Sprintf(`"name":%q`, name),
		fmt.Sprintf(`"updated_at":%q`, stamp(version)), `"created_at":"2026-01-02T03:04:05Z"`}, more...)
	return "{" + strings.Join(fields, ",") + "}"
}
