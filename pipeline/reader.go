package pipeline

import (
	"cmp"
	"context"

	"desklake/extract"
)

// reader is as whom a run reads its source. The first pass that has to know asks, the others go by the answer: a run in
// which nothing is missing asks nothing.
type reader struct {
	of   extract.Identifier // nil where the source can't tell
	turn chan struct{}      // filled by whoever uses what follows

	asked bool
	name  string // empty with err
	err   error
}

func newReader(source extract.Source) *reader {
	of, _ := source.(extract.Identifier)
	return &reader{of: of, turn: make(chan struct{}, 1)}
}

// identify returns as whom the run reads its source, empty where the source is none that tells. What it took to ask is added
// to the stream's cost. The error of a run that is to stop meanwhile is ErrStopped.
func (w *worker) identify(ctx context.Context) (string, error) {
	r := w.reader
	if r.of == nil {
		return "", nil
	}
	ctx, stop := w.untilStop(ctx)
	defer stop()
	select {
	case r.turn <- struct{}{}:
		defer func() { <-r.turn }()
	case <-ctx.Done():
		return "", ErrStopped
	}
	if r.asked {
		return r.name, r.err
	}
	who, err := r.of.Identify(ctx, w.observer(nil))
	w.pending.load.Requests += who.Requests
	w.pending.load.Retries += who.Retries
	w.pending.load.Waited += who.Waited
	w.result.Requests += who.Requests
	w.result.Retries += who.Retries
	w.result.Waited += who.Waited
	if err != nil && ctx.Err() != nil {
		return "", ErrStopped
	}
	r.asked, r.name, r.err = true, who.Name, err
	return r.name, r.err
}

// readBy is as whom a list was read in which nothing is missing. It is asked for where no earlier pass has told, and stays
// unknown where the source does not say.
func (w *worker) readBy(ctx context.Context) string {
	if w.stored.Reader == "" {
		name, _ := w.identify(ctx)
		return name
	}
	return cmp.Or(w.reader.known(), w.stored.Reader)
}

// known is as whom the run reads its source, if that was told already.
func (r *reader) known() string {
	select {
	case r.turn <- struct{}{}:
		defer func() { <-r.turn }()
		return r.name
	default: // it is being asked
		return ""
	}
}
