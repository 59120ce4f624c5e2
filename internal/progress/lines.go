package progress

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"desklake/pipeline"
)

// lines prints, where there is no terminal, a line for each stream every ten seconds, and one when it ends.
type lines struct {
	*Tracks
	mu   sync.Mutex // guards w
	w    io.Writer
	stop chan struct{}
}

const lineEvery = 10 * time.Second

func newLines(w io.Writer, t *Tracks) *lines {
	l := &lines{Tracks: t, w: w, stop: make(chan struct{})}
	go l.tick()
	return l
}

func (l *lines) tick() {
	ticker := time.NewTicker(lineEvery)
	defer ticker.Stop()
	for {
		select {
		case <-l.stop:
			return
		case <-ticker.C:
			for _, t := range l.Snapshot() {
				if t.State == Reading {
					l.print(t)
				}
			}
		}
	}
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
