package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"
)

// webhook is an address of this machine that takes messages.
type webhook struct {
	mu  sync.Mutex
	got []string
}

type webhookKey struct{} // of a script's webhook among its values

func (w *webhook) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		body = []byte(err.Error())
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.got = append(w.got, strings.TrimSpace(fmt.Sprint(r.Method, " ", r.URL.Path, " ", string(body))))
}

// scriptWebhook knows two acts: start, which lets one listen at $WEBHOOK, and got, which prints what it got since the
// last time.
func scriptWebhook(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: webhook start|got")
	}
	w := ts.Value(webhookKey{}).(*webhook)
	if args[0] == "start" {
		server := httptest.NewServer(w)
		ts.Defer(server.Close)
		ts.Setenv("WEBHOOK", server.URL)
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	fmt.Fprintln(ts.Stdout(), strings.Join(w.got, "\n"))
	w.got = nil
}
