package cli

import (
	"fmt"
	"io"
	"time"

	"desklake/internal/progress"
	"desklake/internal/term"
	"desklake/internal/words"
	"desklake/pipeline"
	"desklake/sink"
)

// printSummary prints what a run did to each table, and what it cost.
func printSummary(w io.Writer, r pipeline.Result, path string, elapsed time.Duration) {
	f := progress.FiguresOf(r.Streams)
	if f.Rows.Read > 0 || r.Run.Status == sink.Done {
		printTables(w, r.Streams)
	}
	fmt.Fprintf(w, "%s %s: %s new, %s changed, %s deleted in %.1f s; %s %s", path, r.Run.Status,
		words.Thousands(f.Rows.Inserted), words.Thousands(f.Rows.Updated), words.Thousands(f.Rows.Deleted), elapsed.Seconds(),
		words.Thousands(f.Requests), words.Plural(f.Requests, "request"))
	if f.Retries > 0 {
		fmt.Fprintf(w, ", %s of them repeated", words.Thousands(f.Retries))
	}
	fmt.Fprintln(w)
	if f.Waited >= time.Second {
		fmt.Fprintf(w, "waited %s in all streams together\n", f.Waited.Round(time.Second))
	}
	if f.Issues > 0 {
		fmt.Fprintf(w, "%s %s of issues: FROM desklake.issues\n", words.Thousands(f.Issues), words.Plural(f.Issues, "kind"))
	}
}

// printTables prints a line a table. Requests and time are the stream's, at the first of its tables.
func printTables(w io.Writer, streams []pipeline.StreamResult) {
	g := term.NewGrid("table", ">read", ">new", ">changed", ">unchanged", ">deleted", ">requests", ">took")
	for _, s := range streams {
		requests, took := words.Thousands(s.Requests), words.Took(s.Elapsed)
		for _, table := range s.Tables {
			n := s.Counts[table]
			g.Add(table, n.Read, n.Inserted, n.Updated, n.Unchanged, n.Deleted, requests, took)
			requests, took = "", ""
		}
	}
	_ = g.Write(w) // an error of w shows in what is printed next
	fmt.Fprintln(w)
}
