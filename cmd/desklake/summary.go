package main

import (
	"fmt"
	"io"
	"strconv"
	"time"

	"desklake/pipeline"
	"desklake/sink"
)

// figures are what a run did to all tables, and what it cost.
type figures struct {
	rows     sink.Counts
	requests int
	retries  int
	waited   time.Duration // in all streams together
	issues   int           // kinds of them
}

func figuresOf(streams []pipeline.StreamResult) (f figures) {
	for _, s := range streams {
		for _, n := range s.Counts {
			f.rows.Add(n)
		}
		f.requests += s.Requests
		f.retries += s.Retries
		f.waited += s.Waited
		f.issues += s.Issues
	}
	return f
}

// printSummary prints what a run did to each table, and what it cost.
func printSummary(w io.Writer, r pipeline.Result, path string, elapsed time.Duration) {
	f := figuresOf(r.Streams)
	if f.rows.Read > 0 || r.Run.Status == sink.Done {
		printTables(w, r.Streams)
	}
	fmt.Fprintf(w, "%s %s: %s new, %s changed, %s deleted in %.1f s; %s %s", path, r.Run.Status,
		thousands(f.rows.Inserted), thousands(f.rows.Updated), thousands(f.rows.Deleted), elapsed.Seconds(),
		thousands(int64(f.requests)), plural(f.requests, "request"))
	if f.retries > 0 {
		fmt.Fprintf(w, ", %s of them repeated", thousands(int64(f.retries)))
	}
	fmt.Fprintln(w)
	if f.waited >= time.Second {
		fmt.Fprintf(w, "waited %s in all streams together\n", f.waited.Round(time.Second))
	}
	if f.issues > 0 {
		fmt.Fprintf(w, "%s %s of issues: FROM desklake.issues\n", thousands(int64(f.issues)), plural(f.issues, "kind"))
	}
}

// printTables prints a line a table. Requests and time are the stream's, at the first of its tables.
func printTables(w io.Writer, streams []pipeline.StreamResult) {
	g := newGrid("table", ">read", ">new", ">changed", ">unchanged", ">deleted", ">requests", ">took")
	for _, s := range streams {
		requests, took := thousands(int64(s.Requests)), shortly(s.Elapsed)
		for _, table := range s.Tables {
			n := s.Counts[table]
			g.add(table, n.Read, n.Inserted, n.Updated, n.Unchanged, n.Deleted, requests, took)
			requests, took = "", ""
		}
	}
	_ = g.write(w) // an error of w shows in what is printed next
	fmt.Fprintln(w)
}

// thousands writes a number with commas.
func thousands(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
