package parquet

import (
	"iter"
	"maps"
	"slices"
	"time"

	"desklake/schema"
	"desklake/sink"
	"desklake/sink/book"
)

// issues is the table of that name, which is one file. All rows of a table of which one has changed stand in the manifest,
// until they are in the file, and count more than what is there of that table.
type issues struct {
	source string       // whose they are
	stored []book.Issue // what was in the manifest when it was opened
	oldest time.Time    // when the one was met that was not met for longest

	loaded  bool
	tables  map[string][]book.Issue
	dirty   map[string]bool
	shorter bool // the file has rows that are to go
}

func newIssues(m *manifest, source string) *issues {
	return &issues{source: source, stored: m.Issues, oldest: m.OldestIssue}
}

func (i *issues) path(root string) string { return ownFile(root, "issues", "issues") }

// load reads the file once.
func (i *issues) load(root string) error {
	if i.loaded {
		return nil
	}
	i.tables, i.dirty = map[string][]book.Issue{}, map[string]bool{}
	for r, err := range readRows(book.Issues, i.path(root)) {
		if err != nil {
			return err
		}
		i.tables[r.Table] = append(i.tables[r.Table], r)
	}
	for _, r := range i.stored {
		if !i.dirty[r.Table] {
			i.tables[r.Table], i.dirty[r.Table] = nil, true
		}
		i.tables[r.Table] = append(i.tables[r.Table], r)
	}
	i.loaded = true
	i.look()
	return nil
}

// put takes rows in the place of those that have the same key, or behind them.
func (i *issues) put(rows []book.Issue) {
	for _, r := range rows {
		i.dirty[r.Table] = true
		table := i.tables[r.Table]
		at := slices.IndexFunc(table, func(have book.Issue) bool { return have.ID() == r.ID() })
		if at < 0 {
			i.tables[r.Table] = append(table, r)
		} else {
			table[at] = r
		}
	}
	i.look()
}

// look finds the oldest row.
func (i *issues) look() {
	i.oldest = time.Time{}
	for r := range i.all() {
		if i.oldest.IsZero() || r.LastSeen.Before(i.oldest) {
			i.oldest = r.LastSeen
		}
	}
}

// all gives the rows, sorted by table.
func (i *issues) all() iter.Seq[book.Issue] {
	return func(yield func(book.Issue) bool) {
		for _, table := range slices.Sorted(maps.Keys(i.tables)) {
			for _, r := range i.tables[table] {
				if !yield(r) {
					return
				}
			}
		}
	}
}

// add adds what a run met.
func (i *issues) add(root, run string, at time.Time, met []schema.Issue) error {
	if len(met) == 0 {
		return nil
	}
	if err := i.load(root); err != nil {
		return err
	}
	for table, met := range sink.IssuesByTable(met) {
		var stored []sink.IssueRow
		for _, r := range i.tables[table] {
			stored = append(stored, r.IssueRow)
		}
		var rows []book.Issue
		for _, r := range sink.MergeIssues(stored, run, at.UTC(), met) {
			rows = append(rows, book.Issue{Source: i.source, IssueRow: r})
		}
		i.tables[table], i.dirty[table] = rows, true
	}
	i.look()
	return nil
}

func (i *issues) isOlder(before time.Time) bool { return !i.oldest.IsZero() && i.oldest.Before(before) }

// forget removes what was last met before a time.
func (i *issues) forget(root string, before time.Time) error {
	if !i.isOlder(before) {
		return nil
	}
	if err := i.load(root); err != nil {
		return err
	}
	for table, rows := range i.tables {
		i.tables[table] = slices.DeleteFunc(slices.Clone(rows), func(r book.Issue) bool { return r.LastSeen.Before(before) })
	}
	i.shorter = true
	i.look()
	return nil
}

// changed are the rows of tables that are not as in the file.
func (i *issues) changed() (rows []book.Issue) {
	if !i.loaded {
		return i.stored
	}
	for r := range i.all() {
		if i.dirty[r.Table] {
			rows = append(rows, r)
		}
	}
	return rows
}

// write writes the file, if that is not as it should be.
func (i *issues) write(d disk, root string) error {
	if len(i.changed()) == 0 && !i.shorter && isComplete(book.Issues, i.path(root)) {
		return nil
	}
	err := i.load(root)
	if err == nil {
		err = writeRows(d, root, book.Issues, i.path(root), allOf(slices.Collect(i.all())))
	}
	if err == nil {
		clear(i.dirty)
		i.shorter = false
	}
	return err
}
