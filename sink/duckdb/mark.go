package duckdb

import (
	"context"
	"time"

	"desklake/schema"
	"desklake/sink"
)

// copyMark is a table that only a copy has: nothing else is ever replaced by one. A copy that was put in the place of a sink
// loses it at the next run.
var copyMark = &schema.Table{Name: "copy", Doc: "Only in a copy that desklake publishes: it is replaced, and what others write to it is lost.", Columns: []schema.Column{
	{Name: "copy_of", Type: schema.Text, Doc: "The file that it is a copy of."},
	{Name: "made_at", Type: schema.Time, Doc: "When it was made; the file has the same time, unless somebody has changed it."},
}}

// mark makes the draft known as a copy. If it is not known to be whole, all of it that is used is read first.
func (s *Sink) mark(ctx context.Context, made time.Time, whole bool) error {
	const draft = "draft"
	name := draft + ".desklake." + copyMark.Name
	_, err := s.own.exec(ctx, "ATTACH "+literal(s.copy.draft())+" AS "+draft)
	if err == nil && !whole {
		err = s.readAll(ctx, draft)
	}
	for _, sql := range []string{"DROP TABLE IF EXISTS " + name, createTable(name, "", copyMark.Columns), "COMMENT ON TABLE " + name + " IS " + literal(copyMark.Doc)} {
		if err == nil {
			_, err = s.own.exec(ctx, sql)
		}
	}
	if err == nil {
		_, err = s.own.exec(ctx, "INSERT INTO "+name+" (copy_of, made_at) VALUES ($1, $2)", s.path, made)
	}
	if err == nil {
		_, err = s.own.exec(ctx, "CHECKPOINT "+draft)
	}
	_, left := s.own.exec(context.WithoutCancel(ctx), "DETACH DATABASE IF EXISTS "+draft)
	if err == nil {
		err = left
	}
	return damagedIn(s.path, err)
}

// checkMark refuses what is no copy of this file, and reports whether somebody has changed the copy. One from before there were
// marks is known by its last run, which is in this file as well; forced, by its account. One that is marked may be of a file of
// the same account that was made anew.
func (s *Sink) checkMark(ctx context.Context, force bool) (touched bool, err error) {
	there, err := s.layoutOf(ctx, copied)
	present := there[ownSchema]
	var made time.Time
	var last string // run
	var accounts []string
	_, named := present["checkpoints"]["account"]
	marked := present[copyMark.Name] != nil
	if err == nil && marked {
		err = s.own.query(ctx, "SELECT made_at FROM "+copied+".desklake.copy", nil, func(v []any) error {
			made = instant(v[0])
			return nil
		})
	}
	if err == nil {
		err = s.own.query(ctx, "SELECT run_id FROM "+copied+".desklake.runs ORDER BY rowid DESC LIMIT 1", nil, func(v []any) error {
			last = text(v[0])
			return nil
		})
	}
	if err == nil && named {
		err = s.own.query(ctx, "SELECT account FROM "+copied+".desklake.checkpoints WHERE account IS NOT NULL", nil, func(v []any) error {
			accounts = append(accounts, text(v[0]))
			return nil
		})
	}
	if err != nil {
		return false, s.copy.explain(err)
	}
	own, err := s.own.queryInt(ctx, "SELECT count(*) FROM "+ours+"runs WHERE run_id = $1", last)
	same := int64(0)
	if err == nil && own == 0 && len(accounts) > 0 {
		same, err = s.own.queryInt(ctx, "SELECT count(*) FROM "+ours+"checkpoints WHERE account IN (SELECT unnest($1::VARCHAR[]))", accounts)
	}
	switch {
	case err != nil:
		return false, explain(s.path, err)
	case own > 0, same > 0 && (marked || force):
		return s.copy.touched(made), nil
	case same > 0:
		return false, sink.Refused(s.copy.path, "is a sink of its own, or a copy of another one", "Choose another sink.publish. If it is an old copy that may go: desklake publish --force.")
	}
	return false, sink.Refused(s.copy.path, "holds the rows of another account", "Choose another sink.publish; this file was left as it is.")
}
