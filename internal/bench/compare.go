package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// The ways that compare takes. Each round takes all of them in turn, so that a busy minute hits all alike.
const (
	byReadJSON    = "read_json"    // DuckDB alone: files to its own file
	toDuckDB      = "duckdb"       // desklake: HTTP to a DuckDB file
	toDuckDBGzip  = "duckdb gzip"  // ... compressed answers
	toParquet     = "parquet"      // HTTP to Parquet files
	toParquetGzip = "parquet gzip" // ... compressed answers
	idle          = "idle"         // nothing new in all tables, 20 ms from request to answer
)

// comparison is what compare measured.
type comparison struct {
	Tickets int                `json:"tickets"`
	JSON    int64              `json:"json"`   // bytes of the records
	Rounds  []map[string]usage `json:"rounds"` // by way
	Size    map[string]int64   `json:"size"`   // bytes on disk behind a first sync, by way
}

type compareCommand struct {
	Tickets int    `default:"500000"`
	Rounds  int    `default:"5"`
	Work    string `default:"bench.work" type:"path" help:"The folder for files; it is made, and left for a look."`
	Program string `required:"" help:"The desklake to measure."`
	Results string `default:"docs/benchmarks.json"`
}

// Run measures, and adds what it measured to the results.
func (c *compareCommand) Run(ctx context.Context) (err error) {
	if c.Work, err = filepath.Abs(c.Work); err != nil {
		return err
	}
	if c.Program, err = filepath.Abs(c.Program); err != nil {
		return err
	}
	if err := os.MkdirAll(c.Work, 0o755); err != nil {
		return err
	}
	tickets := fmt.Sprintf("--tickets=%d", c.Tickets)
	plain, err := serve(ctx, tickets, "--rendered")
	if err != nil {
		return err
	}
	defer func() { _ = plain.stop() }()
	zipped, err := serve(ctx, tickets, "--rendered", "--gzip")
	if err != nil {
		return err
	}
	defer func() { _ = zipped.stop() }()
	far, err := serve(ctx, "--tickets=1000", "--latency=20ms")
	if err != nil {
		return err
	}
	defer func() { _ = far.stop() }()

	records := filepath.Join(c.Work, "records")
	if err := os.RemoveAll(records); err != nil {
		return err
	}
	if err := (&recordsCommand{URL: plain.url, To: records}).Run(ctx); err != nil {
		return err
	}
	result := comparison{Tickets: c.Tickets, Size: map[string]int64{}}
	if result.JSON, err = folderSize(records); err != nil {
		return err
	}
	resting, err := newDesklake(c.Program, filepath.Join(c.Work, "idle"), far.url, "duckdb", "all")
	if err != nil {
		return err
	}
	if _, err := resting.sync(ctx); err != nil {
		return err
	}
	for round := range c.Rounds {
		figures := map[string]usage{}
		if figures[byReadJSON], err = c.reference(ctx, records, &result); err != nil {
			return err
		}
		for _, way := range []struct{ name, sink, url string }{
			{toDuckDB, "duckdb", plain.url}, {toParquet, "parquet", plain.url},
			{toDuckDBGzip, "duckdb", zipped.url}, {toParquetGzip, "parquet", zipped.url},
		} {
			d, err := newDesklake(c.Program, filepath.Join(c.Work, way.name), way.url, way.sink, "[tickets, ticket_metrics]")
			if err != nil {
				return err
			}
			if figures[way.name], err = d.sync(ctx); err != nil {
				return err
			}
			if result.Size[way.name], _, err = d.size(); err != nil {
				return err
			}
		}
		if figures[idle], err = resting.sync(ctx); err != nil {
			return err
		}
		result.Rounds = append(result.Rounds, figures)
		fmt.Printf("round %d:", round+1)
		for _, way := range []string{byReadJSON, toDuckDB, toParquet, toDuckDBGzip, toParquetGzip, idle} {
			fmt.Printf("  %s %.2f s (%.1f CPU, %d MB)", way, figures[way].Seconds, figures[way].CPU, figures[way].Peak>>20)
		}
		fmt.Println()
	}
	return update(c.Results, func(r *results) { r.Measured, r.Compare = time.Now().UTC(), &result })
}

// reference measures DuckDB alone.
func (c *compareCommand) reference(ctx context.Context, records string, result *comparison) (usage, error) {
	self, err := os.Executable()
	if err != nil {
		return usage{}, err
	}
	file := filepath.Join(c.Work, "reference.duckdb")
	if err := os.RemoveAll(file); err != nil {
		return usage{}, err
	}
	figures, err := measure(ctx, c.Work, self, "reference", "--from="+records, "--to="+file)
	if err != nil {
		return usage{}, err
	}
	info, err := os.Stat(file)
	if err != nil {
		return usage{}, err
	}
	result.Size[byReadJSON] = info.Size()
	return figures, nil
}

func folderSize(path string) (int64, error) {
	entries, err := os.ReadDir(path)
	if err != nil {
		return 0, err
	}
	var size int64
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			return 0, err
		}
		size += info.Size()
	}
	return size, nil
}
