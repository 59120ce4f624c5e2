package setup

import (
	"desklake/sink/duckdb"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

const example = "../../config.example.yaml"

// A key behind a single #, which is how config.example.yaml shows a default.
var commented = regexp.MustCompile(`(?m)^( *)# (\w+:.*)$`)

func TestTheExampleShowsTheDefaults(t *testing.T) {
	t.Setenv("ZENDESK_CLIENT_SECRET", "s3cret")
	content, err := os.ReadFile(example)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"audits", "rate_limit", "give_up_after", "overlap", "tables", "lock_wait", "memory_limit", "publish", "publish_guard", "jobs", "serve", "notify"} {
		if !regexp.MustCompile(`(?m)^ *# ` + want + `:`).Match(content) {
			t.Errorf("the example does not show the default of %s as a comment with one #", want)
		}
	}
	uncommented := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(uncommented, commented.ReplaceAll(content, []byte("$1$2")), 0o600); err != nil {
		t.Fatal(err)
	}
	asItIs, withDefaults := mustLoad(t, example), mustLoad(t, uncommented)
	elsewhere := cmpopts.IgnoreFields(duckdb.Config{}, "Path")
	if diff := cmp.Diff(asItIs.Config, withDefaults.Config, elsewhere, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("a default in the example is not the default (-default +example):\n%s", diff)
	}
}

func TestTheExampleNamesEveryKey(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile(example)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range allKeys() {
		if strings.HasSuffix(key, "_file") {
			continue // the example explains _file once
		}
		if !regexp.MustCompile(`\b` + key + `:`).Match(content) {
			t.Errorf("the example does not name %s", key)
		}
	}
}
