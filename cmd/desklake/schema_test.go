package main

import (
	"testing"

	"desklake/internal/golden"
)

func TestTheSchemaInDocsIsTheProgramsOwn(t *testing.T) {
	t.Parallel()
	schema, err := drivers.Schema()
	if err != nil {
		t.Fatal(err)
	}
	golden.Equal(t, "../../docs/config.schema.json", string(schema))
}

func TestTheExampleIsMadeOfTheSections(t *testing.T) {
	t.Parallel()
	golden.Equal(t, "../../config.example.yaml", drivers.Example("zendesk", "duckdb"))
}
