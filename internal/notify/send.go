package notify

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/cenkalti/backoff/v4"
)

const (
	patience  = 15 * time.Second // for one try
	giveUp    = 2 * time.Minute  // for all tries of one message to one address
	beatFor   = 30 * time.Second // for those of a heartbeat: a run that went well does not wait for long, and the next one beats again
	firstWait = time.Second
	longWait  = 30 * time.Second
)

func newClient(transport http.RoundTripper) *http.Client {
	return &http.Client{
		Transport: transport,
		Timeout:   patience,
		// An address that moved could lead to where its secret is not one.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// send tells every webhook that wants to know, one after the other. It reports whether all could be told.
func (n *Notifier) send(ctx context.Context, m message) bool {
	all := true
	for _, w := range n.Webhooks {
		if !slices.Contains(w.On, m.Event) {
			continue
		}
		body, err := m.body(w.Format)
		log := n.Log.With("host", host(w.URL), "event", m.Event)
		if err == nil {
			err = n.deliver(ctx, http.MethodPost, w.URL, body, giveUp, func(err error) {
				log.Warn("webhook not told yet, trying again", "give_up_after", giveUp, "err", err)
			})
		}
		if err != nil {
			log.Warn("webhook not told", "err", err)
			all = false
		}
	}
	return all
}

// beat tells the heartbeat address that a run succeeded.
func (n *Notifier) beat(ctx context.Context) {
	if n.Heartbeat == "" {
		return
	}
	log := n.Log.With("host", host(n.Heartbeat))
	err := n.deliver(ctx, http.MethodGet, n.Heartbeat, nil, beatFor, func(err error) {
		log.Warn("heartbeat not told yet, trying again", "give_up_after", beatFor, "err", err)
	})
	if err != nil {
		log.Warn("heartbeat not told", "err", err)
	}
}

// deliver asks until the answer is a good one, or one that will not get better, or the time is used up. Retrying is called once,
// when it is about to ask again: somebody may be waiting.
func (n *Notifier) deliver(ctx context.Context, method, address string, body []byte, within time.Duration, retrying func(error)) error {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	waits := backoff.NewExponentialBackOff(backoff.WithInitialInterval(firstWait), backoff.WithMaxInterval(longWait),
		backoff.WithMaxElapsedTime(within))
	var once sync.Once
	return backoff.RetryNotify(func() error { return n.try(ctx, method, address, body) }, backoff.WithContext(waits, ctx),
		func(err error, _ time.Duration) { once.Do(func() { retrying(err) }) })
}

func (n *Notifier) try(ctx context.Context, method, address string, body []byte) error {
	request, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return backoff.Permanent(withoutAddress(err))
	}
	request.Header.Set("User-Agent", "desklake/"+n.Version)
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	answer, err := n.client.Do(request)
	if err != nil {
		return withoutAddress(err)
	}
	defer answer.Body.Close()
	// A connection is used again only when its answer was read.
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, 64<<10))
	switch code := answer.StatusCode; {
	case code < 300:
		return nil
	case code == http.StatusTooManyRequests, code == http.StatusRequestTimeout, code >= 500:
		return fmt.Errorf("it answers %s", answer.Status)
	default:
		return backoff.Permanent(fmt.Errorf("it answers %s", answer.Status))
	}
}

// withoutAddress takes the address out of an error of package net/http: it is a secret.
func withoutAddress(err error) error {
	for about := (*url.Error)(nil); errors.As(err, &about); {
		err = about.Err
	}
	return err
}

// host is what may be said of an address.
func host(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}
