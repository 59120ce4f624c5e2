package main

import (
	"desklake/internal/cli"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var sqlBlock = regexp.MustCompile("(?s)```sql\n(.*?);\n```")

// sqlOf returns the queries of a document.
func sqlOf(t *testing.T, name string) (queries []string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("../..", name))
	if err != nil {
		t.Fatal(err)
	}
	for _, block := range sqlBlock.FindAllStringSubmatch(string(text), -1) {
		queries = append(queries, block[1])
	}
	if len(queries) == 0 {
		t.Fatalf("%s has no query", name)
	}
	return queries
}

// demoLake is what desklake demo writes.
func demoLake(t *testing.T) *lake {
	t.Helper()
	l := &lake{t: t, dir: t.TempDir(), env: os.Environ()}
	l.path = filepath.Join(l.dir, "demo.duckdb")
	if code, _, stderr := l.run("demo", "--tickets", "600"); code != cli.ExitDone {
		t.Fatalf("exit code %d\n%s", code, stderr)
	}
	return l
}

func TestEveryQueryOfTheDocumentsHasAnAnswerOnTheDemo(t *testing.T) {
	t.Parallel()
	l := demoLake(t)
	documented := sqlOf(t, "docs/queries.md")
	for _, statement := range documented {
		if len(l.query(statement)) == 0 {
			t.Errorf("no rows: %s", statement)
		}
	}
	all := strings.Join(documented, "\n")
	for _, statement := range sqlOf(t, "README.md") {
		if !strings.Contains(all, statement) {
			t.Errorf("the README's query is not in docs/queries.md: %s", statement)
		}
	}
	for _, q := range cli.Questions {
		if !strings.Contains(all, strings.TrimSpace(q.SQL)) {
			t.Errorf("the demo's query is not in docs/queries.md: %s", q.SQL)
		}
	}
}

// The first reply is what Zendesk measured: between nothing and the length of the data's time, and all tickets of that
// month that were replied to are counted once.
func TestTheFirstReplyOfLastMonthIsThatOfTheTickets(t *testing.T) {
	if testing.Short() {
		t.Skip("the same demo is made for the queries of the documents")
	}
	t.Parallel()
	l := demoLake(t)
	firstReply := strings.TrimSpace(cli.Questions[1].SQL)
	replied := `SELECT count(*) FROM tickets JOIN ticket_metrics m ON m.ticket_id = tickets.id
		WHERE strftime(tickets.created_at AT TIME ZONE 'UTC', '%Y-%m') = '2026-09' AND group_id IS NOT NULL AND status <> 'deleted'
		AND m.reply_time_in_minutes.business IS NOT NULL`
	want, got := l.one(replied), l.one("SELECT sum(tickets)::BIGINT FROM ("+firstReply+")")
	if want != got || want == "0" {
		t.Errorf("%s tickets were replied to, %s are counted", want, got)
	}
	if n := l.one(`SELECT count(*) FROM (` + firstReply + `) WHERE NOT (median BETWEEN 0 AND "90 %" AND "90 %" < 60 * 24 * 30)`); n != "0" {
		t.Errorf("%s groups have no sensible figures: %q", n, l.query(firstReply))
	}
}
