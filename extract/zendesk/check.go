package zendesk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"desklake/extract"
	"desklake/extract/rest"
)

var _ extract.Checker = (*Source)(nil)

// probesAtOnce is how many streams are tried side by side.
const probesAtOnce = 4

// Check implements extract.Checker. Where the credential is not good it says nothing of the rest.
func (s *Source) Check(ctx context.Context, streams []extract.Stream, o extract.Observer) []extract.Finding {
	who, err := s.whoami(ctx, nil, o)
	if err != nil {
		return []extract.Finding{failed("credential", err)}
	}
	findings := []extract.Finding{{Subject: "credential", Found: fmt.Sprintf("%s, acting as %s", s.auth, who.Name)}, s.checkExpiry(ctx, o), who.checkRole()}
	probed := make([]extract.Finding, len(streams))
	var g errgroup.Group
	g.SetLimit(probesAtOnce)
	for i, of := range streams {
		g.Go(func() error {
			probed[i] = s.checkStream(ctx, of, o)
			return nil
		})
	}
	_ = g.Wait() // its functions return nothing
	return append(append(findings, s.checkLimits()), probed...)
}

// checkStream asks for the smallest page of a stream.
func (s *Source) checkStream(ctx context.Context, of extract.Stream, o extract.Observer) extract.Finding {
	f, err := s.probe(ctx, of, o, 1, s.client.Now().Add(-5*time.Minute).Unix())
	var api *rest.APIError
	if errors.As(err, &api) && tooRecent(api) {
		err = nil
	}
	if err != nil {
		return failed(of.Name, err)
	}
	return extract.Finding{Subject: of.Name, Found: "GET " + f.stream.endpoint}
}

// probed is a page that was asked for to learn something.
type probed struct {
	fetched
	stream *stream
}

// probe asks for one page of a stream, of so many rows from a start time on, where the stream has one. Its error says
// what would open the stream.
func (s *Source) probe(ctx context.Context, of extract.Stream, o extract.Observer, rows int, start int64) (probed, error) {
	st, err := s.stream(of.Name)
	if err != nil {
		return probed{}, err
	}
	w := s.walk(st, of.Tables, o)
	w.size = rest.NewPageSize(rows, rows)
	parameters := startTime(start)
	if st.paging.pass {
		parameters = nil
	}
	f, err := w.fetch(ctx, &rest.Request{Tries: rest.Enough}, parameters)
	if err != nil {
		err = w.explain(ctx, s.client.Settled(ctx, err))
	}
	return probed{f, st}, err
}

// checkLimits tells the limits that the answers of this check told.
func (s *Source) checkLimits() extract.Finding {
	known := s.client.Limits()
	var told []string
	for _, name := range known.Told() {
		if name == account {
			told = slices.Insert(told, 0, fmt.Sprintf("%d requests a minute, %d of them left to others", known.Limit(account), known.Reserved()))
		} else {
			told = append(told, fmt.Sprintf("%s %d", name, known.Limit(name)))
		}
	}
	f := extract.Finding{Subject: "limits", Found: strings.Join(told, "; ")}
	if told == nil {
		f.Found = "Zendesk does not say; desklake goes by 200 requests a minute, 10 to the exports"
	}
	return f
}

// failed makes the finding of an error.
func failed(subject string, err error) extract.Finding {
	f := extract.Finding{Subject: subject, Err: err}
	var advice interface{ Hint() string }
	if errors.As(err, &advice) {
		f.Advice = advice.Hint()
	}
	var api *rest.APIError
	var failure *extract.Failure
	switch {
	case errors.As(err, &failure):
		f.Found = failure.Err.Error()
	case errors.As(err, &api):
		f.Found = api.Error()
	default:
		f.Found = err.Error()
	}
	return f
}
