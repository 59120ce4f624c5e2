// Package extract says what a source is: a helpdesk account that is read stream by stream, page by page.
//
// A source fetches, waits for quota, retries and follows cursors; it knows the tables that its streams fill.
// It never writes and keeps nothing between two calls. Sources are listed in cmd/desklake; the pipeline drives
// them. Start with Source, then read extract/zendesk.
package extract

import (
	"context"
	"iter"
	"time"

	"desklake/schema"
)

// Source is a helpdesk account. Its methods are called by the pipeline and are safe for concurrent use. What else it can
// be, if it likes: a Checker, an Estimator, an Identifier, an io.Closer, an Authorizer, an Expirer.
type Source interface {
	// Scope says what is read: of which account, and since when. It makes no request.
	Scope() Scope

	// Discover tells the tables and streams of this account, whose columns can differ from those of others. It may make
	// requests. Called once a run, before Read.
	Discover(ctx context.Context) (Catalog, error)

	// Read reads the stream from a position and yields its pages in order, while it tells the observer how that goes, until the
	// stream has nothing more for now (not for ever: the last page's Next is where the next run goes on).
	// It is called once a run and stream, and once more for a pass that missed rows; several streams are read side by side.
	//
	// A page is yielded when its answer was received whole and is valid JSON; the next one is asked for
	// when the caller comes back for it. An error ends the sequence; the Page that comes with it carries
	// no rows but the cost (Requests, Retries, Waited) and Issues that are not yet reported. A stream that accounts
	// can lack by their plan, and that is refused before its first page, ends with an *Unavailable error; every other
	// refusal is a *Failure.
	Read(ctx context.Context, stream Stream, from Position, o Observer) iter.Seq2[Page, error]
}

// Scope is what of a source is read.
type Scope struct {
	Account string    // the account's name, such as acme.zendesk.com: the same for as long as it is the same account
	Start   time.Time // the start date, UTC; zero for everything
}

// Stream is one walk along one endpoint with one cursor.
type Stream struct {
	Name   string
	Tables []*schema.Table // the tables it fills; of a selection, those that were asked for

	// Pass is true where the stream is a complete reading of a list: it starts anew each run, and the
	// rows that two whole readings did not meet are gone at the source.
	Pass bool

	// Window is the part of the stream's time that is read; zero for everything since the start date. Whoever asks
	// for a window sets it. A pass has none.
	Window Window

	// Met is the latest time, UTC, of a row of the stream that an earlier reading met; zero if nothing is known. A reading that
	// begins in front of it is not at the stream's end before it met that time. Whoever reads again sets it.
	Met time.Time

	// NewDecoder makes a decoder for the stream's pages that fills these of its tables. It is called once a reading; the
	// decoder is used by one goroutine.
	NewDecoder func(tables []*schema.Table) Decoder
}

// Window is a part of a source's time, by the time that orders the stream: what changed last within it is read, and
// possibly what changed soon after it.
type Window struct{ From, To time.Time } // UTC; To is not part of it

// IsZero reports that there is no window.
func (w Window) IsZero() bool { return w.From.IsZero() }

// Decoder turns the bodies of a stream's pages into batches. It is used by one goroutine, which is not the one
// that reads the pages.
type Decoder interface {
	// Decode adds the rows of one page. What does not fit a column is kept in _desklake_extra and is no
	// error; an error means that the body is not what the source documents, and none of its rows count.
	Decode(page Page) error

	// Flush returns what was decoded since the last Flush: at most one batch a table of the stream (none
	// for a table without rows), and the issues that were met. The caller releases the batches.
	Flush() ([]schema.Batch, []schema.Issue)

	// Size is about the number of bytes that Flush would return.
	Size() int64
}

// Position is where a stream continues. The zero Position is the start: the source's start date.
type Position struct {
	// Cursor is the source's own opaque mark; only the source reads it. Empty at the start.
	Cursor string

	// HighWater is the latest source-side time among the rows up to here (UTC, whole seconds at Zendesk): where
	// reading begins again, less an overlap, should the source refuse the cursor.
	HighWater time.Time
}

// Page is one response of the source.
type Page struct {
	Body     []byte    // the whole answer, valid JSON; owned by whoever is handed the page
	Received time.Time // when it was received, by the source's clock, UTC
	RunID    string    // the run it belongs to; set by the pipeline
	Next     Position  // where the stream continues behind this page

	Requests int           // requests made for this page, retries included
	Retries  int           // those that had to be repeated
	Waited   time.Duration // time spent waiting for quota and between retries
	Issues   []schema.Issue
}

// Unavailable is the error of a stream that the account seems to lack by its plan (HTTP 403 or 404). The other streams go
// on. The pipeline believes it only of a stream that could never be read, of an account that answers.
type Unavailable struct {
	Stream string
	Reason string // what would make it readable, a sentence
	Err    error
}

func (e *Unavailable) Error() string { return e.Stream + ": not available: " + e.Err.Error() }

// Unwrap returns the source's own error.
func (e *Unavailable) Unwrap() error { return e.Err }

// Hint says what would make the stream readable.
func (e *Unavailable) Hint() string { return e.Reason }
