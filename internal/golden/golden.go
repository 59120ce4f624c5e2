// Package golden compares what tests make with files that people read in reviews.
package golden

import (
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Equal reports how got differs from the file at path. With UPDATE_GOLDEN in the environment it writes the file instead.
func Equal(t testing.TB, path, got string) {
	t.Helper()
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s; UPDATE_GOLDEN=1 rewrites it (-want +got):\n%s", path, diff)
	}
}
