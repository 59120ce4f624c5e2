package cli

import (
	"database/sql"
	"fmt"
	"io"
	"time"

	_ "github.com/duckdb/duckdb-go/v2" // the driver for reading the result as a user would

	"desklake/internal/setup"
	"desklake/internal/term"
	"desklake/internal/words"
	"desklake/internal/zendesktest"
)

type demoCommand struct {
	Tickets int    `default:"2000" help:"How many tickets the helpdesk has."`
	Output  string `short:"o" default:"demo.duckdb" type:"path" help:"The file to write."`
}

// Help is shown by --help.
func (*demoCommand) Help() string { return "Example: desklake demo --tickets 100000" }

// Run syncs a helpdesk in memory over real HTTP on a loopback port, and asks the tables a few questions.
func (c *demoCommand) Run(a *app) error {
	until := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	helpdesk := zendesktest.New(zendesktest.Options{Tickets: c.Tickets, Since: until.AddDate(-1, 0, 0), Until: until})
	url, stop, err := helpdesk.Start()
	if err != nil {
		return err
	}
	defer stop()
	fmt.Fprintf(a.stdout, "A helpdesk with %s tickets runs at %s for as long as this takes.\n\n", words.Thousands(c.Tickets), url)
	conf, err := a.Drivers.Parse(a.ctx, "demo.yaml", fmt.Sprintf(demoConfig, url, until.AddDate(-2, 0, 0).Format(time.RFC3339), c.Output))
	if err != nil {
		return err
	}
	tasks, err := setup.Tasks(conf.EverySource(), nil)
	if err != nil {
		return err
	}
	tasks[0].Job.Account = "the built-in helpdesk"
	if err := a.sync(conf, tasks); err != nil {
		return err
	}
	return answer(a.stdout, c.Output)
}

// demoConfig wants the helpdesk's address, its start and the file to write.
const demoConfig = `
source: {type: zendesk, url: "%s", start_date: "%s", auth: {access_token: {token: demo}}, give_up_after: 1m}
sink: {type: duckdb, path: %q}
`

// Questions are what a support lead may want to know, as an analyst would ask it. Months are those of the data, whose end
// is in the past.
var Questions = []Question{
	{"How many tickets came in each month, and how many of them are still open?", `
SELECT strftime(created_at, '%Y-%m') AS month, count(*) AS tickets,
       count(*) FILTER (status IN ('new', 'open', 'pending', 'hold')) AS open
FROM tickets
WHERE _desklake_deleted_at IS NULL
GROUP BY month ORDER BY month DESC LIMIT 6`},
	{"How fast was the first reply last month, by group? (business minutes)", `
SELECT g.name AS "group", count(m.reply_time_in_minutes.business) AS tickets,
       round(median(m.reply_time_in_minutes.business))::INT AS median,
       round(quantile_cont(m.reply_time_in_minutes.business, 0.9))::INT AS "90 %"
FROM tickets t
JOIN ticket_metrics m ON m.ticket_id = t.id
JOIN groups g ON g.id = t.group_id
JOIN (SELECT date_trunc('month', max(created_at)) AS this_month FROM tickets)
  ON t.created_at >= this_month - INTERVAL 1 MONTH AND t.created_at < this_month
WHERE t._desklake_deleted_at IS NULL
GROUP BY g.name ORDER BY median`},
	{"How content are the customers, by group?", `
SELECT g.name AS "group", count(*) AS ratings, round(100 * avg((r.score = 'good')::INT))::INT AS "good, %"
FROM satisfaction_ratings r
JOIN groups g ON g.id = r.group_id
WHERE r.score IN ('good', 'bad')
GROUP BY g.name ORDER BY "good, %" DESC`},
}

// Question is a question to the tables.
type Question struct {
	Text string // as somebody would ask it
	SQL  string // as an analyst would
}

func answer(w io.Writer, path string) error {
	db, err := sql.Open("duckdb", path+"?access_mode=READ_ONLY")
	if err != nil {
		return err
	}
	defer db.Close()
	for _, q := range Questions {
		fmt.Fprintf(w, "\n%s\n\n", q.Text)
		if err := printQuery(w, db, q.SQL); err != nil {
			return fmt.Errorf("%s: %w", q.Text, err)
		}
	}
	_, err = fmt.Fprintf(w, "\nGo on with: duckdb -readonly %s (https://duckdb.org/install); docs/queries.md has more questions.\n", path)
	return err
}

// printQuery prints the rows of a query as an aligned table.
func printQuery(w io.Writer, db *sql.DB, query string) error {
	rows, err := db.Query(query)
	if err != nil {
		return err
	}
	defer rows.Close()
	columns, err := rows.ColumnTypes()
	if err != nil {
		return err
	}
	names := make([]string, len(columns))
	for i, c := range columns {
		if names[i] = c.Name(); c.DatabaseTypeName() != "VARCHAR" {
			names[i] = ">" + names[i]
		}
	}
	g := term.NewGrid(names...)
	for rows.Next() {
		row, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range row {
			into[i] = &row[i]
		}
		if err := rows.Scan(into...); err != nil {
			return err
		}
		for i, v := range row {
			if v == nil {
				row[i] = "-"
			}
		}
		g.Add(row...)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	return g.Write(w)
}
