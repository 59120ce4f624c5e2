package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const testdata = "../../testdata/config"

// known is a small world; the names of the real one are not this package's business.
var known = Known{
	Sources: []string{"zendesk"},
	Sinks:   []string{"duckdb", "parquet"},
	Tables:  []string{"tickets", "users", "ticket_metrics", "tags"},

	Publishers: []string{"duckdb"},
}

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
			c, err := Load(t.Context(), file, known)
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
