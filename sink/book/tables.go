package book

import "desklake/schema"

// Tables are the tables that every sink keeps: in the schema desklake of a DuckDB file, as files below _desklake of a lake.
var Tables = []*schema.Table{Runs.Schema(), Loads.Schema(), Checkpoints.Schema(), Issues.Schema()}

const sourceDoc = "The source, by the name that the configuration gives it where there are several; null for the only one."

// Runs says what ran.
var Runs = &Table[Run]{Name: "runs", Doc: "One row a run of desklake: one execution of a job, every stream once.", Key: []string{"run_id"}, Columns: []Column[Run]{
	{Name: "run_id", Type: schema.Text, Of: func(r *Run) any { return &r.ID }, Doc: "The run; _desklake_run_id of the rows that it wrote."},
	{Name: "started_at", Type: schema.Time, Of: func(r *Run) any { return &r.Started }, Doc: "When the run began."},
	{Name: "finished_at", Type: schema.Time, Of: func(r *Run) any { return &r.Finished }, Doc: "When it ended; null while it is under way, and for ever if it was killed."},
	{Name: "status", Type: schema.Text, Of: func(r *Run) any { return &r.Status }, Doc: "running, done, partial (some tables failed), failed, interrupted (by a signal) or killed."},
	{Name: "trigger", Type: schema.Text, Of: func(r *Run) any { return &r.Trigger }, Doc: "What started it: cli, schedule or api and the name of the job, or backfill and its window."},
	{Name: "version", Type: schema.Text, Of: func(r *Run) any { return &r.Version }, Doc: "The version of desklake."},
	{Name: "error", Type: schema.Text, Null: true, Of: func(r *Run) any { return &r.Error }, Doc: "Why it failed; null unless it did."},
	{Name: "account", Type: schema.Text, Null: true, Added: true, Of: func(r *Run) any { return &r.Account }, Doc: "The account that was read."},
	{Name: "source", Type: schema.Text, Null: true, Added: true, Of: func(r *Run) any { return &r.Source }, Doc: sourceDoc},
}}

// Loads says what the runs did.
var Loads = &Table[Load]{Name: "loads", Doc: "What a run did to each table, and what that cost.", Key: []string{"run_id", "stream", "table_name"}, Columns: []Column[Load]{
	{Name: "run_id", Type: schema.Text, Of: func(l *Load) any { return &l.RunID }, Doc: "The run: desklake.runs.run_id, where the account stands as well."},
	{Name: "stream", Type: schema.Text, Of: func(l *Load) any { return &l.Stream }, Doc: "The stream that was read; one stream can fill several tables."},
	{Name: "table_name", Type: schema.Text, Of: func(l *Load) any { return &l.Table }, Doc: "The table."},
	{Name: "rows_read", Type: schema.Int, Of: func(l *Load) any { return &l.Read }, Doc: "Rows received, repeats included."},
	{Name: "inserted", Type: schema.Int, Of: func(l *Load) any { return &l.Inserted }, Doc: "Rows that were new."},
	{Name: "updated", Type: schema.Int, Of: func(l *Load) any { return &l.Updated }, Doc: "Rows that took the place of an earlier version."},
	{Name: "unchanged", Type: schema.Int, Of: func(l *Load) any { return &l.Unchanged }, Doc: "Rows that were there already, or older than what was there."},
	{Name: "deleted", Type: schema.Int, Of: func(l *Load) any { return &l.Deleted }, Doc: "Rows that were live and are now known to be gone."},
	{Name: "requests", Type: schema.Int, Of: func(l *Load) any { return &l.Requests }, Doc: "Requests made for the stream, retries included; counted at its first table, 0 at the others."},
	{Name: "retries", Type: schema.Int, Of: func(l *Load) any { return &l.Retries }, Doc: "Requests that had to be repeated; counted like requests."},
	{Name: "seconds_waited", Type: schema.Float, Of: func(l *Load) any { return &l.Waited }, Doc: "Seconds spent waiting for quota and between retries; counted like requests."},
	{Name: "cursor_before", Type: schema.Text, Of: func(l *Load) any { return &l.CursorBefore }, Doc: "Where the stream stood before the run."},
	{Name: "cursor_after", Type: schema.Text, Of: func(l *Load) any { return &l.CursorAfter }, Doc: "Where it stands behind the rows of this run."},
	{Name: "committed_at", Type: schema.Time, Of: func(l *Load) any { return &l.CommittedAt }, Doc: "When the last rows were committed."},
	{Name: "outcome", Type: schema.Text, Null: true, Added: true, Of: func(l *Load) any { return &l.Outcome }, Doc: "complete, window (the window of a backfill was read to its end), failed, stopped (by a signal) or unavailable (the account does not have it); null while the stream is read, and for ever if the run was killed."},
	{Name: "error", Type: schema.Text, Null: true, Added: true, Of: func(l *Load) any { return &l.Error }, Doc: "Why the stream was not read to its end; null unless it was not."},
	{Name: "source", Type: schema.Text, Null: true, Added: true, Of: func(l *Load) any { return &l.Source }, Doc: sourceDoc},
}}

// Checkpoints says where the next run goes on.
var Checkpoints = &Table[Checkpoint]{Name: "checkpoints", Doc: "Where each stream continues. Stored in the same transaction as the rows in front of it.", Key: []string{"source", "stream"}, Columns: []Column[Checkpoint]{
	{Name: "stream", Type: schema.Text, Of: func(c *Checkpoint) any { return &c.Stream }, Doc: "The stream."},
	{Name: "cursor", Type: schema.Text, Of: func(c *Checkpoint) any { return &c.Cursor }, Doc: "The source's own mark of where the stream continues."},
	{Name: "high_water", Type: schema.Time, Of: func(c *Checkpoint) any { return &c.HighWater }, Doc: "The latest source-side time among the rows in front of it."},
	{Name: "tables", Type: schema.Texts, Of: func(c *Checkpoint) any { return &c.Tables }, Doc: "The tables that hold every row in front of it."},
	{Name: "run_id", Type: schema.Text, Of: func(c *Checkpoint) any { return &c.RunID }, Doc: "The run that stored it."},
	{Name: "saved_at", Type: schema.Time, Of: func(c *Checkpoint) any { return &c.SavedAt }, Doc: "When it was stored."},
	{Name: "format", Type: schema.Int, Of: func(c *Checkpoint) any { return &c.Format }, Doc: "The version of this row's format."},
	{Name: "account", Type: schema.Text, Null: true, Added: true, Of: func(c *Checkpoint) any { return &c.Account }, Doc: "The account whose rows these are."},
	{Name: "start", Type: schema.Time, Added: true, Of: func(c *Checkpoint) any { return &c.Start }, Doc: "The start date from which the stream was read; null for everything."},
	{Name: "complete_at", Type: schema.Time, Added: true, Of: func(c *Checkpoint) any { return &c.CompleteAt }, Doc: "When the stream was last read to its end; null if never."},
	{Name: "reader", Type: schema.Text, Null: true, Added: true, Of: func(c *Checkpoint) any { return &c.Reader }, Doc: "As whom a list was read when its rows were last taken for all that there are; null if unknown, and for feeds."},
	{Name: "lost", Type: schema.Text, Null: true, Added: true, Of: func(c *Checkpoint) any { return &c.Lost }, Doc: "JSON: tables that were dropped, emptied or damaged, with how many live rows each had, until they were read again; null for none."},
	{Name: "met", Type: schema.Time, Added: true, Of: func(c *Checkpoint) any { return &c.Met }, Doc: "The latest source-side time of a row that an earlier reading met, while the stream is read again and has not come there yet; else null."},
	{Name: "source", Type: schema.Text, Null: true, Added: true, Of: func(c *Checkpoint) any { return &c.Source }, Doc: sourceDoc},
}}

// Issues says what did not fit.
var Issues = &Table[Issue]{Name: "issues", Doc: "What did not fit and was kept or recorded instead of dropped: drift, refusals, tables that the account does not have.", Key: []string{"source", "table_name", "key", "column_name", "reason"}, Columns: []Column[Issue]{
	{Name: "table_name", Type: schema.Text, Of: func(i *Issue) any { return &i.Table }, Doc: "The table."},
	{Name: "key", Type: schema.Text, Of: func(i *Issue) any { return &i.Key }, Doc: "The row's key; empty where the issue is about a column or the whole table."},
	{Name: "column_name", Type: schema.Text, Of: func(i *Issue) any { return &i.Column }, Doc: "The column or field; empty where the issue is about a row or the whole table."},
	{Name: "reason", Type: schema.Text, Of: func(i *Issue) any { return &i.Reason }, Doc: "What was wrong."},
	{Name: "value", Type: schema.Text, Of: func(i *Issue) any { return &i.Value }, Doc: "A sample of the raw value."},
	{Name: "count", Type: schema.Int, Of: func(i *Issue) any { return &i.Count }, Doc: "How often it was met."},
	{Name: "first_seen", Type: schema.Time, Of: func(i *Issue) any { return &i.FirstSeen }, Doc: "When it was met first."},
	{Name: "last_seen", Type: schema.Time, Of: func(i *Issue) any { return &i.LastSeen }, Doc: "When it was met last."},
	{Name: "run_id", Type: schema.Text, Of: func(i *Issue) any { return &i.RunID }, Doc: "The run that met it last."},
	{Name: "source", Type: schema.Text, Null: true, Added: true, Of: func(i *Issue) any { return &i.Source }, Doc: sourceDoc},
}}
