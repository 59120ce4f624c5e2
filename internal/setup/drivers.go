// Package setup turns a configuration into what it names: the sources, the destination, what a run is to do, who is told.
//
// It knows no concrete source or sink: the program hands it a driver for each. Start with Drivers and Setup.
package setup

import (
	"context"
	"maps"
	"slices"

	"desklake/extract"
	"desklake/internal/config"
	"desklake/sink"
)

// Drivers are the types of sources and sinks that a configuration can name.
type Drivers struct {
	Sources map[string]extract.Driver
	Sinks   map[string]sink.Driver

	Env extract.Env // of every source that is opened; but for Logger and Patience
}

// SourceTypes are the types of sources, sorted.
func (d Drivers) SourceTypes() []string { return slices.Sorted(maps.Keys(d.Sources)) }

// SinkTypes are the types of sinks, sorted.
func (d Drivers) SinkTypes() []string { return slices.Sorted(maps.Keys(d.Sinks)) }

// Tables are the names of the tables of all types of sources.
func (d Drivers) Tables() (names []string) {
	for _, t := range d.SourceTypes() {
		names = append(names, d.Sources[t].Catalog().Names()...)
	}
	return names
}

// vocabulary is what a configuration may hold.
func (d Drivers) vocabulary() config.Vocabulary {
	v := config.Vocabulary{Words: map[string][]string{"table": d.Tables()},
		Kinds: map[string]map[string]func() config.Section{"source": {}, "sink": {}}}
	for name, driver := range d.Sources {
		v.Kinds["source"][name] = func() config.Section { return driver.New() }
		v.Words[tablesOf(name)] = driver.Catalog().Names()
	}
	for name, driver := range d.Sinks {
		v.Kinds["sink"][name] = func() config.Section { return driver.New() }
	}
	return v
}

// Load loads the configuration at path; errors are those of config.Load.
func (d Drivers) Load(ctx context.Context, path string) (*Setup, error) {
	var c Config
	if err := config.Load(ctx, path, &c, d.vocabulary()); err != nil {
		return nil, err
	}
	return newSetup(c, d), nil
}

// Parse is Load for a file's content that need not be on disk. The path is where it would be.
func (d Drivers) Parse(ctx context.Context, path, content string) (*Setup, error) {
	var c Config
	if err := config.Parse(ctx, path, []byte(content), &c, d.vocabulary()); err != nil {
		return nil, err
	}
	return newSetup(c, d), nil
}

// Schema is the JSON Schema of a configuration file.
func (d Drivers) Schema() ([]byte, error) { return config.Schema(&Config{}, d.vocabulary()) }
