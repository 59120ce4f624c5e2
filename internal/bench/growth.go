package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

// growth is what one size of helpdesk cost in one sink.
type growth struct {
	Tickets int     `json:"tickets"`
	Sink    string  `json:"sink"`
	First   usage   `json:"first"`
	Size    int64   `json:"size"`  // bytes on disk behind the first sync
	Files   int     `json:"files"` // and in how many
	Changed int     `json:"changed"`
	Nights  []usage `json:"nights"`         // a sync behind Changed changed tickets each
	Last    int64   `json:"last"`           // bytes on disk behind the last night
	Fresh   int64   `json:"fresh"`          // bytes of a first sync of the same helpdesk as it is then; 0 if not measured
	Idle    usage   `json:"idle"`           // a sync with nothing new
	LastN   int     `json:"last_files"`     // files behind the last night
	Busy    bool    `json:"busy,omitempty"` // other work went on: the times are upper bounds
}

type growthCommand struct {
	Tickets []int    `default:"100000,1000000"`
	Sinks   []string `default:"duckdb,parquet"`
	Changed int      `default:"10000" help:"How many tickets change in a night."`
	Nights  int      `default:"3"`
	Busy    bool     `help:"Other work goes on meanwhile; the document says so."`
	Fresh   bool     `help:"Sync the changed helpdesk once more into an empty sink, to compare the sizes."`
	Work    string   `default:"bench.work" type:"path"`
	Program string   `required:"" help:"The desklake to measure."`
	Results string   `default:"docs/benchmarks.json"`
}

// Run measures, and adds what it measured to the results.
func (c *growthCommand) Run(ctx context.Context) (err error) {
	if c.Work, err = filepath.Abs(c.Work); err != nil {
		return err
	}
	if c.Program, err = filepath.Abs(c.Program); err != nil {
		return err
	}
	for _, tickets := range c.Tickets {
		for _, sink := range c.Sinks {
			g, err := c.measure(ctx, tickets, sink)
			if err != nil {
				return fmt.Errorf("%d tickets to %s: %w", tickets, sink, err)
			}
			if err := update(c.Results, func(r *results) { r.add(*g) }); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *growthCommand) measure(ctx context.Context, tickets int, sink string) (_ *growth, err error) {
	s, err := serve(ctx, fmt.Sprintf("--tickets=%d", tickets))
	if err != nil {
		return nil, err
	}
	defer func() { _ = s.stop() }()
	g := &growth{Tickets: tickets, Sink: sink, Changed: c.Changed, Busy: c.Busy}
	dir := filepath.Join(c.Work, fmt.Sprintf("growth-%s-%d", sink, tickets))
	d, err := newDesklake(c.Program, dir, s.url, sink, "[tickets, ticket_metrics]")
	if err != nil {
		return nil, err
	}
	defer func() {
		if err == nil { // what failed is kept for a look
			err = os.RemoveAll(dir)
		}
	}()
	if g.First, err = d.sync(ctx); err != nil {
		return nil, err
	}
	if g.Size, g.Files, err = d.size(); err != nil {
		return nil, err
	}
	g.print("first sync", g.First)
	for range c.Nights {
		if _, err := get(ctx, http.DefaultClient, fmt.Sprintf("%s%s?n=%d", s.url, changePath, c.Changed)); err != nil {
			return nil, err
		}
		// The export gives a second's changes only when the second is over.
		time.Sleep(1100 * time.Millisecond)
		night, err := d.sync(ctx)
		if err != nil {
			return nil, err
		}
		g.Nights = append(g.Nights, night)
		g.print("night", night)
	}
	if g.Last, g.LastN, err = d.size(); err != nil {
		return nil, err
	}
	if g.Idle, err = d.sync(ctx); err != nil {
		return nil, err
	}
	g.print("idle", g.Idle)
	if !c.Fresh {
		return g, nil
	}
	fresh, err := newDesklake(c.Program, dir, s.url, sink, "[tickets, ticket_metrics]")
	if err != nil {
		return nil, err
	}
	if _, err := fresh.sync(ctx); err != nil {
		return nil, err
	}
	g.Fresh, _, err = fresh.size()
	return g, err
}

func (g *growth) print(what string, u usage) {
	fmt.Printf("%d tickets to %s: %s: %.2f s (%.1f CPU), %d MB resident, %d MB written\n",
		g.Tickets, g.Sink, what, u.Seconds, u.CPU, u.Peak>>20, u.Written>>20)
}
