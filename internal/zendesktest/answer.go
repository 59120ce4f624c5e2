package zendesktest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/klauspost/compress/gzip"
)

// Answer is an answer while faults can still spoil it.
type Answer struct {
	Request *http.Request
	Status  int
	Header  http.Header

	page *page  // the page, where the answer is one
	err  error  // a refusal instead of a page
	body []byte // what is sent; before sealing only where a fault has set it

	limited bool // refused by a limit
	faulty  bool // spoilt by a fault

	// How the wire misbehaves.
	hang    bool
	reset   bool          // the connection is reset before the answer
	cuts    bool          // the connection breaks in the body,
	cut     int           // after so many bytes
	gzipCut bool          // the compressed body ends early
	claim   int           // how many more bytes Content-Length promises than there are
	pause   time.Duration // between two pieces of the body
	piece   int           // their size
	filler  int64         // the body is a JSON string of so many bytes
}

// zippers are kept, because a new one takes more than a megabyte.
var zippers = sync.Pool{New: func() any {
	z, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed) // a level that there is
	return z
}}

// seal renders the body.
func (a *Answer) seal() {
	var refused *refusal
	switch {
	case a.body != nil:
	case errors.As(a.err, &refused):
		a.Status, a.body = refused.status, []byte(refused.body)
		if refused.body != "" && refused.body[0] != '{' {
			a.Header.Set("Content-Type", "text/plain; charset=utf-8")
		}
	case a.page != nil:
		a.body = a.page.body()
	}
	if a.filler == 0 && a.Status != http.StatusNoContent && strings.Contains(a.Request.Header.Get("Accept-Encoding"), "gzip") {
		var zipped bytes.Buffer
		z := zippers.Get().(*gzip.Writer)
		z.Reset(&zipped)
		_, _ = z.Write(a.body) // a bytes.Buffer takes everything
		_ = z.Close()
		zippers.Put(z)
		a.body = zipped.Bytes()
		if a.gzipCut {
			a.body = a.body[:len(a.body)/2]
		}
		a.Header.Set("Content-Encoding", "gzip")
	} else if a.gzipCut {
		a.cuts, a.cut = true, len(a.body)/2
	}
}

// length is what Content-Length says.
func (a *Answer) length() int64 {
	if a.filler > 0 {
		return a.filler + 2
	}
	return max(int64(len(a.body)+a.claim), 0)
}

// plain says whether the wire behaves.
func (a *Answer) plain() bool {
	return !a.hang && !a.reset && !a.cuts && a.claim == 0 && a.piece == 0 && a.filler == 0
}

// stream sends the body as the wire lets it through. io.ErrUnexpectedEOF means that the connection breaks.
func (a *Answer) stream(ctx context.Context, w io.Writer) error {
	if a.filler > 0 {
		return a.fill(w)
	}
	body, broken := a.body, a.claim > 0
	if a.claim < 0 {
		body = body[:a.length()]
	}
	if a.cuts && a.cut < len(body) {
		body, broken = body[:a.cut], true
	}
	piece := len(body)
	if a.piece > 0 {
		piece = a.piece
	}
	for len(body) > 0 {
		n := min(piece, len(body))
		if _, err := w.Write(body[:n]); err != nil {
			return err
		}
		if body = body[n:]; len(body) > 0 && !pause(ctx, a.pause) {
			return ctx.Err()
		}
	}
	if broken {
		return io.ErrUnexpectedEOF
	}
	return nil
}

// fill sends a JSON string of the wanted size.
func (a *Answer) fill(w io.Writer) error {
	piece := bytes.Repeat([]byte("desk"), 16<<10)
	if _, err := io.WriteString(w, `"`); err != nil {
		return err
	}
	for left := a.filler; left > 0; left -= int64(len(piece)) {
		if _, err := w.Write(piece[:min(left, int64(len(piece)))]); err != nil {
			return err
		}
	}
	_, err := io.WriteString(w, `"`)
	return err
}

// pause sleeps unless the context ends; it says whether it slept.
func pause(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// serve sends the answer over real HTTP.
func (a *Answer) serve(w http.ResponseWriter) {
	if a.plain() {
		for name, values := range a.Header {
			w.Header()[name] = values
		}
		w.Header().Set("Content-Length", strconv.Itoa(len(a.body)))
		w.WriteHeader(a.Status)
		_, _ = w.Write(a.body) // the client may be gone
		return
	}
	a.misbehave(w)
}
