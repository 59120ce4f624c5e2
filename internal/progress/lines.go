package progress

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"desklake/extract"
	"desklake/pipeline"
)

// lines prints, where there is no terminal, a line for each stream every ten seconds, and one when it ends.
type lines struct {
	*tracks
	mu   sync.Mutex // guards w
	w    io.Writer
	stop chan struct{}
}

const lineEvery = 10 * time.Second

func newLines(w io.Writer, t *tracks) *lines {
	l := &lines{tracks: t, w: w, stop: make(chan struct{})}
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
			for _, t := range l.snapshot() {
				if t.state == "" && !t.began.IsZero() {
					l.print(t)
				}
			}
		}
	}
}

func (l *lines) print(t track) {
	line := strings.TrimRight(t.line(0), " ")
	if t.state == done {
		line += "  done"
	}
	_, _ = fmt.Fprintln(l, line) // a log that can't be written does not stop a run
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(b)
}

func (l *lines) Started(stream string, from extract.Position) { l.started(stream, from) }
func (l *lines) Moved(stream string, s pipeline.Step)         { l.moved(stream, s) }
func (l *lines) Waiting(stream string, w extract.Wait)        { l.waiting(stream, w) }
func (l *lines) Finished(r pipeline.StreamResult)             { l.print(l.finished(r)) }
func (l *lines) Close()                                       { close(l.stop) }
