package duckdb

import (
	"context"
	"math"
	"time"

	"desklake/sink"
	"desklake/sink/book"
)

// runs reads the runs of the source that are looked at, the one that was stored last first: a clock can have been wrong. There
// can be many: what is not asked for is not read.
func (s *Sink) runs(ctx context.Context, b books, look sink.Look) (runs []sink.RunReport, err error) {
	if look.Runs == 0 {
		return nil, nil
	}
	limit := int64(look.Runs)
	if limit < 0 {
		limit = math.MaxInt64
	}
	var ids []string
	err = selectRows(ctx, s.own, book.Runs, "SELECT * FROM "+ours+"runs WHERE "+s.mineIn(b.own["runs"])+
		" AND ($1 IS NULL OR started_at >= $1) AND starts_with(run_id, $2) ORDER BY rowid DESC LIMIT $3", []any{look.Since, look.Prefix, limit},
		func(r *book.Run) error {
			ids, runs = append(ids, r.ID), append(runs, sink.RunReport{Run: r.Run})
			return nil
		})
	if err != nil || !look.Loads || len(runs) == 0 {
		return runs, err
	}
	var loads []book.Load
	err = selectRows(ctx, s.own, book.Loads, "SELECT * FROM "+ours+"loads WHERE run_id IN (SELECT unnest($1::VARCHAR[])) ORDER BY rowid", []any{ids},
		func(l *book.Load) error {
			loads = append(loads, *l)
			return nil
		})
	book.AddLoads(runs, loads)
	return runs, err
}

// firstRunAt is when the earliest run of the source began that is not forgotten; zero before the first.
func (s *Sink) firstRunAt(ctx context.Context, b books) (at time.Time, err error) {
	err = s.own.query(ctx, "SELECT min(started_at) FROM "+ours+"runs WHERE "+s.mineIn(b.own["runs"]), nil, func(v []any) error {
		at = instant(v[0])
		return nil
	})
	return at, err
}
