package parquet

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"desklake/internal/durable"
	"desklake/schema"
	"desklake/sink"
)

// Destination is a lake. It implements sink.Destination and sink.Viewed.
type Destination struct{ Options }

// Location is the path of the lake's folder.
func (d Destination) Location() string { return d.Path }

// For implements sink.Destination: a lake of its own below this one's folder.
func (d Destination) For(source string) sink.Destination {
	d.Path, d.Source = filepath.Join(d.Path, source), source
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

// Read implements sink.Destination, also beside a run that is under way.
func (d Destination) Read(ctx context.Context, tables ...string) (sink.Reader, error) {
	return read(ctx, d.Options, tables)
}

// Sources implements sink.Destination.
func (d Destination) Sources(context.Context) ([]sink.SourceReport, error) { return Sources(d.Options) }

// InUse implements sink.Destination.
func (d Destination) InUse() bool { return durable.InUse(filepath.Join(d.Path, lockName)) }

// Changes implements sink.Destination.
func (d Destination) Changes(ctx context.Context, tables []*schema.Table) ([]sink.Change, error) {
	return Changes(ctx, d.Options, tables)
}

// Check implements sink.Destination.
func (d Destination) Check() error { return durable.Writable(d.Path) }

// Views implements sink.Viewed.
func (d Destination) Views(ctx context.Context) ([]sink.View, error) { return Views(ctx, d.Options) }

// ChangedAt implements sink.Destination: each commit replaces a file of the folder of the books.
func (d Destination) ChangedAt() (at time.Time) {
	for _, name := range []string{d.Path, filepath.Join(d.Path, own)} {
		if info, err := os.Stat(name); err == nil && info.ModTime().After(at) {
			at = info.ModTime()
		}
	}
	return at
}
