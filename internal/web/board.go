package web

import (
	"cmp"
	"errors"
	"slices"
	"sync"
	"time"

	"desklake/extract"
	"desklake/internal/progress"
	"desklake/pipeline"
	"desklake/sink"
)

// Board is what is known of one source to those who ask: the report of the sink after the last run, the run that is under way, and what
// the source's answers told. Whoever runs jobs writes it; it implements pipeline.Progress, and Responded is for
// pipeline.Job. Nothing is read from the sink when someone asks, because a run has it open in this process. Its
// methods are safe for concurrent use.
type Board struct {
	figures *figures

	mu     sync.Mutex
	report sink.Report
	shown  shown     // of its runs
	readAt time.Time // zero as long as there is no report
	fault  error     // why the last reading of the sink failed
	locked *sink.Locked
	live   *liveRun // nil while none is under way
	quotas []extract.Quota
}

var _ pipeline.Progress = (*Board)(nil)

// NewBoard returns a board of a source, by its name, on which nothing stands yet. An only source has no name.
func NewBoard(source string) *Board { return &Board{figures: newFigures(source)} }

// historyDays is how far back runs are shown.
const historyDays = 30

// Oldest is from when on runs are shown.
func Oldest(now time.Time) time.Time { return now.AddDate(0, 0, -historyDays) }

// Report takes what the sink holds, with its runs since Oldest, or why it could not be read: at the start, after every run, and from time to time
// between two runs, as desklake sync may have run beside. A sink that does not exist yet is an empty report without an
// error. With an error, the report before stays; one that another process has locked is no fault.
func (b *Board) Report(r sink.Report, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.locked, b.fault = nil, err
	if errors.As(err, &b.locked) {
		b.fault = nil
	}
	if err != nil {
		return
	}
	b.shown = newShown(r)
	r.Runs = slices.Clone(r.Runs[:min(maxRuns, len(r.Runs))])
	b.report, b.readAt = r, time.Now()
}

// shown is what is drawn of the runs of a report: worked out once, as many ask.
type shown struct {
	totals []sink.RunReport    // each with one load, the sum of what it did
	bars   map[string]lastRuns // by table
}

func newShown(r sink.Report) shown {
	s := shown{totals: make([]sink.RunReport, len(r.Runs)), bars: map[string]lastRuns{}}
	for i, run := range r.Runs {
		var total sink.LoadReport
		for _, l := range run.Loads {
			total.Add(l.Counts)
		}
		s.totals[i] = sink.RunReport{Run: run.Run, Loads: []sink.LoadReport{total}}
	}
	for _, t := range r.Tables {
		s.bars[t.Name] = newLastRuns(t.Name, r.Runs)
	}
	return s
}

// barsOf are the bars of a table.
func (s shown) barsOf(table string) lastRuns {
	if bars, known := s.bars[table]; known {
		return bars
	}
	return newLastRuns(table, nil)
}

// Began is called when a run begins: of a job, with what it reads.
func (b *Board) Began(job string, plan pipeline.Plan) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.live = &liveRun{job: job, began: time.Now(), tracks: progress.NewTracks(plan)}
}

// Ended is called when the run has ended, before the report after it: with its result, or with why there is none.
func (b *Board) Ended(result pipeline.Result, err error) {
	b.mu.Lock()
	live := b.live
	b.live = nil
	b.mu.Unlock()
	status := result.Run.Status
	if err != nil {
		status = sink.Failed
	}
	began := result.Run.Started
	if live != nil {
		began = live.began
	}
	b.figures.ended(status, result.Streams, time.Since(began))
}

// Responded takes an answer of the source.
func (b *Board) Responded(r extract.Response) {
	b.figures.responded(r)
	if len(r.Quotas) == 0 {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, q := range r.Quotas {
		i, found := slices.BinarySearchFunc(b.quotas, q, func(a, b extract.Quota) int { return cmp.Compare(a.Name, b.Name) })
		if found {
			b.quotas[i] = q
		} else {
			b.quotas = slices.Insert(b.quotas, i, q)
		}
	}
	for len(b.quotas) > maxQuotas { // the source can name any number; the one that was told of the longest ago goes
		b.quotas = slices.Delete(b.quotas, oldest(b.quotas), oldest(b.quotas)+1)
	}
}

// maxQuotas is how many limits are shown.
const maxQuotas = 32

func oldest(quotas []extract.Quota) (at int) {
	for i, q := range quotas {
		if q.Resets.Before(quotas[at].Resets) {
			at = i
		}
	}
	return at
}

// known is what stands on the board, at one moment.
type known struct {
	report sink.Report // with its latest runs
	shown  shown
	readAt time.Time
	fault  error
	locked *sink.Locked // who has the sink, where it could not be read for that
	live   *liveNow
	quotas []extract.Quota
}

func (b *Board) known() known {
	b.mu.Lock()
	defer b.mu.Unlock()
	return known{b.report, b.shown, b.readAt, b.fault, b.locked, b.live.now(), slices.Clone(b.quotas)}
}
