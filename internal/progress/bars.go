package progress

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"desklake/internal/term"
	"desklake/internal/visible"
	"desklake/pipeline"
)

// bars shows a line a stream on a terminal, refreshed in place. An export does not tell how much is left, so there is
// no percentage but how far in time the stream has come.
type bars struct {
	*Tracks
	f      *os.File
	screen *mpb.Progress
	byName map[string]*mpb.Bar
}

const refreshEvery = 150 * time.Millisecond

func newBars(f *os.File, t *Tracks) *bars {
	b := &bars{
		Tracks: t, f: f, byName: map[string]*mpb.Bar{},
		screen: mpb.New(mpb.WithConsoleWriter(term.NewConsole(f)), mpb.WithRefreshRate(refreshEvery)),
	}
	for _, t := range t.all {
		b.byName[t.Stream], _ = b.screen.Add(0, b.line(t.Stream), mpb.BarFillerTrim()) // which fails after Wait only
	}
	return b
}

var (
	marks   = map[string]string{Done: "✓", Failed: "✗", Skipped: "–", Stopped: "–"}
	spinner = []string{"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"}
)

// line draws a stream's line, cut off where the terminal ends: one that wraps would not be overwritten.
func (b *bars) line(stream string) mpb.BarFillerFunc {
	turn := 0
	return func(w io.Writer, s decor.Statistics) error {
		t := b.change(stream, func(*Track) {})
		mark, over := marks[t.State]
		if !over {
			turn = (turn + 1) % len(spinner)
			mark = spinner[turn]
		}
		line := visible.Line(mark + " " + t.line(s.AvailableWidth))
		_, err := io.WriteString(w, term.EastAsian.Truncate(line, max(0, s.AvailableWidth-1), ""))
		return err
	}
}

func (b *bars) Finished(r pipeline.StreamResult) {
	b.finish(r)
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
