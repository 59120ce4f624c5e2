package main

import (
	"desklake/internal/words"
	"fmt"
	"math"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"
)

// reportCommand writes the document. Nothing in it is written by hand, so that no figure in it is older than its text.
type reportCommand struct {
	Results  string `default:"docs/benchmarks.json"`
	Document string `default:"docs/benchmarks.md"`
}

// Run writes it.
func (c *reportCommand) Run() error {
	r, err := load(c.Results)
	if err != nil {
		return err
	}
	var d strings.Builder
	fmt.Fprintf(&d, "# Benchmarks\n\nWritten by `make bench` from docs/benchmarks.json. Measured until %s on %d cores (%s/%s). Each figure is that of a whole "+
		"process, from start to exit, as the kernel counts it; the helpdesk is a process of its own on the same cores. "+
		"A ticket has about 3.6 KB of JSON with its metric set.\n", r.Measured.Format(time.DateOnly), runtime.NumCPU(), runtime.GOOS, runtime.GOARCH)
	if r.Compare != nil {
		r.Compare.document(&d)
	}
	if len(r.Growth) > 0 {
		r.documentGrowth(&d)
	}
	return os.WriteFile(c.Document, []byte(d.String()), 0o644)
}

// document tells of the comparison: medians of all rounds.
func (c *comparison) document(d *strings.Builder) {
	fmt.Fprintf(d, "\n## Beside DuckDB's read_json\n\n%s tickets, %s of JSON, medians of %d rounds in which all ways take turns. "+
		"read_json reads the same records from files into one table with the same columns and types, with two threads and no limit on memory. "+
		"desklake asks for them page by page over HTTP and writes `tickets` and `ticket_metrics`, with its default configuration. "+
		"A ratio above 1 is faster than read_json.\n\n", words.Thousands(c.Tickets), size(c.JSON), len(c.Rounds))
	d.WriteString("| | seconds | ratio | CPU seconds | peak memory | on disk | of the JSON |\n|---|--:|--:|--:|--:|--:|--:|\n")
	reference := c.median(byReadJSON, func(u usage) float64 { return u.Seconds })
	for _, way := range []struct{ name, title string }{
		{byReadJSON, "DuckDB `read_json`, files to a DuckDB file"},
		{toDuckDB, "desklake, HTTP to a DuckDB file"}, {toDuckDBGzip, "... compressed answers"},
		{toParquet, "desklake, HTTP to Parquet files"}, {toParquetGzip, "... compressed answers"},
	} {
		seconds := c.median(way.name, func(u usage) float64 { return u.Seconds })
		fmt.Fprintf(d, "| %s | %.1f | %.2f | %.1f | %s | %s | 1/%.1f |\n", way.title, seconds, reference/seconds,
			c.median(way.name, func(u usage) float64 { return u.CPU }),
			size(int64(c.median(way.name, func(u usage) float64 { return float64(u.Peak) }))),
			size(c.Size[way.name]), float64(c.JSON)/float64(c.Size[way.name]))
	}
	fmt.Fprintf(d, "\nA sync of all tables with nothing new, 20 ms from request to answer: %.2f seconds.\n",
		c.median(idle, func(u usage) float64 { return u.Seconds }))
}

func (c *comparison) median(way string, of func(usage) float64) float64 {
	var values []float64
	for _, round := range c.Rounds {
		values = append(values, of(round[way]))
	}
	return median(values)
}

func median(values []float64) float64 {
	slices.Sort(values)
	n := len(values)
	return (values[(n-1)/2] + values[n/2]) / 2
}

// documentGrowth tells of growth, as a table and as plots.
func (r *results) documentGrowth(d *strings.Builder) {
	slices.SortFunc(r.Growth, func(a, b growth) int {
		if a.Sink != b.Sink {
			return strings.Compare(a.Sink, b.Sink)
		}
		return a.Tickets - b.Tickets
	})
	fmt.Fprintf(d, "\n## As the helpdesk grows\n\nA first sync of `tickets` and `ticket_metrics`; then nights in each of which 10,000 tickets change, nine in "+
		"ten of them recent ones and the others from anywhere in the past. Medians of the nights.\n\n")
	d.WriteString("| sink | tickets | first sync | peak memory | on disk | files | a night | peak memory | written | after the nights |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n")
	for _, g := range r.Growth {
		last := fmt.Sprintf("%s, %d nights", size(g.Last), len(g.Nights))
		if g.Fresh > 0 {
			last += fmt.Sprintf(", %.2f times a fresh one", float64(g.Last)/float64(g.Fresh))
		}
		name := g.Sink
		if g.Busy {
			name += " \\*"
		}
		fmt.Fprintf(d, "| %s | %s | %.0f s | %s | %s | %d | %.1f s | %s | %s | %s |\n", name, words.Thousands(g.Tickets), g.First.Seconds, size(g.First.Peak),
			size(g.Size), g.Files, g.night(func(u usage) float64 { return u.Seconds }),
			size(int64(g.night(func(u usage) float64 { return float64(u.Peak) }))),
			size(int64(g.night(func(u usage) float64 { return float64(u.Written) }))), last)
	}
	if slices.ContainsFunc(r.Growth, func(g growth) bool { return g.Busy }) {
		d.WriteString("\n\\* Measured while other work took much of the machine: the times are upper bounds; memory and bytes are exact.\n")
	}
	for _, sink := range []string{"duckdb", "parquet"} {
		var sizes, nights []string
		highest := 1.0
		for _, g := range r.Growth {
			if g.Sink == sink && g.Fresh == 0 { // those with a fresh one are about many nights
				sizes = append(sizes, fmt.Sprintf("%q", words.Thousands(g.Tickets)))
				night := g.night(func(u usage) float64 { return u.Seconds })
				nights, highest = append(nights, fmt.Sprintf("%.2f", night)), max(highest, night)
			}
		}
		if len(sizes) > 1 {
			fmt.Fprintf(d, "\n```mermaid\nxychart-beta\n  title \"Seconds for a night of 10,000 changes, %s\"\n  x-axis \"tickets in the helpdesk\" [%s]\n"+
				"  y-axis \"seconds\" 0 --> %.0f\n  line [%s]\n```\n", sink, strings.Join(sizes, ", "), math.Ceil(highest*1.2), strings.Join(nights, ", "))
		}
	}
}

func (g *growth) night(of func(usage) float64) float64 {
	var values []float64
	for _, n := range g.Nights {
		values = append(values, of(n))
	}
	return median(values)
}

// size is a number of bytes in units of a million.
func size(bytes int64) string { return words.Thousands(int(bytes/1e6)) + " MB" }
