// Package zendesk reads a Zendesk Support account.
//
// It owns everything that is particular to Zendesk: the literals of its tables and streams, the names of its headers, what its
// errors mean, and the ways in which its pages follow each other. How it is asked is package rest, how to log in with OAuth
// package oauth. Start with New, then read streams.go: what is read from where is data. Source.Read leads to the pager of a
// stream: cursor.go, time.go, list.go, ratings.go or audits.go; each asks through fetcher.go, and that through rest.Client.Do.
package zendesk

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"desklake/extract"
	"desklake/extract/rest"
)

// Options say which account is read, and how. Subdomain or URL, and Auth, are needed; the rest has defaults.
type Options struct {
	Subdomain string    // acme for acme.zendesk.com
	URL       string    // scheme and host instead of the subdomain, of a proxy or a test
	Auth      Auth      // who desklake is to Zendesk
	StartDate time.Time // UTC; rows that last changed earlier are not read by the exports. Zero for all

	// AuditsInFull takes ticket_audits and ticket_comments from the audits of each ticket instead of the ticket
	// event export: one request a changed ticket instead of one a thousand events.
	AuditsInFull bool

	Reserve     float64       // share of the account's requests a minute that is left to others: 0.3 unless set; negative for none
	GiveUpAfter time.Duration // how long one request is tried: an hour unless set
	Overlap     time.Duration // how much of what was read last is read again, for rows that came late: five minutes unless set; negative for none

	// CacheDir is the directory in which the processes of this machine share what is known of the account's
	// limits. Empty: they are not shared.
	CacheDir string

	Transport http.RoundTripper // in place of the network, for tests
	Logger    *slog.Logger      // nothing is logged without it
	Version   string            // of desklake, for the User-Agent header
}

// Source is a Zendesk account. It implements extract.Source.
type Source struct {
	client  *rest.Client
	auth    Auth // for what is told of it
	log     *slog.Logger
	start   time.Time
	overlap time.Duration
	full    bool
}

var subdomain = regexp.MustCompile(`^[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?$`)

// New returns the source that the options describe. It makes no request.
func New(o Options) (*Source, error) {
	base, err := o.base()
	if err != nil {
		return nil, err
	}
	if o.Auth == nil {
		return nil, errors.New("zendesk: no credentials")
	}
	if o.Reserve < 0 {
		o.Reserve = 0
	} else if o.Reserve = cmp.Or(o.Reserve, 0.3); o.Reserve >= 1 {
		return nil, fmt.Errorf("zendesk: a reserve of %v leaves nothing to desklake", o.Reserve)
	}
	client := rest.New(rest.Options{
		API: api, Base: base, Login: o.Auth, Reserve: o.Reserve, GiveUpAfter: o.GiveUpAfter, CacheDir: o.CacheDir,
		Transport: o.Transport, Logger: o.Logger, Version: o.Version,
	})
	return &Source{
		client: client, auth: o.Auth, log: client.Log(), start: o.StartDate.UTC(), overlap: max(0, cmp.Or(o.Overlap, 5*time.Minute)), full: o.AuditsInFull,
	}, nil
}

func (o Options) base() (*url.URL, error) {
	if (o.Subdomain == "") == (o.URL == "") {
		return nil, errors.New("zendesk: exactly one of subdomain and url is needed")
	}
	if o.URL == "" {
		if !subdomain.MatchString(o.Subdomain) {
			return nil, fmt.Errorf("zendesk: %q is no subdomain: for https://acme.zendesk.com it is acme", o.Subdomain)
		}
		return &url.URL{Scheme: "https", Host: strings.ToLower(o.Subdomain) + ".zendesk.com"}, nil
	}
	u, err := url.Parse(o.URL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || strings.Trim(u.Path, "/") != "" {
		return nil, errors.New("zendesk: the url must be like https://acme.zendesk.com, with nothing behind the host")
	}
	return &url.URL{Scheme: u.Scheme, Host: u.Host}, nil
}

// Close closes the connections that are kept for further requests.
func (s *Source) Close() error {
	s.client.Close()
	return nil
}

// Scope implements extract.Source. Accounts are named by their hosts.
func (s *Source) Scope() extract.Scope {
	base := s.client.Base()
	host := strings.ToLower(base.Host)
	if port := base.Port(); base.Scheme == "https" && port == "443" || base.Scheme == "http" && port == "80" {
		host = strings.ToLower(base.Hostname())
	}
	return extract.Scope{Account: host, Start: s.start}
}

// Discover implements extract.Source. It makes no request.
func (s *Source) Discover(context.Context) (extract.Catalog, error) { return s.catalog(), nil }

func (s *Source) catalog() extract.Catalog {
	c := Catalog()
	c.Streams = slices.DeleteFunc(c.Streams, func(of extract.Stream) bool {
		return of.Name == "ticket_audits" && !s.full || of.Name == "ticket_events" && s.full
	})
	return c
}

// startTime is the start date in unix seconds. The exports take no start before 1970.
func (s *Source) startTime() int64 { return max(0, s.start.Unix()) }
