package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/klauspost/compress/gzip"

	"desklake/internal/zendesktest"
)

// helpdeskCommand serves a helpdesk over real HTTP, as a process of its own.
type helpdeskCommand struct {
	Tickets  int           `default:"500000"`
	Addr     string        `default:"127.0.0.1:0"`
	Rendered bool          `help:"Render the pages of the ticket export beforehand and keep them in memory."`
	Gzip     bool          `help:"Answer compressed where the client takes it."`
	Latency  time.Duration `help:"From request to answer."`
}

// Run serves until the process is told to end. The first line of its output is the address.
func (c *helpdeskCommand) Run(ctx context.Context) error {
	d := &helpdesk{
		Server: zendesktest.New(zendesktest.Options{Tickets: c.Tickets, HoldBack: -1, Latency: c.Latency, Until: rendered}),
		gzip:   c.Gzip, tickets: int64(c.Tickets),
	}
	if c.Rendered {
		if err := d.render(ctx); err != nil {
			return err
		}
	}
	listener, err := net.Listen("tcp", c.Addr)
	if err != nil {
		return err
	}
	server := &http.Server{Handler: d}
	go func() {
		<-ctx.Done()
		_ = server.Close()
	}()
	fmt.Printf("http://%s\n", listener.Addr())
	if err := server.Serve(listener); err != http.ErrServerClosed {
		return err
	}
	return nil
}

// rendered is when the generated past ends: the same for each process, so that their helpdesks are the same.
var rendered = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)

const (
	ticketExport = "/api/v2/incremental/tickets/cursor"
	changePath   = "/bench/change"
)

// helpdesk adds to a helpdesk pages that were rendered beforehand, and a way to change tickets.
type helpdesk struct {
	*zendesktest.Server
	gzip    bool
	tickets int64
	pages   map[string]page // by the cursor that asks for them; empty for the first
	nights  uint64
}

type page struct{ plain, zipped []byte }

// ServeHTTP answers desklake, and POST /bench/change?n=10000.
func (d *helpdesk) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch page, known := d.pages[r.URL.Query().Get("cursor")]; {
	case r.URL.Path == changePath:
		n, err := strconv.Atoi(r.URL.Query().Get("n"))
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		d.change(n)
	case r.URL.Path == ticketExport && known:
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		// Without these desklake would keep to the ten requests a minute that every account has.
		w.Header().Set("X-Rate-Limit", "100000")
		w.Header().Set("X-Rate-Limit-Remaining", "100000")
		w.Header().Set("Zendesk-Ratelimit-Incremental-Exports-Cursor", "total=100000; remaining=100000; resets=60")
		body := page.plain
		if d.gzip {
			w.Header().Set("Content-Encoding", "gzip")
			body = page.zipped
		}
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		_, _ = w.Write(body) // a client that has gone away is no concern of ours
	default:
		if !d.gzip {
			r.Header.Del("Accept-Encoding")
		}
		d.Server.ServeHTTP(w, r)
	}
}

// change lets a night's work befall n tickets: most of them recent, one in ten from anywhere in the past.
func (d *helpdesk) change(n int) {
	d.nights++
	random := rand.New(rand.NewPCG(1, d.nights))
	for i := range n {
		id := 1 + random.Int64N(d.tickets)
		if i%10 > 0 {
			id = d.tickets - random.Int64N(min(d.tickets, int64(3*n)))
		}
		d.UpdateTicket(id, zendesktest.Update{Comment: "Thank you, that helped.", Fields: map[string]string{
			"priority": []string{`"low"`, `"normal"`, `"high"`}[random.IntN(3)]}})
	}
}

// render keeps every page of the ticket export.
func (d *helpdesk) render(ctx context.Context) error {
	d.pages = map[string]page{}
	return walk(ctx, d.Client(), "https://acme.zendesk.com", func(cursor string, body []byte) error {
		p := page{plain: body}
		if d.gzip {
			var zipped bytes.Buffer
			z := gzip.NewWriter(&zipped)
			if _, err := z.Write(body); err != nil {
				return err
			}
			if err := z.Close(); err != nil {
				return err
			}
			p = page{zipped: zipped.Bytes()}
		}
		d.pages[cursor] = p
		return nil
	})
}

// walk reads the ticket export as desklake does, and hands on each page with the cursor that asked for it.
func walk(ctx context.Context, client *http.Client, url string, each func(cursor string, body []byte) error) error {
	for cursor := ""; ; {
		query := "?include=metric_sets&support_type_scope=all&start_time=0"
		if cursor != "" {
			query = "?include=metric_sets&support_type_scope=all&cursor=" + cursor
		}
		body, err := get(ctx, client, url+ticketExport+query)
		if err != nil {
			return err
		}
		if err := each(cursor, body); err != nil {
			return err
		}
		// What stands behind the records is all that has to be parsed.
		var end struct {
			After string `json:"after_cursor"`
			Ended bool   `json:"end_of_stream"`
		}
		tail := body[bytes.LastIndex(body, []byte(`"after_url"`)):]
		if err := json.Unmarshal(append([]byte("{"), tail...), &end); err != nil {
			return fmt.Errorf("page behind cursor %q: %w", cursor, err)
		}
		if end.Ended {
			return nil
		}
		cursor = end.After
	}
}

func get(ctx context.Context, client *http.Client, url string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer bench")
	response, err := client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", url, response.Status)
	}
	return body, err
}
