package toy

import (
	"encoding/json"
	"slices"
	"time"

	"desklake/schema"
	"desklake/sink"
	"desklake/sink/book"
	"desklake/state"
)

// content is all that a Box holds.
type content struct {
	Tables      map[string]table
	Known       map[string]known
	Checkpoints []book.Checkpoint
	Runs        []book.Run // in the order in which they were stored
	Loads       []book.Load
	Issues      []book.Issue
}

// table is what is there of a table.
type table struct {
	Columns []string
	Rows    map[string]row // by the JSON of the key
}

// live is how many rows are not deleted.
func (t table) live() (n int64) {
	for _, r := range t.Rows {
		if r[schema.DeletedAt] == nil {
			n++
		}
	}
	return n
}

// known is what was done to a table: where the table does not fit it, somebody else has changed the file.
type known struct {
	Columns []string
	Filled  bool
	Live    int64
	Last    book.Load
	Status  sink.Status // of its run, once that is forgotten
}

func parse(text []byte) (*content, error) {
	c := &content{Tables: map[string]table{}, Known: map[string]known{}}
	return c, json.Unmarshal(text, c)
}

// find is where the row with a row's key is; negative where there is none.
func find[T any](t *book.Table[T], rows []T, row T) int {
	key := t.KeyOf(&row)
	return slices.IndexFunc(rows, func(r T) bool { return t.KeyOf(&r) == key })
}

// put stores a row in the place of the one with its key, or behind them all.
func put[T any](t *book.Table[T], rows []T, row T) []T {
	if i := find(t, rows, row); i >= 0 {
		rows[i] = row
		return rows
	}
	return append(rows, row)
}

// prepare makes a table fit. One that is lost is no more than a table without rows from now on.
func (c *content) prepare(t *schema.Table) {
	is, was := c.Tables[t.Name], c.Known[t.Name]
	if lost, had, _ := c.isLost(t.Name); lost {
		for i, p := range c.Checkpoints {
			if slices.Contains(p.Tables, t.Name) {
				p.Tables = slices.DeleteFunc(p.Tables, func(name string) bool { return name == t.Name })
				c.Checkpoints[i].Checkpoint = p.Losing(t.Name, had)
			}
		}
		was.Filled, was.Live = len(is.Rows) > 0, is.live()
	}
	if is.Rows == nil {
		is.Rows = map[string]row{}
	}
	for _, column := range t.AllColumns() {
		if !slices.Contains(is.Columns, column.Name) {
			is.Columns = append(is.Columns, column.Name)
		}
	}
	was.Columns = slices.Clone(is.Columns)
	c.Tables[t.Name], c.Known[t.Name] = is, was
}

func (c *content) isLost(name string) (lost bool, had int64, err error) {
	is, there := c.Tables[name]
	was := c.Known[name]
	lost = !there || was.Filled && len(is.Rows) == 0 ||
		slices.ContainsFunc(was.Columns, func(column string) bool { return !slices.Contains(is.Columns, column) })
	return lost, was.Live, nil
}

func (c *content) checkpoints() map[string]state.Checkpoint {
	all := map[string]state.Checkpoint{}
	for _, p := range c.Checkpoints {
		all[p.Stream], _ = p.WithoutLost(c.isLost)
	}
	return all
}

// addIssues adds what a run met.
func (c *content) addIssues(source, run string, at time.Time, met []schema.Issue) {
	for table, met := range sink.IssuesByTable(met) {
		var stored []sink.IssueRow
		c.Issues = slices.DeleteFunc(c.Issues, func(i book.Issue) bool {
			if i.Table == table {
				stored = append(stored, i.IssueRow)
			}
			return i.Table == table
		})
		for _, i := range sink.MergeIssues(stored, run, at, met) {
			c.Issues = append(c.Issues, book.Issue{Source: source, IssueRow: i})
		}
	}
}

// addLoad adds what a transaction did to a table.
func (c *content) addLoad(l book.Load, n sink.Counts, of sink.Commit) {
	if i := find(book.Loads, c.Loads, l); i >= 0 {
		l = c.Loads[i]
	}
	l.AddCommit(n, of.Load, of.At)
	c.Loads = put(book.Loads, c.Loads, l)
	was := c.Known[l.Table]
	was.Last, was.Status = l, ""
	c.Known[l.Table] = was
}

// forget forgets what is history.
func (c *content) forget(before time.Time) {
	gone := map[string]bool{}
	c.Runs = slices.DeleteFunc(c.Runs, func(r book.Run) bool {
		if gone[r.ID] = r.Started.Before(before); gone[r.ID] {
			for name, was := range c.Known {
				if was.Last.RunID == r.ID {
					was.Status = r.Status
					c.Known[name] = was
				}
			}
		}
		return gone[r.ID]
	})
	c.Loads = slices.DeleteFunc(c.Loads, func(l book.Load) bool { return gone[l.RunID] })
	c.Issues = slices.DeleteFunc(c.Issues, func(i book.Issue) bool { return i.LastSeen.Before(before) })
}
