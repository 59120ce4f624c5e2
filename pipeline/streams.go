package pipeline

import (
	"slices"
	"strings"
	"time"

	"desklake/extract"
	"desklake/state"
)

// Streams returns the streams that the job reads, given the stored checkpoints. A table of Job.Beside goes along on a
// stream that is read anyway, if it is up to date with it: left out, it would have to be read again from the start later.
// Of a window, a pass reads nothing.
func (j Job) Streams(source extract.Source, stored map[string]state.Checkpoint) []extract.Stream {
	tables := slices.Clone(j.Tables)
	for _, s := range source.Streams(j.Tables) {
		for _, t := range stored[s.Name].Tables {
			if slices.Contains(j.Beside, t) && !slices.Contains(tables, t) {
				tables = append(tables, t)
			}
		}
	}
	streams := source.Streams(tables)
	if j.Window.IsZero() {
		return streams
	}
	streams = slices.DeleteFunc(streams, func(s extract.Stream) bool { return s.Pass })
	for i := range streams {
		streams[i].Window = j.Window
	}
	return streams
}

// Start is where the job begins to read a stream: at its checkpoint, unless that does not cover a table that is asked for.
func (j Job) Start(s extract.Stream, stored map[string]state.Checkpoint) extract.Position {
	c, found := stored[j.checkpoint(s.Name)]
	if !found || j.FullRefresh || s.Pass || !c.Covers(tableNames(s)) {
		return extract.Position{}
	}
	return extract.Position{Cursor: c.Cursor, HighWater: c.HighWater}
}

// checkpoint is the name of a stream's checkpoint. A window is read beside the stream's own: its checkpoint goes by where
// it began, so that one that was broken off goes on, also to another end, and is forgotten when the window was read.
func (j Job) checkpoint(stream string) string {
	if j.Window.IsZero() {
		return stream
	}
	return stream + backfillMark + j.Window.From.UTC().Format(time.RFC3339)
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
