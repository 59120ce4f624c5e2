package setup

import (
	"desklake/extract"
	"desklake/extract/zendesk"
	"desklake/schema"
	"desklake/sink"
	"desklake/sink/duckdb"
	"desklake/sink/parquet"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const testdata = "../../testdata/config"

// fewTables are enough here.
func fewTables() (c extract.Catalog) {
	for _, name := range []string{"tickets", "users", "ticket_metrics", "tags"} {
		c.Tables = append(c.Tables, &schema.Table{Name: name})
	}
	return c
}

// known are the drivers of the program, but for what they know of tables.
var known = Drivers{
	Sources: map[string]extract.Driver{"zendesk": {New: func() extract.Config { return new(zendesk.Config) }, Catalog: fewTables}},
	Sinks: map[string]sink.Driver{
		"duckdb":  {New: func() sink.Config { return new(duckdb.Config) }},
		"parquet": {New: func() sink.Config { return new(parquet.Config) }},
	},
}

// zendeskOf and duckdbOf are the sections of a configuration that has them.
func zendeskOf(c *Setup) *zendesk.Config { return c.Source.Section.(*zendesk.Config) }
func duckdbOf(c *Setup) *duckdb.Config   { return c.Sink.Section.(*duckdb.Config) }

// Every *.bad.yaml begins with the messages that it must give, all of them and no other, in their order:
//
//	# want: 4:3: unknown key "subdomian", did you mean "subdomain"?
func TestEveryBadFileGivesExactlyTheMessagesOfItsFirstLines(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(testdata + "/*.bad.yaml")
	if err != nil || len(files) < 40 {
		t.Fatalf("only %d bad files: %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".bad.yaml"), func(t *testing.T) {
			t.Parallel()
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var want []string
			for line := range strings.Lines(string(content)) {
				message, found := strings.CutPrefix(line, "# want: ")
				if !found {
					break
				}
				want = append(want, file+":"+strings.TrimSpace(message))
			}
			c, err := known.Load(t.Context(), file)
			if err == nil || c != nil {
				t.Fatalf("loaded, got %+v, %v", c, err)
			}
			if diff := cmp.Diff(want, strings.Split(err.Error(), "\n")); diff != "" {
				t.Errorf("messages (-want +got):\n%s", diff)
			}
			if strings.Contains(err.Error(), "abc") || strings.Contains(err.Error(), "bc123") {
				t.Errorf("the message holds a secret: %v", err)
			}
		})
	}
}
