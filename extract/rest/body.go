package rest

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

	"desklake/extract"
)

// The largest bodies that are read, in bytes, decompressed. A page that is larger is asked for again with fewer rows; a
// thousand tickets have about four megabytes. From its reading to the sink a body takes up to ten times its size, so that
// with one of the largest the process stays below 512 MB.
const (
	maxPage    = 16 << 20 // while it can be made smaller
	maxAlone   = 32 << 20 // a single row, or a list without a page size
	maxRefusal = 64 << 10
	maxHeader  = 1 << 20
)

// A body has to bring so many bytes as they come over the wire, or its end, within each minute, and within each
// Options.GiveUpAfter where that is shorter: a large one on a slow line is read for up to AttemptLimit, and one that comes byte by
// byte is not.
const (
	leastProgress = 4 << 10
	progressLimit = time.Minute
)

var (
	errSlow    = fmt.Errorf("no whole answer within %v", AttemptLimit)
	errSilent  = errors.New("no answer came")
	errStalled = errors.New("the answer stopped, or nearly stopped, in its middle")
)

// tooBig is the error of a body of more bytes than are read.
type tooBig struct {
	limit int
	where string // people make records smaller
}

func (e *tooBig) Error() string {
	return fmt.Sprintf("the page is too large: more than %d MiB", e.limit>>20)
}

// Hint says what to do about a page that can't be made smaller.
func (e *tooBig) Hint() string {
	return fmt.Sprintf("desklake takes no single record and no list of more than %d MiB, which must fit into memory: "+
		"make it smaller in %s, or leave its table out of tables", e.limit>>20, e.where)
}

// badBody is an answer with status 200 that was cut off, is not JSON, or is not what the source documents.
type badBody struct{ err error }

func (e *badBody) Error() string { return "unusable answer: " + e.err.Error() }
func (e *badBody) Unwrap() error { return e.err }

// bodies are buffers to read a body into. They have grown already; the caller gets a copy of the right size. A large body has a
// buffer of its own, as both together would take twice as much.
var bodies = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// keptBuffer is how large a buffer may be that is kept for the next body.
const keptBuffer = 8 << 20

// byteOrderMark can be in front of JSON: RFC 8259, section 8.1, lets readers ignore it.
var byteOrderMark = []byte("\xef\xbb\xbf")

// readBody reads and decompresses a body of at most limit bytes. It calls stalled when too little has come within so long,
// which must make the reading fail, and large before it reads on where the body is larger than extract.LargePage.
func (c *Client) readBody(resp *http.Response, limit int, within time.Duration, stalled func(), large func() error) ([]byte, error) {
	watched := &watchedReader{r: resp.Body, within: within, timer: time.AfterFunc(within, stalled)}
	defer watched.timer.Stop()
	var r io.Reader = watched
	switch encoding := strings.ToLower(resp.Header.Get("Content-Encoding")); encoding {
	case "", "identity":
	case "gzip", "x-gzip": // the same: RFC 9110, section 8.4.1.3
		z, err := gzip.NewReader(r)
		if err != nil {
			return nil, fmt.Errorf("gzip: %w", noEOF(err))
		}
		defer z.Close()
		r = z
	default:
		return nil, fmt.Errorf("it has the Content-Encoding %q, which was not asked for", Cut(encoding))
	}
	b := bodies.Get().(*bytes.Buffer)
	defer func() {
		if b.Cap() <= keptBuffer {
			bodies.Put(b)
		}
	}()
	b.Reset()
	n, err := b.ReadFrom(io.LimitReader(r, min(int64(limit), extract.LargePage)+1))
	if err == nil && n > extract.LargePage && limit > extract.LargePage {
		watched.timer.Stop()
		if err := large(); err != nil {
			return nil, err
		}
		watched.n = 0
		watched.timer.Reset(within)
		var more int64
		more, err = b.ReadFrom(io.LimitReader(r, int64(limit)+1-n))
		n += more
	}
	if err == nil && n > int64(limit) {
		return nil, &tooBig{limit, c.api.Name}
	}
	body := bytes.TrimPrefix(b.Bytes(), byteOrderMark)
	if b.Cap() <= keptBuffer {
		body = bytes.Clone(body)
	}
	if err != nil {
		err = fmt.Errorf("after %d bytes: %w", n, noEOF(err))
	}
	return body, err
}

// watchedReader puts off the timer with every leastProgress bytes that come.
type watchedReader struct {
	r      io.Reader
	n      int // bytes since the timer was put off
	within time.Duration
	timer  *time.Timer
}

func (w *watchedReader) Read(p []byte) (int, error) {
	n, err := w.r.Read(p)
	if w.n += n; w.n >= leastProgress {
		w.n = 0
		w.timer.Reset(w.within)
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
