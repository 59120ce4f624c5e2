package cli

import (
	"fmt"
	"io"
	"strings"
	"time"

	"desklake/extract"
	"desklake/internal/term"
	"desklake/internal/words"
	"desklake/sink"
)

// planReport is what the next run would do, as --json prints it.
type planReport struct {
	Source        string    `json:"source,omitempty"` // its name, where sources have names
	Streams       []planRow `json:"streams"`
	Seconds       float64   `json:"seconds"`        // of all streams side by side, under the present limits
	Requests      int64     `json:"requests"`       // of all streams
	RequestsADay  int64     `json:"requests_a_day"` // that the account may make
	RequestsSpent int       `json:"requests_spent"` // on this plan
	unpriced      bool

	Changes []sink.Change `json:"changes"` // at the destination; without a column a table is created, without a table the destination
}

// planRow is one stream. All but from, route and exact rows are estimates.
type planRow struct {
	Stream   string     `json:"stream"`
	From     *time.Time `json:"from"` // how far it was read; null: from the start date, or whole
	To       *time.Time `json:"to"`   // where it ends; null: what is there by then. A start date that was moved back adds a row a stream, once
	Route    string     `json:"route"`
	Rows     int64      `json:"rows"`
	Exact    bool       `json:"exact"` // rows were counted
	Requests int64      `json:"requests"`
	Seconds  float64    `json:"seconds"` // if it had the limits for itself
	Share    float64    `json:"share"`   // of the requests that the account may make a day, from 0 to 1
	Error    string     `json:"error"`   // why it can't be read; empty if it can
}

func newPlan(e extract.Estimate, from map[string]extract.Position, changes []sink.Change) planReport {
	p := planReport{Streams: []planRow{}, Seconds: e.Time.Seconds(), RequestsADay: e.PerDay, RequestsSpent: e.Spent, Changes: append([]sink.Change{}, changes...)}
	for _, s := range e.Streams {
		row := planRow{Stream: s.Stream, From: orNull(from[s.Stream].HighWater), Route: s.Route, Rows: s.Rows, Exact: s.Exact,
			Requests: s.Requests, Seconds: s.Time.Seconds(), Share: float64(s.Requests) / float64(max(1, e.PerDay))}
		if !s.Window.IsZero() {
			row.From, row.To = orNull(s.Window.From), orNull(s.Window.To)
		}
		if s.Err != nil {
			row.Error = s.Err.Error()
		}
		p.Requests += s.Requests
		p.Streams = append(p.Streams, row)
	}
	return p
}

func (p planReport) print(w io.Writer, path string) error {
	if p.unpriced {
		return p.printUnpriced(w, path)
	}
	g := term.NewGrid("stream", "from", ">rows", ">requests", ">time", ">of a day", "route")
	g.Cut = true
	for _, r := range p.Streams {
		if r.Error != "" {
			g.Add(r.Stream, "", "", "", "", "", term.In(term.Red, "can't be read"))
			continue
		}
		rows := words.Thousands(r.Rows)
		if !r.Exact {
			rows = "~" + rows
		}
		from := since(r.From)
		if r.To != nil {
			from += " to " + words.Day(r.To)
		}
		g.Add(r.Stream, from, rows, r.Requests, words.Roughly(r.Seconds), words.Percent(r.Share), r.Route)
	}
	if err := g.Write(w); err != nil {
		return err
	}
	fmt.Fprintf(w, "\nAbout %s %s in %s, %s of what the account may make in a day.\nThis plan took %d.\n",
		words.Thousands(p.Requests), words.Plural(p.Requests, "request"), words.Roughly(p.Seconds), words.Percent(float64(p.Requests)/float64(max(1, p.RequestsADay))), p.RequestsSpent)
	return p.printChanges(w, path)
}

// printUnpriced prints what will be read, without what it costs.
func (p planReport) printUnpriced(w io.Writer, path string) error {
	g := term.NewGrid("stream", "from")
	for _, r := range p.Streams {
		g.Add(r.Stream, since(r.From))
	}
	if err := g.Write(w); err != nil {
		return err
	}
	fmt.Fprintln(w, "\nWhat that costs, a source of this type does not say.")
	return p.printChanges(w, path)
}

func (p planReport) printChanges(w io.Writer, path string) error {
	var created, altered []string
	whole := false
	for _, c := range p.Changes {
		switch {
		case c.Table == "":
			whole = true
		case c.Column == "":
			created = append(created, c.Table)
		default:
			altered = append(altered, c.Table+"."+c.Column)
		}
	}
	switch {
	case whole:
		fmt.Fprintf(w, "%s will be created, with %d tables.\n", path, len(created))
	case len(created)+len(altered) == 0:
		fmt.Fprintf(w, "%s stays as it is but for its rows.\n", path)
	default:
		if len(created) > 0 {
			fmt.Fprintf(w, "%s will get the tables %s.\n", path, strings.Join(created, ", "))
		}
		if len(altered) > 0 {
			fmt.Fprintf(w, "%s will get the columns %s.\n", path, strings.Join(altered, ", "))
		}
	}
	return nil
}

// since is where a stream goes on.
func since(from *time.Time) string {
	if from == nil {
		return "start"
	}
	return words.Day(from)
}
