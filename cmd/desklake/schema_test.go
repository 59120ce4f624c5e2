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
