// Package setup turns a configuration into what it names: the source, the destination, what a run is to do, who is told.
//
// It knows no concrete source or sink: the program hands it a Driver for each. Start with Drivers and Setup.
package setup

import (
	"context"
	"log/slog"
	"maps"
	"slices"

	"desklake/extract"
	"desklake/internal/config"
	"desklake/schema"
	"desklake/sink"
)

// Drivers are the types of sources and sinks that a configuration can name.
type Drivers struct {
	Sources map[string]SourceDriver
	Sinks   map[string]SinkDriver
}

// SourceDriver is a type of source.
type SourceDriver struct {
	Open   func(c config.Source, logger *slog.Logger) (extract.Source, error)
	Tables func() []*schema.Table
	Routes func() map[string]string // where the rows of a table come from, by table
}

// SinkDriver is a type of sink.
type SinkDriver struct {
	New       func(c config.Sink) sink.Destination
	Publishes bool // the destination is a sink.Published
}

// SourceTypes are the types of sources, sorted.
func (d Drivers) SourceTypes() []string { return slices.Sorted(maps.Keys(d.Sources)) }

// SinkTypes are the types of sinks, sorted.
func (d Drivers) SinkTypes() []string { return slices.Sorted(maps.Keys(d.Sinks)) }

// Known is what a configuration may name.
func (d Drivers) Known() config.Known {
	known := config.Known{Sources: d.SourceTypes(), Sinks: d.SinkTypes()}
	for _, name := range known.Sources {
		known.Tables = append(known.Tables, TableNames(d.Sources[name].Tables())...)
	}
	for _, name := range known.Sinks {
		if d.Sinks[name].Publishes {
			known.Publishers = append(known.Publishers, name)
		}
	}
	return known
}

// Load loads the configuration at path; errors are those of config.Load.
func (d Drivers) Load(ctx context.Context, path string) (*Setup, error) {
	conf, err := config.Load(ctx, path, d.Known())
	if err != nil {
		return nil, err
	}
	return d.Of(conf), nil
}

// Of is the setup of a configuration that is valid.
func (d Drivers) Of(conf *config.Config) *Setup { return &Setup{Config: conf, drivers: d} }
