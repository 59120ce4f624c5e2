package cli

import (
	"bytes"
	"database/sql"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"desklake/extract"
	"desklake/internal/setup"
	"desklake/internal/toy"
	"desklake/internal/zendesktest"
)

// What the types of sources have in common, no table, is what a command may count on.
func TestSourcesOfDifferentTypesStandInOneSink(t *testing.T) {
	t.Parallel()
	for sink, path := range map[string]string{"duckdb": "lake.duckdb", "parquet": "lake"} {
		t.Run(sink, func(t *testing.T) {
			t.Parallel()
			zoo := new(toy.Zoo)
			toy.Zoos.Store(t.Name(), zoo)
			for id := range 25 {
				zoo.Change(id+1, fmt.Sprint("n", id), false)
			}
			zoo.Kinds("cat", "dog")
			url, stop, err := zendesktest.New(zendesktest.Options{Tickets: 30}).Start()
			if err != nil {
				t.Fatal(err)
			}
			defer stop()
			p := Program{Version: "test", Drivers: setup.Drivers{Sinks: drivers.Sinks, Sources: maps.Clone(drivers.Sources)}}
			p.Drivers.Sources["toy"] = extract.Driver{New: func() extract.Config { return new(toy.Config) }, Catalog: toy.Catalog}
			dir := t.TempDir()
			config := filepath.Join(dir, "config.yaml")
			text := fmt.Sprintf("sources:\n  - {name: zoo, type: toy, zoo: %s}\n  - {name: desk, type: zendesk, url: %q, start_date: 2000-01-01T00:00:00Z, auth: {access_token: {token: secret}}, tables: [tickets, groups]}\n"+
				"tables: [animals, kinds, users]\nsink: {type: %s, path: %s}\n", t.Name(), url, sink, path)
			if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			run := func(code int, words string, args ...string) {
				t.Helper()
				var stdout, stderr bytes.Buffer
				if got := Main(p, append(args, "-c", config), &stdout, &stderr); got != code || !strings.Contains(stdout.String()+stderr.String(), words) {
					t.Errorf("%v: exit code %d, want %d with %q\n%s%s", args, got, code, words, &stdout, &stderr)
				}
			}
			run(ExitDone, "no run yet", "status")
			run(ExitDone, "will be created, with 2 tables", "plan")
			run(ExitDone, "desk  tickets", "check")
			run(ExitDone, "zoo: "+filepath.Join(dir, path), "sync")
			run(ExitDone, "zoo     animals", "status")
			run(ExitDone, "desk: ", "sync", "tickets")
			run(ExitUsage, "no source has the table \"users\" selected", "sync", "users")
			run(ExitDone, "done", "sync", "--source", "desk", "users")
			run(ExitUsage, "there is no table \"animals\"", "sync", "--source", "desk", "animals")
			run(ExitUsage, "name it with --source", "state", "reset", "--yes", "animals")
			run(ExitDone, "animals: forgotten", "state", "reset", "--yes", "--source", "zoo", "animals")
			run(ExitDone, "animals", "tables", "--source", "zoo")
			run(ExitUsage, "there is no source \"zo\", did you mean \"zoo\"?", "runs", "--source", "zo")
			zoo.Refused = "animals"
			zoo.Kinds("cat", "dog", "fish")
			run(ExitPartial, "zoo: animals: permission denied", "sync")
			file := filepath.Join(dir, "lake.duckdb")
			if sink == "parquet" {
				run(ExitDone, "views over the files", "views", "-o", file)
			}
			db, err := sql.Open("duckdb", file+"?access_mode=READ_ONLY")
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			var counts string
			err = db.QueryRow(`SELECT (SELECT count(*) FROM zoo.animals) || ' animals, ' || (SELECT count(*) FROM zoo.kinds) || ' kinds, ' ||
				(SELECT count(*) FROM desk.tickets WHERE _desklake_deleted_at IS NULL) || ' tickets of ' || (SELECT string_agg(DISTINCT source, ' and ' ORDER BY source) FROM desklake.runs)`).Scan(&counts)
			if err != nil || !strings.HasPrefix(counts, "25 animals, 3 kinds, ") || !strings.HasSuffix(counts, " tickets of desk and zoo") || strings.Contains(counts, " 0 tickets") {
				t.Errorf("%s, %v", counts, err)
			}
		})
	}
}
