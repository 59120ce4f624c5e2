package main

import (
	"flag"
	"os"
	"runtime/debug"
	"strconv"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// What the program, when it is the test binary, takes from its environment.
const (
	commitRowsVariable = "DESKLAKE_TEST_COMMIT_ROWS" // rows a transaction holds at most
	fileSizeVariable   = "DESKLAKE_TEST_FILE_SIZE"   // bytes that a file may grow to: a full disk
	hurryVariable      = "DESKLAKE_TEST_HURRY"       // how long serve takes to end before it hurries
)

// seldom is how often the tests and the program collect garbage, in percent of what is alive: that is little here, and would be
// looked through all the time.
const seldom = 400

// TestMain makes the test binary the program when it is called desklake, and puts it under that name into PATH: the
// tests run it as its users do, in a process of its own. So are an analyst who looks at what it
// writes, and the helpdesk of the soak.
func TestMain(m *testing.M) {
	// Tests here wait for processes most of the time: more of them at once than there are cores take no longer each.
	_ = flag.Set("test.parallel", "6")
	debug.SetGCPercent(seldom)
	testscript.Main(m, map[string]func(){"xdg-open": visit, "open": visit, "desklake": func() {
		p := program()
		if rows, err := strconv.ParseInt(os.Getenv(commitRowsVariable), 10, 64); err == nil {
			p.CommitRows = rows
		}
		if bytes, err := strconv.ParseUint(os.Getenv(fileSizeVariable), 10, 64); err == nil {
			limitFileSize(bytes)
		}
		if limit, err := time.ParseDuration(os.Getenv(hurryVariable)); err == nil {
			p.Hurry = limit
		}
		execute(p)
	}, "analyst": analyst, "distant-helpdesk": helpdeskProgram})
}
