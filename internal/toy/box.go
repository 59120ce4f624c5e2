package toy

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"desklake/internal/config"
	"desklake/internal/durable"
	"desklake/schema"
	"desklake/sink"
)

// BoxConfig is the section of the configuration for a Box.
type BoxConfig struct {
	Path string `yaml:"path" help:"The folder of the box. It is made where there is none." need:"the folder of the box"`
}

// Check implements config.Checker.
func (c *BoxConfig) Check(r config.Report) { r.Path("path", &c.Path) }

// Destination implements sink.Config.
func (c *BoxConfig) Destination() sink.Destination { return Box{path: c.Path} }

// Box is a destination: a folder with one file of JSON. Whoever opens it has all rows in memory; each commit writes them all, as
// what was committed has to outlive a process that is killed.
type Box struct{ path, source string }

func (b Box) file() string { return filepath.Join(b.path, "rows.json") }

func (b Box) lockFile() string { return filepath.Join(b.path, "lock") }

// Location implements sink.Destination.
func (b Box) Location() string { return b.path }

// For implements sink.Destination: a box in the box.
func (b Box) For(source string) sink.Destination { return Box{filepath.Join(b.path, source), source} }

// LockWait implements sink.Destination.
func (Box) LockWait() time.Duration { return 10 * time.Second }

// Check implements sink.Destination.
func (b Box) Check() error { return durable.Writable(b.path) }

// ChangedAt implements sink.Destination.
func (b Box) ChangedAt() time.Time {
	info, err := os.Stat(b.file())
	if err != nil {
		return time.Time{}
	}
	return info.ModTime()
}

// Open implements sink.Destination.
func (b Box) Open(ctx context.Context, waiting func(holder string)) (sink.Sink, error) {
	if err := os.MkdirAll(b.path, 0o777); err != nil {
		return nil, err
	}
	lock, err := sink.TakeLock(ctx, b.path, b.lockFile(), b.LockWait(), waiting)
	if err != nil {
		return nil, err
	}
	s := &box{Box: b, lock: lock}
	if s.stored, err = os.ReadFile(b.file()); errors.Is(err, fs.ErrNotExist) {
		s.stored, err = []byte("{}"), nil
	}
	if err == nil {
		s.content, err = parse(s.stored)
	}
	if err != nil {
		return nil, errors.Join(err, lock.Unlock())
	}
	return s, nil
}

// InUse implements sink.Destination.
func (b Box) InUse() bool { return durable.InUse(b.lockFile()) }

// Read implements sink.Destination.
func (b Box) Read(_ context.Context, tables ...string) (sink.Reader, error) {
	text, err := os.ReadFile(b.file())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &sink.NotYet{Path: b.path}
	}
	if err != nil {
		return nil, err
	}
	return read(text, tables)
}

// Changes implements sink.Destination.
func (b Box) Changes(_ context.Context, tables []*schema.Table) (changes []sink.Change, err error) {
	text, err := os.ReadFile(b.file())
	if errors.Is(err, fs.ErrNotExist) {
		text, err, changes = []byte("{}"), nil, []sink.Change{{}}
	}
	if err != nil {
		return nil, err
	}
	c, err := parse(text)
	for _, t := range tables {
		changes = append(changes, sink.ChangesOf(t, c.Tables[t.Name].Columns)...)
	}
	return changes, err
}
