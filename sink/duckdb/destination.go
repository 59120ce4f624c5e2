package duckdb

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"desklake/internal/durable"
	"desklake/schema"
	"desklake/sink"
)

// Destination is a DuckDB file. It implements sink.Destination and sink.Published.
type Destination struct{ Options }

// Location is the path of the file.
func (d Destination) Location() string { return d.Path }

// For implements sink.Destination: the same file.
func (d Destination) For(source string) sink.Destination {
	d.Source = source
	return d
}

// Open implements sink.Destination.
func (d Destination) Open(ctx context.Context, waiting func(holder string)) (sink.Sink, error) {
	d.Waiting = waiting
	s, err := Open(ctx, d.Options)
	if err != nil {
		return nil, err
	}
	return s, nil
}

// LockWait implements sink.Destination.
func (d Destination) LockWait() time.Duration { return d.Options.LockWait }

// Read implements sink.Destination. Beside a run that is under way it fails with *sink.Locked.
func (d Destination) Read(ctx context.Context, tables ...string) (sink.Reader, error) {
	return read(ctx, d.Options, tables)
}

// Sources implements sink.Destination.
func (d Destination) Sources(ctx context.Context) ([]sink.SourceReport, error) {
	return Sources(ctx, d.Options)
}

// InUse implements sink.Destination. What could be read is not.
func (d Destination) InUse() bool { return false }

// Changes implements sink.Destination.
func (d Destination) Changes(ctx context.Context, tables []*schema.Table) ([]sink.Change, error) {
	return Changes(ctx, d.Options, tables)
}

// Check implements sink.Destination.
func (d Destination) Check() error {
	if err := durable.Writable(d.Path); err != nil || d.Options.Copy == "" {
		return err
	}
	if err := CheckCopy(d.Path, d.Options.Copy); err != nil {
		return err
	}
	return durable.Writable(filepath.Dir(d.Options.Copy))
}

// Copy is the path of the analysts' copy.
func (d Destination) Copy() string { return d.Options.Copy }

// ChangedAt implements sink.Destination: what was committed last may stand in the log of the file.
func (d Destination) ChangedAt() (at time.Time) {
	for _, name := range []string{d.Path, d.Path + ".wal"} {
		if info, err := os.Stat(name); err == nil && info.ModTime().After(at) {
			at = info.ModTime()
		}
	}
	return at
}
