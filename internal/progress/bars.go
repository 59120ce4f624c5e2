package progress

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"desklake/extract"
	"desklake/internal/term"
	"desklake/internal/visible"
	"desklake/pipeline"
)

// bars shows a line a stream on a terminal, refreshed in place. An export does not tell how much is left, so there is
// no percentage but how far in time the stream has come.
type bars struct {
	*tracks
	f      *os.File
	screen *mpb.Progress
	byName map[string]*mpb.Bar
}

const refreshEvery = 150 * time.Millisecond

func newBars(f *os.File, t *tracks) *bars {
	b := &bars{
		tracks: t, f: f, byName: map[string]*mpb.Bar{},
		screen: mpb.New(mpb.WithConsoleWriter(term.NewConsole(f)), mpb.WithRefreshRate(refreshEvery)),
	}
	for _, t := range t.all {
		b.byName[t.stream], _ = b.screen.Add(0, b.line(t.stream), mpb.BarFillerTrim()) // which fails after Wait only
	}
	return b
}

var (
	marks   = map[string]string{done: "✓", failed: "✗", skipped: "–", stopped: "–"}
	spinner = []string{"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"}
)

// line draws a stream's line, cut off where the terminal ends: one that wraps would not be overwritten.
func (b *bars) line(stream string) mpb.BarFillerFunc {
	turn := 0
	return func(w io.Writer, s decor.Statistics) error {
		t := b.change(stream, func(*track) {})
		mark, over := marks[t.state]
		if !over {
			turn = (turn + 1) % len(spinner)
			mark = spinner[turn]
		}
		line := visible.Line(mark + " " + t.line(s.AvailableWidth))
		_, err := io.WriteString(w, term.EastAsian.Truncate(line, max(0, s.AvailableWidth-1), ""))
		return err
	}
}

func (b *bars) Started(stream string, from extract.Position) { b.started(stream, from) }
func (b *bars) Moved(stream string, s pipeline.Step)         { b.moved(stream, s) }

func (b *bars) Waiting(stream string, w extract.Wait) { b.waiting(stream, w) }

func (b *bars) Finished(r pipeline.StreamResult) {
	b.finished(r)
	b.byName[r.Stream].SetTotal(-1, true)
}

// Write prints a line of the log above the bars.
func (b *bars) Write(line []byte) (int, error) {
	_, err := b.screen.Write([]byte(visible.Text(string(line))))
	return len(line), err
}

// Close leaves the last state on the screen, and a blank line below it. The bar of a stream that never began goes.
func (b *bars) Close() {
	for _, bar := range b.byName {
		bar.Abort(true)
	}
	b.screen.Wait()
	_, _ = fmt.Fprintln(b.f)
}
