package pipeline

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"desklake/extract"
	"desklake/state"
)

// Plan is what a run will read.
type Plan struct {
	Account string          // whose rows these are
	Streams []PlannedStream // in the order of the catalog

	start time.Time // the source's start date; zero for everything
}

// PlannedStream is a stream of a Plan.
type PlannedStream struct {
	extract.Stream
	From extract.Position // where reading begins

	// Earlier is what an earlier start date adds to a stream that goes on: the time between it and the one from which the stream
	// was read. The run reads it once, after everything else of the stream. Zero for nothing.
	Earlier extract.Window

	stored state.Checkpoint // of the stream, or of the window that is read; zero if there is none
	start  time.Time        // the start date that is stored with what is read
}

// Plan returns what the job reads of an account, given the stored checkpoints. The error is an *OtherAccount.
func (j Job) Plan(scope extract.Scope, catalog extract.Catalog, stored map[string]state.Checkpoint) (Plan, error) {
	p := Plan{Account: cmp.Or(j.Account, scope.Account), start: scope.Start}
	if err := checkAccount(p.Account, stored); err != nil {
		return p, err
	}
	for _, s := range j.streams(catalog, stored) {
		planned := j.planned(s, scope.Start, stored)
		planned.Earlier = planned.earlier(scope.Start)
		p.Streams = append(p.Streams, planned)
	}
	return p, nil
}

// streams returns the streams that the job reads. A table of Job.Beside goes along on a stream that is read anyway, if it is up
// to date with it: left out, it would have to be read again from the start later. Of a window, a pass reads nothing.
func (j Job) streams(catalog extract.Catalog, stored map[string]state.Checkpoint) []extract.Stream {
	tables := slices.Clone(j.Tables)
	for _, s := range catalog.Select(j.Tables) {
		for _, t := range stored[s.Name].Tables {
			if slices.Contains(j.Beside, t) && !slices.Contains(tables, t) {
				tables = append(tables, t)
			}
		}
	}
	streams := catalog.Select(tables)
	if j.Window.IsZero() {
		return streams
	}
	streams = slices.DeleteFunc(streams, func(s extract.Stream) bool { return s.Pass })
	for i := range streams {
		streams[i].Window = j.Window
	}
	return streams
}

// planned says where the job begins to read a stream: at its checkpoint, unless that does not cover a table that is asked for.
// The start date that is stored with it is the source's where the stream begins there, and else the one from which it was
// read. An earlier version of desklake did not store it: then it was the source's, as far as can be known.
func (j Job) planned(s extract.Stream, start time.Time, stored map[string]state.Checkpoint) PlannedStream {
	c, found := stored[checkpointName(s)]
	if !j.AcceptDeletes { // else what was there may be gone
		s.Met = stored[s.Name].LatestMet()
	}
	p := PlannedStream{Stream: s, stored: c, start: start}
	if !found || j.FullRefresh || s.Pass || !c.Covers(extract.TableNames(s.Tables)) {
		return p
	}
	p.From = extract.Position{Cursor: c.Cursor, HighWater: c.HighWater}
	if c.Cursor != "" && !c.Start.IsZero() {
		p.start = c.Start
	}
	return p
}

// earlier is what a start date before the stored one adds to the stream.
func (p PlannedStream) earlier(start time.Time) extract.Window {
	if p.Pass || !p.Window.IsZero() || p.From.Cursor == "" || !start.Before(p.stored.Start) {
		return extract.Window{}
	}
	if start.IsZero() {
		start = time.Unix(0, 0).UTC()
	}
	return extract.Window{From: start, To: p.stored.Start}
}

// checkpointName is the name of a stream's checkpoint. A window is read beside the stream's own: its checkpoint goes by where
// it began, so that one that was broken off goes on, also to another end, and is forgotten when the window was read.
func checkpointName(s extract.Stream) string {
	if s.Window.IsZero() {
		return s.Name
	}
	return s.Name + backfillMark + s.Window.From.UTC().Format(time.RFC3339)
}

const backfillMark = " backfill from "

// Backfills are the names of the checkpoints of windows of the stream that were not read to their end.
func Backfills(stream string, stored map[string]state.Checkpoint) (names []string) {
	for name := range stored {
		if strings.HasPrefix(name, stream+backfillMark) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// windowsWithin are the names of the checkpoints of windows that begin within what the stream reads from its start on.
func (w *worker) windowsWithin() []string {
	return slices.DeleteFunc(Backfills(w.stream.Name, w.checkpoints), func(name string) bool {
		from, err := time.Parse(time.RFC3339, strings.TrimPrefix(name, w.stream.Name+backfillMark))
		return err != nil || from.Before(w.plan.start) || !(state.Checkpoint{Tables: w.result.Tables}).Covers(w.checkpoints[name].Tables)
	})
}
