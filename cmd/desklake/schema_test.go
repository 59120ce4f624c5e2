package main

import (
	"testing"

	"desklake/internal/config"
	"desklake/internal/golden"
)

func TestTheSchemaInDocsIsTheProgramsOwn(t *testing.T) {
	t.Parallel()
	schema, err := config.Schema(drivers.Known())
	if err != nil {
		t.Fatal(err)
	}
	golden.Equal(t, "../../docs/config.schema.json", string(schema))
}
