package sink

import "desklake/schema"

// Bookkeeping are desklake's own tables, which every sink keeps beside the source's: in the schema desklake of a DuckDB
// file, as files below _desklake of a lake. They have no system columns, and their keys are made of several columns.
var Bookkeeping = []*schema.Table{
	{Name: "runs", Doc: "One row a run of desklake: one execution of a job, every stream once.", Columns: []schema.Column{
		{Name: "run_id", Type: schema.Text, Doc: "The run; _desklake_run_id of the rows that it wrote."},
		{Name: "started_at", Type: schema.Time, Doc: "When the run began."},
		{Name: "finished_at", Type: schema.Time, Doc: "When it ended; null while it is under way, and for ever if it was killed."},
		{Name: "status", Type: schema.Text, Doc: "running, done, partial (some tables failed), failed, interrupted (by a signal) or killed."},
		{Name: "trigger", Type: schema.Text, Doc: "What started it: cli, schedule or api and the name of the job, or backfill and its window."},
		{Name: "version", Type: schema.Text, Doc: "The version of desklake."},
		{Name: "error", Type: schema.Text, Doc: "Why it failed; null unless it did."},
		{Name: "account", Type: schema.Text, Doc: "The account that was read."},
	}},
	{Name: "loads", Doc: "What a run did to each table, and what that cost.", Columns: []schema.Column{
		{Name: "run_id", Type: schema.Text, Doc: "The run: desklake.runs.run_id."},
		{Name: "stream", Type: schema.Text, Doc: "The stream that was read; one stream can fill several tables."},
		{Name: "table_name", Type: schema.Text, Doc: "The table."},
		{Name: "rows_read", Type: schema.Int, Doc: "Rows received, repeats included."},
		{Name: "inserted", Type: schema.Int, Doc: "Rows that were new."},
		{Name: "updated", Type: schema.Int, Doc: "Rows that took the place of an earlier version."},
		{Name: "unchanged", Type: schema.Int, Doc: "Rows that were there already, or older than what was there."},
		{Name: "deleted", Type: schema.Int, Doc: "Rows that were live and are now known to be gone."},
		{Name: "requests", Type: schema.Int, Doc: "Requests made for the stream, retries included; counted at its first table, 0 at the others."},
		{Name: "retries", Type: schema.Int, Doc: "Requests that had to be repeated; counted like requests."},
		{Name: "seconds_waited", Type: schema.Float, Doc: "Seconds spent waiting for quota and between retries; counted like requests."},
		{Name: "cursor_before", Type: schema.Text, Doc: "Where the stream stood before the run."},
		{Name: "cursor_after", Type: schema.Text, Doc: "Where it stands behind the rows of this run."},
		{Name: "committed_at", Type: schema.Time, Doc: "When the last rows were committed."},
		{Name: "outcome", Type: schema.Text, Doc: "complete, window (the window of a backfill was read to its end), failed, stopped (by a signal) or unavailable (the account does not have it); null while the stream is read, and for ever if the run was killed."},
		{Name: "error", Type: schema.Text, Doc: "Why the stream was not read to its end; null unless it was not."},
	}},
	{Name: "checkpoints", Doc: "Where each stream continues. Stored in the same transaction as the rows in front of it.", Columns: []schema.Column{
		{Name: "stream", Type: schema.Text, Doc: "The stream."},
		{Name: "cursor", Type: schema.Text, Doc: "The source's own mark of where the stream continues."},
		{Name: "high_water", Type: schema.Time, Doc: "The latest source-side time among the rows in front of it."},
		{Name: "tables", Type: schema.Texts, Doc: "The tables that hold every row in front of it."},
		{Name: "run_id", Type: schema.Text, Doc: "The run that stored it."},
		{Name: "saved_at", Type: schema.Time, Doc: "When it was stored."},
		{Name: "format", Type: schema.Int, Doc: "The version of this row's format."},
		{Name: "account", Type: schema.Text, Doc: "The account whose rows these are."},
		{Name: "start", Type: schema.Time, Doc: "The start date from which the stream was read; null for everything."},
		{Name: "complete_at", Type: schema.Time, Doc: "When the stream was last read to its end; null if never."},
		{Name: "reader", Type: schema.Text, Doc: "As whom a list was read when its rows were last taken for all that there are; null if unknown, and for feeds."},
	}},
	{Name: "issues", Doc: "What did not fit and was kept or recorded instead of dropped: drift, refusals, tables that the account does not have.", Columns: []schema.Column{
		{Name: "table_name", Type: schema.Text, Doc: "The table."},
		{Name: "key", Type: schema.Text, Doc: "The row's key; empty where the issue is about a column or the whole table."},
		{Name: "column_name", Type: schema.Text, Doc: "The column or field; empty where the issue is about a row or the whole table."},
		{Name: "reason", Type: schema.Text, Doc: "What was wrong."},
		{Name: "value", Type: schema.Text, Doc: "A sample of the raw value."},
		{Name: "count", Type: schema.Int, Doc: "How often it was met."},
		{Name: "first_seen", Type: schema.Time, Doc: "When it was met first."},
		{Name: "last_seen", Type: schema.Time, Doc: "When it was met last."},
		{Name: "run_id", Type: schema.Text, Doc: "The run that met it last."},
	}},
}
