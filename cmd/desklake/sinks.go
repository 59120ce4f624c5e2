package main

import (
	"context"
	"errors"
	"io"
	"maps"
	"slices"
	"strings"

	"desklake/internal/config"
	"desklake/pipeline"
	"desklake/schema"
	"desklake/sink"
	"desklake/sink/duckdb"
	"desklake/sink/parquet"
)

// sinkType is how the program uses one type of sink.
type sinkType struct {
	open    func(ctx context.Context, c config.Sink, waiting func(holder string)) (sink.Sink, error)
	inspect func(ctx context.Context, path string, look sink.Look) (sink.Report, error)
	changes func(ctx context.Context, path string, tables []*schema.Table) ([]sink.Change, error)

	// publish brings the copy for analysts up to date, checkCopy says whether there can be one at the target; nil where
	// the sink needs none.
	publish   func(ctx context.Context, s sink.Sink, force bool) (replaced bool, err error)
	checkCopy func(path, target string) error

	// views are what a DuckDB file with views is made of; nil where the tables are in such a file anyway.
	views func(ctx context.Context, path string) ([]parquet.View, error)
}

// sinks are the types of sinks, by their name in the configuration.
var sinks = map[string]sinkType{
	"duckdb": {
		open: func(ctx context.Context, c config.Sink, waiting func(string)) (sink.Sink, error) {
			return opened(duckdb.Open(ctx, duckdb.Options{Path: c.Path, LockWait: c.LockWait, MemoryLimit: c.MemoryLimit, Waiting: waiting,
				Copy: c.Publish, CopyGuard: float64(c.PublishGuard)}))
		},
		inspect: duckdb.Inspect,
		changes: duckdb.Changes,
		publish: func(ctx context.Context, s sink.Sink, force bool) (bool, error) {
			return s.(*duckdb.Sink).Publish(ctx, force)
		},
		checkCopy: duckdb.CheckCopy,
	},
	"parquet": {
		open: func(ctx context.Context, c config.Sink, waiting func(string)) (sink.Sink, error) {
			return opened(parquet.Open(ctx, parquet.Options{Path: c.Path, LockWait: c.LockWait, Waiting: waiting}))
		},
		inspect: parquet.Inspect,
		changes: parquet.Changes,
		views:   parquet.Views,
	},
}

func sinkNames() []string { return slices.Sorted(maps.Keys(sinks)) }

// publishers are the types of sinks that can keep a copy for analysts.
func publishers() []string {
	return slices.DeleteFunc(sinkNames(), func(name string) bool { return sinks[name].publish == nil })
}

// closeSink closes a sink behind what went wrong before, if anything did: neither hides the other. What has broken the sink
// can be why it can't be closed, and is told once.
func closeSink(s io.Closer, before error) error {
	closed := s.Close()
	if closed == nil || before != nil && strings.Contains(before.Error(), closed.Error()) {
		return before
	}
	return errors.Join(before, &pipeline.SinkError{Err: closed})
}

// opened marks what goes wrong at opening as the sink's error.
func opened[S sink.Sink](s S, err error) (sink.Sink, error) {
	if err != nil {
		return nil, &pipeline.SinkError{Err: err}
	}
	return s, nil
}
