package sinktest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"desklake/internal/jsonscan"
	"desklake/schema"
	"desklake/sink"
)

func scan(record string) *jsonscan.Scanner { return jsonscan.New([]byte(record)) }

func commitsTogether(t *testing.T, p *place) {
	p.open(pets)
	tx := p.begin(pets)
	p.write(tx, pets, 1, pet(1, "Rex", 1))
	p.write(tx, pets, 1, pet(2, "Mimi", 1))
	if n := p.commit(tx, pets, "behind Mimi"); n != (sink.Counts{Read: 2, Inserted: 2}) {
		t.Errorf("counts: %+v", n)
	}
	stored, err := p.sink.Checkpoints(t.Context())
	if err != nil || stored["pets"].Cursor != "behind Mimi" {
		t.Errorf("checkpoints: %+v, %v", stored, err)
	}
	p.want(pets, pet(1, "Rex", 1), pet(2, "Mimi", 1))
}

func rollsBack(t *testing.T, p *place) {
	p.open(pets)
	p.load(pets, 1, pet(1, "Rex", 1))
	tx := p.begin(pets)
	p.write(tx, pets, 2, pet(1, "Max", 2), pet(2, "Mimi", 2))
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	if err := tx.Rollback(); err != nil {
		t.Errorf("second rollback: %v", err)
	}
	stored, err := p.sink.Checkpoints(t.Context())
	if err != nil || stored["pets"].Cursor != "cursor 1" {
		t.Errorf("checkpoints: %+v, %v", stored, err)
	}
	p.want(pets, pet(1, "Rex", 1))
	p.load(pets, 3, pet(2, "Mimi", 2))
	p.want(pets, pet(1, "Rex", 1), pet(2, "Mimi", 2))
}

func laterVersionWins(t *testing.T, p *place) {
	p.open(pets)
	p.load(pets, 7, pet(1, "Rex", 5))
	if n := p.load(pets, 8, pet(1, "Max", 6)); n != (sink.Counts{Read: 1, Updated: 1}) {
		t.Errorf("a later version: %+v", n)
	}
	if n := p.load(pets, 9, pet(1, "Rex", 5)); n != (sink.Counts{Read: 1, Unchanged: 1}) {
		t.Errorf("an earlier version: %+v", n)
	}
	p.want(pets, pet(1, "Max", 6))
}

func laterWritingWins(t *testing.T, p *place) {
	p.open(pets)
	p.load(pets, 5, pet(1, "Rex", 1))
	p.load(pets, 6, pet(1, "Max", 1))
	p.want(pets, pet(1, "Max", 1))
	// The source's clock went back meanwhile.
	if n := p.load(pets, 5, pet(1, "Rex", 1)); n.Updated != 1 {
		t.Errorf("the same version with another content: %+v", n)
	}
	p.want(pets, pet(1, "Rex", 1))
}

func impossibleVersion(t *testing.T, p *place) {
	p.open(pets)
	p.load(pets, 5, pet(1, "from the future", 1000))
	if n := p.load(pets, 6, pet(1, "from the future", 1000)); n.Unchanged != 1 {
		t.Errorf("the same again: %+v", n)
	}
	if n := p.load(pets, 7, pet(1, "older", 4)); n.Unchanged != 1 {
		t.Errorf("a version from before the impossible one was read: %+v", n)
	}
	if n := p.load(pets, 8, pet(1, "right", 7)); n.Updated != 1 {
		t.Errorf("a version from after the impossible one was read: %+v", n)
	}
	// The source's clock was ahead too when this was read.
	ahead := int(time.Since(minute(0))/time.Minute) + 3000
	p.load(pets, ahead+60, pet(2, "ahead", ahead))
	if n := p.load(pets, 9, pet(2, "right", 8)); n.Updated != 1 {
		t.Errorf("a version ahead of every clock: %+v", n)
	}
	p.want(pets, pet(1, "right", 7), pet(2, "right", 8))
}

func numberVersion(t *testing.T, p *place) {
	numbered := &schema.Table{Name: "numbered", Doc: "Rows with a number as their version.", Key: "id", Version: "version", Columns: []schema.Column{
		{Name: "id", Type: schema.Int, Doc: "The row."}, {Name: "version", Type: schema.Int, Doc: "How often it changed."}}}
	p.open(numbered)
	p.load(numbered, 1, `{"id":1,"version":9007199254740993}`, `{"id":1,"version":2}`)
	if n := p.load(numbered, 2, `{"id":1,"version":9007199254740992}`); n.Unchanged != 1 {
		t.Errorf("an earlier version: %+v", n)
	}
	p.want(numbered, `{"id":1,"version":9007199254740993}`)
}

// versionIsMonth: what a row's time orders can be kept by the months of it, where no row changes.
func versionIsMonth(t *testing.T, p *place) {
	events := &schema.Table{Name: "events", Doc: "What happened.", Key: "id", Version: "at", Month: "at", Columns: []schema.Column{
		{Name: "id", Type: schema.Int, Doc: "The event."}, {Name: "at", Type: schema.Time, Doc: "When it was."}}}
	rows := []string{`{"id":1,"at":"2026-01-31T00:00:00Z"}`, `{"id":2,"at":"2026-02-01T00:00:00Z"}`, `{"id":3}`}
	p.open(events)
	p.load(events, 1, rows...)
	p.close()
	p.open(events)
	if n := p.load(events, 2, rows...); n.Unchanged != 3 {
		t.Errorf("once more: %+v", n)
	}
	p.want(events, rows...)
}

// nullVersionSaysNothing: what comes without a usable version comes later all the same, and so does what follows it.
func nullVersionSaysNothing(t *testing.T, p *place) {
	gone := `{"id":1,"name":"Rex","status":"deleted"}`
	p.open(pets)
	p.load(pets, 1, `{"id":1,"name":"Rex"}`)
	p.load(pets, 2, `{"id":1,"name":"Max"}`)
	p.want(pets, `{"id":1,"name":"Max"}`)
	p.load(pets, 3, pet(1, "Bello", 3))
	if n := p.load(pets, 4, gone); n != (sink.Counts{Read: 1, Deleted: 1}) {
		t.Errorf("a row without a version: %+v", n)
	}
	if n := p.load(pets, 5, gone); n.Unchanged != 1 {
		t.Errorf("the same again: %+v", n)
	}
	p.want(pets, strings.TrimSuffix(gone, "}")+fmt.Sprintf(`,%q:%q}`, schema.DeletedAt, stamp(4)))
	here := pet(1, "Bello", 2, `"status":"here"`)
	p.load(pets, 6, here)
	p.want(pets, here)
	// One that did not fit is kept beside, and says as little.
	if n := p.load(pets, 7, `{"id":1,"name":"Pip","updated_at":7}`); n.Updated != 1 {
		t.Errorf("a version that does not fit: %+v", n)
	}
	// One after the other in one batch.
	p.load(pets, 8, pet(2, "a", 5), `{"id":2,"name":"b"}`, pet(3, "a", 5), `{"id":3,"name":"b"}`, pet(3, "c", 4), pet(3, "d", 3))
	p.want(pets, `{"id":1,"name":"Pip","_desklake_extra":"{\"updated_at\":7}"}`, `{"id":2,"name":"b"}`, pet(3, "c", 4))
}

func withoutVersions(t *testing.T, p *place) {
	p.open(words)
	p.load(words, 1, `{"word":"a","count":1}`, `{"word":"","count":7}`)
	p.load(words, 3, `{"word":"a","count":3}`)
	p.load(words, 2, `{"word":"a","count":2}`)
	p.want(words, `{"word":"a","count":2}`, `{"word":"","count":7}`)
}

func replayChangesNothing(t *testing.T, p *place) {
	p.open(pets)
	pages := [][]string{
		{pet(1, "Rex", 1), pet(2, "Mimi", 1)},
		{pet(2, "Mimi the Second", 2), pet(3, "Pip", 2, `"unknown":[1,2]`)},
		{pet(1, "Rex", 3, `"status":"deleted"`)},
	}
	for i, page := range pages {
		p.load(pets, i+4, page...)
	}
	before := p.raw(pets)
	for _, i := range []int{0, 2, 1, 1, 0, 2} {
		if n := p.load(pets, i+4, pages[i]...); n.Unchanged != n.Read || n.Read == 0 {
			t.Errorf("page %d again: %+v", i, n)
		}
	}
	// Extracted again, later, and still the same.
	if n := p.load(pets, 9, pages[2]...); n.Unchanged != 1 {
		t.Errorf("the same row, extracted later: %+v", n)
	}
	if diff := cmp.Diff(before, p.raw(pets)); diff != "" {
		t.Errorf("rows changed (-before +after):\n%s", diff)
	}
}

func repeatsInBatch(t *testing.T, p *place) {
	p.open(pets)
	n := p.load(pets, 4, pet(1, "b", 2), pet(2, "x", 1), pet(1, "a", 1), pet(1, "c", 3), pet(1, "d", 3))
	if n != (sink.Counts{Read: 5, Inserted: 2, Unchanged: 3}) {
		t.Errorf("counts: %+v", n)
	}
	p.want(pets, pet(1, "d", 3), pet(2, "x", 1))
}

func repeatsInTransaction(t *testing.T, p *place) {
	p.open(pets)
	tx := p.begin(pets)
	for i := range 5 {
		p.write(tx, pets, i, pet(1, fmt.Sprint("v", i), i), pet(int64(i+10), "x", 1))
	}
	p.write(tx, pets, 9, pet(1, "old", 1))
	p.commit(tx, pets, "c")
	p.want(pets, pet(1, "v4", 4), pet(10, "x", 1), pet(11, "x", 1), pet(12, "x", 1), pet(13, "x", 1), pet(14, "x", 1))
}

func deletionKeepsTime(t *testing.T, p *place) {
	gone := func(version, learnt int) string {
		return pet(1, "Rex", version, `"status":"deleted"`, fmt.Sprintf(`%q:%q`, schema.DeletedAt, stamp(learnt)))
	}
	p.open(pets)
	p.load(pets, 1, pet(1, "Rex", 1))
	if n := p.load(pets, 2, pet(1, "Rex", 2, `"status":"deleted"`)); n != (sink.Counts{Read: 1, Deleted: 1}) {
		t.Errorf("deleted: %+v", n)
	}
	p.want(pets, gone(2, 2))
	p.load(pets, 3, pet(1, "Rex", 3, `"status":"deleted"`))
	p.want(pets, gone(3, 2))
	p.load(pets, 4, pet(1, "Rex", 4, `"status":"here"`))
	p.want(pets, pet(1, "Rex", 4, `"status":"here"`))
	p.load(pets, 5, pet(1, "Rex", 5, `"status":"deleted"`))
	p.want(pets, gone(5, 5))
}

// silenceKeepsDeletion: a row that does not say whether it was deleted stays what it was.
func silenceKeepsDeletion(t *testing.T, p *place) {
	row := func(id int64, version, learnt int, more ...string) string {
		if learnt > 0 {
			more = append(more, fmt.Sprintf(`%q:%q`, schema.DeletedAt, stamp(learnt)))
		}
		return pet(id, "Rex", version, more...)
	}
	const deleted, here = `"status":"deleted"`, `"status":"here"`
	p.open(pets)
	p.load(pets, 1, row(1, 1, 0, deleted), row(2, 1, 0, here), row(3, 1, 0))
	if n := p.load(pets, 2, row(1, 2, 0), row(2, 2, 0), row(3, 2, 0)); n != (sink.Counts{Read: 3, Updated: 3}) {
		t.Errorf("counts: %+v", n)
	}
	p.want(pets, row(1, 2, 1), row(2, 2, 0), row(3, 2, 0))
	if n := p.load(pets, 3, row(1, 2, 0)); n.Unchanged != 1 {
		t.Errorf("the same again: %+v", n)
	}
	p.load(pets, 3, row(1, 3, 0, `"status":null`), `{"id":2,"name":"Rex","status":[1]}`)
	p.want(pets, row(1, 3, 1), `{"id":2,"name":"Rex","_desklake_extra":"{\"status\":[1]}"}`, row(3, 2, 0))
	p.load(pets, 3, row(1, 4, 0, `"status":""`))
	p.want(pets, row(1, 4, 1, `"status":""`), `{"id":2,"name":"Rex","_desklake_extra":"{\"status\":[1]}"}`, row(3, 2, 0))
	p.load(pets, 4, row(1, 5, 0, here))
	p.want(pets, row(1, 5, 0, here), `{"id":2,"name":"Rex","_desklake_extra":"{\"status\":[1]}"}`, row(3, 2, 0))
	// In one batch, and in one transaction.
	p.load(pets, 5, row(1, 5, 0, deleted), row(1, 6, 0, `"status":""`), row(1, 7, 0), row(2, 5, 0, deleted), row(2, 6, 0, here), row(2, 7, 0), row(3, 5, 0, deleted), row(3, 6, 0), row(3, 7, 0), row(4, 5, 0, deleted), row(4, 6, 0))
	p.want(pets, row(1, 7, 5), row(2, 7, 0), row(3, 7, 5), row(4, 6, 5))
	p.load(pets, 5, row(3, 8, 0, here), row(3, 9, 0))
	p.want(pets, row(1, 7, 5), row(2, 7, 0), row(3, 9, 0), row(4, 6, 5))
	tx := p.begin(pets)
	p.write(tx, pets, 6, row(1, 8, 0), row(5, 8, 0, deleted))
	p.write(tx, pets, 7, row(1, 9, 0), row(5, 9, 0), row(6, 8, 0, deleted), row(6, 9, 0))
	p.write(tx, pets, 9, row(6, 10, 0), row(2, 9, 0, deleted), row(2, 8, 0)) // the last is an earlier version
	p.commit(tx, pets, "c")
	p.want(pets, row(1, 9, 5), row(2, 9, 9, deleted), row(3, 9, 0), row(4, 6, 5), row(5, 9, 6), row(6, 10, 7))
}

func missingRows(t *testing.T, p *place) {
	missing := func(tx sink.Tx) string {
		n, live, err := tx.Missing(t.Context(), words)
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprintf("%d of %d", n, live)
	}
	p.open(words)
	p.load(words, 1, `{"word":"a","count":1}`, `{"word":"b","count":1}`, `{"word":"c","count":1}`)

	tx := p.begin(words)
	p.write(tx, words, 2, `{"word":"a","count":1}`)
	p.write(tx, words, 2, `{"word":"d","count":1}`)
	if got := missing(tx); got != "2 of 3" {
		t.Errorf("missing: %s", got)
	}
	if err := tx.MarkMissing(t.Context(), words, minute(2)); err != nil {
		t.Fatal(err)
	}
	if n := p.commit(tx, words, "c"); n != (sink.Counts{Read: 2, Inserted: 1, Unchanged: 1, Deleted: 2}) {
		t.Errorf("counts: %+v", n)
	}
	gone := fmt.Sprintf(`,%q:%q}`, schema.DeletedAt, stamp(2))
	p.want(words, `{"word":"a","count":1}`, `{"word":"b","count":1`+gone, `{"word":"c","count":1`+gone, `{"word":"d","count":1}`)

	// One comes back, just as it was; the others are known to be gone and are not missed again.
	tx = p.begin(words)
	p.write(tx, words, 3, `{"word":"a","count":1}`, `{"word":"b","count":1}`, `{"word":"d","count":1}`)
	if got := missing(tx); got != "0 of 2" {
		t.Errorf("missing: %s", got)
	}
	if err := tx.MarkMissing(t.Context(), words, minute(3)); err != nil {
		t.Fatal(err)
	}
	if n := p.commit(tx, words, "c"); n != (sink.Counts{Read: 3, Updated: 1, Unchanged: 2}) {
		t.Errorf("counts: %+v", n)
	}
	p.want(words, `{"word":"a","count":1}`, `{"word":"b","count":1}`, `{"word":"c","count":1`+gone, `{"word":"d","count":1}`)

	tx = p.begin(words)
	if got := missing(tx); got != "3 of 3" {
		t.Errorf("missing from an empty pass: %s", got)
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
}

// raw reads all columns of a table, sorted, with the sink closed meanwhile.
func (p *place) raw(table *schema.Table) []string {
	p.t.Helper()
	p.close()
	defer p.open(table)
	return sorted(p.t, p.rows, table.Name)
}
