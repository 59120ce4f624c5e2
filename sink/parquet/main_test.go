package parquet

import (
	"os"
	"runtime/debug"
	"testing"
)

// TestMain lets garbage lie for longer: what the tests hold is little, and would be looked through all the time. Those that look at
// the memory collect it themselves.
func TestMain(m *testing.M) {
	debug.SetGCPercent(400)
	os.Exit(m.Run())
}
