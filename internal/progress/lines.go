package progress

import (
	"fmt"
	"io"
	"strings"
	"sync"

	"desklake/pipeline"
)

// lines prints, where there is no terminal, a line for each stream every ten seconds, and one when it ends.
type lines struct {
	*Tracks
	mu   sync.Mutex // guards w
	w    io.Writer
	stop chan struct{}
}

func newLines(w io.Writer, t *Tracks) *lines {
	l := &lines{Tracks: t, w: w, stop: make(chan struct{})}
	go l.tick(l.stop, l.print)
	return l
}

func (l *lines) print(t Track) {
	line := strings.TrimRight(t.line(0), " ")
	if t.State == Done {
		line += "  done"
	}
	_, _ = fmt.Fprintln(l, line) // a log that can't be written does not stop a run
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(b)
}

func (l *lines) Finished(r pipeline.StreamResult) { l.print(l.finish(r)) }
func (l *lines) Close()                           { close(l.stop) }
