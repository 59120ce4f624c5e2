//go:build unix

package main

import (
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"desklake/internal/zendesktest"
)

// house is the one address of many helpdesks with the same past. They are told apart by the token that they are asked with: to a
// lake they are one account. So it is filled once for each sink, and every night begins with a copy.
type house struct {
	url   string
	past  zendesktest.Options
	built atomic.Int64
	desks sync.Map // by their tokens
	good  map[bool]*night
}

func newHouse(t *testing.T) *house {
	t.Helper()
	ho := &house{good: map[bool]*night{}, past: zendesktest.Options{
		Tickets: 300, AuditsPerTicket: 1, Macros: 12, Until: time.Now().Truncate(time.Hour).Add(-time.Hour)}}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ho.url = "http://" + listener.Addr().String()
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if h, known := ho.desks.Load(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")); known {
			h.(*helpdesk).ServeHTTP(w, r)
			return
		}
		http.Error(w, "no helpdesk has this token", http.StatusTeapot)
	})}
	go func() { _ = server.Serve(listener) }() // ends with Close
	t.Cleanup(func() { _ = server.Close() })
	for _, parquet := range []bool{false, true} {
		ho.good[parquet] = newNight(t, ho, parquet)
		ho.good[parquet].sync()
	}
	return ho
}

// helpdesk is one more, and the token by which it is known.
func (ho *house) helpdesk() (h *helpdesk, token string) {
	h, token = makeHelpdesk(ho.past), "secret"+strconv.FormatInt(ho.built.Add(1), 10)
	h.url = ho.url
	ho.desks.Store(token, h)
	return h, token
}
