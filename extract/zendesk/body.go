package zendesk

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/klauspost/compress/gzip"
)

// The largest bodies that are read, in bytes, decompressed. A page that is larger is asked for again with fewer
// rows, so that what the pipeline holds in memory is bounded; a thousand tickets have about four megabytes.
const (
	maxPage    = 64 << 20
	maxRefusal = 64 << 10
)

// idleLimit is how long a body may stand still.
const idleLimit = time.Minute

var (
	errSlow    = fmt.Errorf("no whole answer within %v", attemptLimit)
	errStalled = fmt.Errorf("the answer stopped for %v", idleLimit)
	errTooBig  = errors.New("the page is too large")
)

// badBody is an answer with status 200 that was cut off, is not JSON, or is not what the source documents.
type badBody struct{ err error }

func (e *badBody) Error() string { return "unusable answer: " + e.err.Error() }
func (e *badBody) Unwrap() error { return e.err }

// bodies are buffers to read a body into. They have grown already; the caller gets a copy of the right size.
var bodies = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// readBody reads and decompresses a body of at most limit bytes. It calls stalled when nothing has come for
// idleLimit, which must make the reading fail.
func readBody(resp *http.Response, limit int, stalled func()) ([]byte, error) {
	watched := &watchedReader{r: resp.Body, timer: time.AfterFunc(idleLimit, stalled)}
	defer watched.timer.Stop()
	var r io.Reader = watched
	if strings.EqualFold(resp.Header.Get("Content-Encoding"), "gzip") {
		z, err := gzip.NewReader(r)
		if err != nil {
			return nil, fmt.Errorf("gzip: %w", noEOF(err))
		}
		defer z.Close()
		r = z
	}
	b := bodies.Get().(*bytes.Buffer)
	defer bodies.Put(b)
	b.Reset()
	n, err := b.ReadFrom(io.LimitReader(r, int64(limit)+1))
	switch {
	case err != nil:
		return bytes.Clone(b.Bytes()), fmt.Errorf("after %d bytes: %w", n, noEOF(err))
	case n > int64(limit):
		return nil, fmt.Errorf("%w: more than %d MiB", errTooBig, limit>>20)
	}
	return bytes.Clone(b.Bytes()), nil
}

// watchedReader puts off the timer with every byte that comes.
type watchedReader struct {
	r     io.Reader
	timer *time.Timer
}

func (w *watchedReader) Read(p []byte) (int, error) {
	n, err := w.r.Read(p)
	if n > 0 {
		w.timer.Reset(idleLimit)
	}
	return n, err
}

// countedBody adds to n what is read.
type countedBody struct {
	io.ReadCloser
	n *int64
}

func (b *countedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	*b.n += int64(n)
	return n, err
}

// noEOF is err, or io.ErrUnexpectedEOF for the end of a file that was not meant to end there.
func noEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
