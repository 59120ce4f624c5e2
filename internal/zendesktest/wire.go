package zendesktest

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"syscall"
)

// misbehave takes the connection over, for what net/http would not let through.
func (a *Answer) misbehave(w http.ResponseWriter) {
	ctx := a.Request.Context()
	if a.hang {
		<-ctx.Done()
		panic(http.ErrAbortHandler)
	}
	conn, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	defer func() { _ = conn.Close() }()
	if a.reset {
		if tcp, ok := conn.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0) // a reset instead of an orderly end
		}
		return
	}
	a.head(buffered.Writer)
	_ = buffered.Flush()
	_ = a.stream(ctx, conn) // the connection ends here in any case
}

func (a *Answer) head(w *bufio.Writer) {
	_, _ = fmt.Fprintf(w, "HTTP/1.1 %d %s\r\n", a.Status, http.StatusText(a.Status))
	_ = a.Header.Write(w)
	_, _ = fmt.Fprintf(w, "Content-Length: %d\r\nConnection: close\r\n\r\n", a.length())
}

// errReset is what a client sees of a connection that was reset.
var errReset = &net.OpError{Op: "read", Net: "tcp", Err: os.NewSyscallError("read", syscall.ECONNRESET)}

// Transport answers requests within the process, whatever their host: each in a goroutine of its own that
// ends when the body was read or closed or the request's context is done. It holds no connections, so that
// it can be used under testing/synctest.
func (s *Server) Transport() http.RoundTripper { return transport{s} }

// Client returns a client whose requests all come here, whatever their host.
func (s *Server) Client() *http.Client { return &http.Client{Transport: s.Transport()} }

type transport struct{ s *Server }

// RoundTrip answers a request.
func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx := r.Context()
	type result struct {
		response *http.Response
		err      error
	}
	answered := make(chan result, 1)
	go func() {
		if r.Body != nil {
			defer func() { _ = r.Body.Close() }()
		}
		a := t.s.answer(r)
		switch {
		case a.hang:
			<-ctx.Done()
			return
		case a.reset:
			answered <- result{err: errReset}
			return
		}
		reader, writer := io.Pipe()
		stop := context.AfterFunc(ctx, func() { _ = writer.CloseWithError(ctx.Err()) })
		defer stop()
		a.Header.Set("Content-Length", strconv.FormatInt(a.length(), 10))
		answered <- result{response: &http.Response{
			Status: fmt.Sprintf("%d %s", a.Status, http.StatusText(a.Status)), StatusCode: a.Status,
			Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
			Header: a.Header, Body: reader, ContentLength: a.length(), Request: r,
		}}
		_ = writer.CloseWithError(a.stream(ctx, writer))
	}()
	select {
	case got := <-answered:
		return got.response, got.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Start listens on a free port of this machine and returns the address, http://127.0.0.1:<port>, and a
// function that stops the server and its connections.
func (s *Server) Start() (url string, stop func(), err error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	server := &http.Server{Handler: s}
	go func() { _ = server.Serve(listener) }() // ends with Close
	return "http://" + listener.Addr().String(), func() { _ = server.Close() }, nil
}
