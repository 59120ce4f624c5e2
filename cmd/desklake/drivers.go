package main

import (
	"desklake/extract"
	"desklake/extract/zendesk"
	"desklake/internal/setup"
	"desklake/sink"
	"desklake/sink/duckdb"
	"desklake/sink/parquet"
)

// drivers are the types of sources and sinks, by their names in the configuration.
var drivers = setup.Drivers{
	Sources: map[string]extract.Driver{
		"zendesk": {New: func() extract.Config { return new(zendesk.Config) }, Catalog: zendesk.Catalog},
	},
	Sinks: map[string]sink.Driver{
		"duckdb":  {New: func() sink.Config { return new(duckdb.Config) }},
		"parquet": {New: func() sink.Config { return new(parquet.Config) }},
	},
}
