package zendesk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"desklake/extract"
)

var _ extract.Checker = (*Source)(nil)

// probesAtOnce is how many streams are tried side by side.
const probesAtOnce = 4

// Check implements extract.Checker. Where the credential is not good it says nothing of the rest.
func (s *Source) Check(ctx context.Context, streams []extract.Stream) []extract.Finding {
	who, findings := s.checkUser(ctx)
	if who == nil {
		return findings
	}
	findings = append(findings, s.checkExpiry(ctx), who.checkRole())
	probed := make([]extract.Finding, len(streams))
	var g errgroup.Group
	g.SetLimit(probesAtOnce)
	for i, of := range streams {
		g.Go(func() error {
			probed[i] = s.checkStream(ctx, of)
			return nil
		})
	}
	_ = g.Wait() // its functions return nothing
	return append(append(findings, s.checkLimits()), probed...)
}

// user is whom the credential stands for.
type user struct {
	ID         *int64
	Name, Role string
}

// errAnonymous is the answer of /users/me to a credential that is not good, where it is not 401.
var errAnonymous = errors.New("GET /api/v2/users/me: Zendesk takes the caller for an anonymous user")

// checkUser asks who the credential stands for. Without a good one /users/me can answer 200, with an anonymous user
// whose id is null.
func (s *Source) checkUser(ctx context.Context) (*user, []extract.Finding) {
	var me struct{ User user }
	accept := func(body []byte) error {
		if err := json.Unmarshal(body, &me); err != nil {
			return err
		}
		if me.User.ID == nil {
			return errAnonymous
		}
		return nil
	}
	if _, err := s.client.do(ctx, &request{endpoint: "/api/v2/users/me", tries: enough, accept: accept}); err != nil {
		return nil, []extract.Finding{failed("credential", s.client.settled(ctx, refusedToAll(err)))}
	}
	return &me.User, []extract.Finding{{Subject: "credential", Found: fmt.Sprintf("%s, acting as %s", s.auth, me.User.Name)}}
}

func (u *user) checkRole() extract.Finding {
	f := extract.Finding{Subject: "role", Found: u.Role}
	if u.Role != "admin" {
		f.Advice = "Zendesk's exports are for admins only, and what an agent can't see is missing in the other tables"
	}
	return f
}

// checkStream asks for the smallest page of a stream.
func (s *Source) checkStream(ctx context.Context, of extract.Stream) extract.Finding {
	f, err := s.probe(ctx, of, 1, s.client.clock.now().Add(-5*time.Minute).Unix())
	var api *APIError
	if errors.As(err, &api) && api.tooRecent() {
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
func (s *Source) probe(ctx context.Context, of extract.Stream, rows int, start int64) (probed, error) {
	st, err := s.stream(of.Name)
	if err != nil {
		return probed{}, err
	}
	w := &walk{Source: s, stream: st, style: st.paging, query: st.values(of.Tables), size: newPageSize(rows, rows)}
	parameters := startTime(start)
	if st.pass() {
		parameters = nil
	}
	f, err := w.fetch(ctx, &request{tries: enough}, parameters)
	if err != nil {
		err = w.explain(ctx, s.client.settled(ctx, err))
	}
	return probed{f, st}, err
}

// checkLimits tells the limits that the answers of this check told.
func (s *Source) checkLimits() extract.Finding {
	var told []string
	s.client.limits.look(func(q *quotas) {
		for name, w := range q.Windows {
			if name != account && w.Headers {
				told = append(told, fmt.Sprintf("%s %d", name, w.Limit))
			}
		}
		slices.Sort(told)
		w := q.window(account)
		if w.Headers {
			left := int(math.Ceil(float64(w.Limit) * s.client.limits.reserve))
			told = append([]string{fmt.Sprintf("%d requests a minute, %d of them left to others", w.Limit, left)}, told...)
		}
	})
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
	var api *APIError
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
