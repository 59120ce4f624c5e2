package main

import (
	"path/filepath"
	"strings"
	"testing"

	"desklake/internal/cli"
)

// A source that was taken out of the configuration, or has another name there, stays in the sink, and is told wherever somebody looks.
func TestASourceThatNoConfigurationNamesIsTold(t *testing.T) {
	if testing.Short() {
		t.Skip("dozens of processes, one behind the other")
	}
	t.Parallel()
	for name, parquet := range map[string]bool{"a DuckDB file": false, "a lake of Parquet files": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acme, beta := smallHelpdesk(t, 1), smallHelpdesk(t, 2)
			l := newLakeOfTwo(t, acme, beta, parquet)
			sink, removal, removalOfOnly := "{type: duckdb, path: lake.duckdb}", `DROP SCHEMA "acme" CASCADE`, `DROP TABLE main."groups"; DROP TABLE main."tags"`
			if parquet {
				sink, removal, removalOfOnly = "{type: parquet, path: files}", "remove the folder "+filepath.Join(l.files, "acme"), "the folders groups, tags, _desklake"
			}
			of := func(named ...string) {
				l.writeConfig(strings.Join(named, "") + "tables: [tags, groups]\nsink: " + sink + "\n")
			}
			says := func(when, source, removal string, args ...string) {
				t.Helper()
				code, _, stderr := l.run(append([]string{"--log-format", "text"}, args...)...)
				if code != cli.ExitDone {
					t.Errorf("%s: %q: exit code %d\n%s", when, args, code, stderr)
				}
				want := "the sink holds " + source + " (" + strings.TrimPrefix(acme.url, "http://") + ": groups, tags, loaded "
				if source == "" && strings.Contains(stderr, "the sink holds ") || source != "" && (!strings.Contains(stderr, want) || !strings.Contains(stderr, removal)) {
					t.Errorf("%s: %q: want %q\n%s", when, args, source, stderr)
				}
			}
			everywhere := func(when, source, removal string) {
				t.Helper()
				for _, command := range []string{"sync", "plan", "status"} {
					says(when, source, removal, command)
					says(when, source, removal, command, "--source", "beta")
				}
			}
			of("sources:\n", underSources("acme", acme), underSources("beta", beta))
			everywhere("as it is", "", "")
			of("sources:\n", underSources("gamma", acme), underSources("beta", beta))
			everywhere("renamed", "the source acme", removal)
			of("sources:\n", underSources("acme", acme), underSources("gamma", acme), underSources("beta", beta))
			everywhere("named again", "", "")
			of("sources:\n", underSources("beta", beta), underSources("gamma", acme))
			everywhere("removed", "the source acme", removal)
			if code, _, stderr := l.run("--log-format", "json", "sync"); code != cli.ExitDone || !strings.Contains(stderr, `"held":"acme"`) {
				t.Errorf("exit code %d\n%s", code, stderr)
			}
			of("source:", strings.Replace(underSources("", acme), "- {name: ,", "{", 1))
			says("an only source", "the source acme", removal, "sync")
			of("sources:\n", underSources("acme", acme), underSources("beta", beta), underSources("gamma", acme))
			everywhere("several again", "a source without a name", removalOfOnly)
		})
	}
}
