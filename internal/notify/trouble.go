package notify

import (
	"maps"
	"slices"

	"desklake/internal/health"
	"desklake/sink"
)

// trouble is what is wrong: an error by table, and under wholeRun one that is no table's.
type trouble map[string]string

const wholeRun = ""

// troubleOf is what went wrong in a run. One that was killed or stopped says nothing of what it did not come to.
func troubleOf(run sink.RunReport) trouble {
	wrong := trouble{}
	for _, l := range run.Loads {
		if health.Broke(l) {
			wrong[l.Table] = l.Error
		}
	}
	if failed := run.Status == sink.Failed || run.Status == sink.Partial; failed && len(wrong) == 0 {
		wrong[wholeRun] = run.Error
	}
	return wrong
}

// standing is what is still wrong after runs, which are the latest first.
func standing(runs []sink.RunReport) trouble {
	wrong := trouble{}
	for _, run := range slices.Backward(runs) {
		wrong = wrong.without(wrong.endedBy(run)).with(troubleOf(run))
	}
	return wrong
}

// endedBy is what is no longer wrong after a run: the tables that it read to their end; and if it was done, what was
// wrong with the whole run.
func (t trouble) endedBy(run sink.RunReport) (ended []string) {
	for _, l := range run.Loads {
		if _, wrong := t[l.Table]; wrong && !health.Broke(l) && l.Outcome != sink.Stopped && l.Outcome != "" {
			ended = append(ended, l.Table)
		}
	}
	if _, wrong := t[wholeRun]; wrong && health.Succeeded(run.Run) {
		ended = append(ended, wholeRun)
	}
	return ended
}

func (t trouble) with(other trouble) trouble {
	both := maps.Clone(t)
	maps.Copy(both, other)
	return both
}

func (t trouble) without(keys []string) trouble {
	left := maps.Clone(t)
	for _, key := range keys {
		delete(left, key)
	}
	return left
}

// tables are the tables that something is wrong with.
func (t trouble) tables() []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(t)), func(key string) bool { return key == wholeRun })
}
