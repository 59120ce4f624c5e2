package cli

import (
	"errors"
	"fmt"
	"testing"

	"desklake/extract"
	"desklake/pipeline"
)

type closer struct{ err error }

func (c closer) Close() error { return c.err }

func TestAnErrorOfClosingTheSinkIsNotLostBehindAnother(t *testing.T) {
	full, refused := errors.New("the disk is full"), fmt.Errorf("tickets: page 3: %w", extract.ErrCredentials)
	broken := &pipeline.SinkError{Err: full}
	a := &app{signals: &signals{}}
	for _, c := range []struct {
		before, closed error
		code           int
		text           string
	}{
		{nil, nil, ExitDone, ""},
		{refused, nil, ExitCredentials, refused.Error()},
		{nil, full, ExitSink, broken.Error()},
		{refused, full, ExitSink, refused.Error() + "\n" + broken.Error()},
		{broken, full, ExitSink, broken.Error()},
	} {
		err := pipeline.CloseSink(closer{c.closed}, c.before)
		text := ""
		if err != nil {
			text = err.Error()
		}
		if text != c.text || a.exitCode(err) != c.code {
			t.Errorf("%v, then %v: %q with exit code %d, want %q with %d", c.before, c.closed, text, a.exitCode(err), c.text, c.code)
		}
	}
}
