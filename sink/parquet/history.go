package parquet

import (
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"time"

	"desklake/sink"
	"desklake/sink/book"
)

// history is the runs and what they did, in chapters: a file of runs and one of loads each. Only the last one is read and
// written by a run. The others stay as they are until all of their runs are forgotten.
type history struct {
	chapters []chapter // that have ended, the earliest first
	number   int       // of the current one
	runs     *bookFile[book.Run]
	loads    *bookFile[book.Load]
	latest   map[string]latestLoad // by table
}

// chapter is what is known of a part of the history without reading it.
type chapter struct {
	Number          int
	Columns         int       // of both files
	First, Last     time.Time // when its runs began
	FirstID, LastID string    // of its runs, by name
}

// latestLoad is what was done last to a table.
type latestLoad struct {
	Load   book.Load
	Status sink.Status // of its run
	Error  string      `json:",omitempty"` // of its run
}

const (
	// A chapter ends when it has so many runs, or when its first one is so old.
	chapterRuns = 500
	chapterAge  = 60 * 24 * time.Hour
)

func newHistory(m *manifest) history {
	h := history{chapters: m.Chapters, number: m.Chapter, latest: maps.Clone(m.Latest)}
	if h.latest == nil {
		h.latest = map[string]latestLoad{}
	}
	h.runs, h.loads = chapterBooks(m.Chapter)
	h.runs.stored, h.loads.stored = m.Runs, m.Loads
	return h
}

// chapterBooks are the files of a chapter. That of number 0 is all that there was before there were chapters.
func chapterBooks(number int) (*bookFile[book.Run], *bookFile[book.Load]) {
	file := func(table string) string {
		if number == 0 {
			return table
		}
		return fmt.Sprintf("%s-%06d", table, number)
	}
	return &bookFile[book.Run]{table: book.Runs, file: file(book.Runs.Name)}, &bookFile[book.Load]{table: book.Loads, file: file(book.Loads.Name)}
}

func (h *history) putRun(r book.Run) {
	h.runs.put(r)
	for table, l := range h.latest {
		if l.Load.RunID == r.ID {
			h.latest[table] = newLatest(l.Load, r)
		}
	}
}

func (h *history) putLoad(r book.Load) {
	h.loads.put(r)
	run, _ := h.runs.get(runOf(&r))
	h.latest[r.Table] = newLatest(r, run)
}

// runOf is the key of a load's run.
func runOf(l *book.Load) book.Run { return book.Run{Run: sink.Run{ID: l.RunID}} }

func newLatest(l book.Load, r book.Run) latestLoad {
	return latestLoad{Load: l, Status: r.Status, Error: r.Error}
}

// isLong reports that the current chapter, whose runs are loaded, has enough of them.
func (h *history) isLong(most int, now time.Time) bool {
	n := len(h.runs.rows)
	return n >= most || n > 0 && now.Sub(summary(h.number, h.runs.rows).First) > chapterAge
}

// hasOlder reports that there is a run, or a whole chapter of them, that began before a time.
func (h *history) hasOlder(before time.Time) bool {
	return slices.ContainsFunc(h.chapters, func(c chapter) bool { return c.Last.Before(before) }) ||
		slices.ContainsFunc(h.runs.rows, func(r book.Run) bool { return r.Started.Before(before) })
}

// forgetRuns removes the chapters that are older than a time, and such runs of the current one.
func (h *history) forgetRuns(d disk, root string, before time.Time) error {
	var kept []chapter
	for _, c := range h.chapters {
		if !c.Last.Before(before) {
			kept = append(kept, c)
			continue
		}
		runs, loads := chapterBooks(c.Number)
		for _, path := range []string{loads.path(root), runs.path(root)} {
			if err := errors.Join(d.remove(path), d.syncFolder(filepath.Dir(path))); err != nil {
				return err
			}
		}
	}
	h.chapters = kept
	if err := h.loads.load(root); err != nil {
		return err
	}
	h.runs.drop(func(r *book.Run) bool { return r.Started.Before(before) })
	h.loads.drop(func(l *book.Load) bool {
		_, known := h.runs.get(runOf(l))
		return !known && l.CommittedAt.Before(before)
	})
	return nil
}

// turn begins a chapter.
func (h *history) turn() {
	h.chapters = append(slices.Clip(h.chapters), summary(h.number, h.runs.rows))
	h.number++
	h.runs, h.loads = chapterBooks(h.number)
}

// summary is a chapter of these runs.
func summary(number int, runs []book.Run) chapter {
	c := chapter{Number: number, Columns: bookColumns}
	for _, r := range runs {
		c.add(r)
	}
	return c
}

func (c *chapter) add(r book.Run) {
	if c.First.IsZero() || r.Started.Before(c.First) {
		c.First = r.Started
	}
	if r.Started.After(c.Last) {
		c.Last = r.Started
	}
	if c.FirstID == "" || r.ID < c.FirstID {
		c.FirstID = r.ID
	}
	c.LastID = max(c.LastID, r.ID)
}

// bookColumns is how many columns the files of a chapter have.
var bookColumns = len(book.Runs.Columns) + len(book.Loads.Columns)
