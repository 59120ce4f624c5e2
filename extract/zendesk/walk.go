package zendesk

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"desklake/extract"
	"desklake/schema"
)

// walk is one Read of one stream.
type walk struct {
	*Source
	observer   extract.Observer
	stream     *stream
	query      url.Values // that every request of the stream has
	style      paging     // of the pages; the stream's, or numberedList in its place
	offset     int        // of the page in a numbered list, in rows
	endsBehind int        // rows behind which an empty page is the end of a list that said there is more; 0 for none
	size       *pageSize
	path       string // of the requests; the stream's endpoint if empty
	window     extract.Window
	parent     *stream // the export that led to the list that is read; or nil
	yield      func(extract.Page, error) bool

	tables    []*schema.Table
	pages     int
	fellBack  bool             // from a refused cursor to the high-water mark
	stepped   bool             // over a record
	jumped    bool             // a cursor led beyond the rows of its page
	steps     time.Duration    // that the walk went back last, for an earlier start_time
	audited   bool             // the audits of a ticket could be read
	retried   []int64          // tickets whose audits were refused in an earlier walk
	notFound  map[int64]bool   // tickets whose audits are not there, and that the export does not call deleted
	bare      *hole            // where tickets came without metrics, before any came with them; nil if none did
	lost      time.Time        // since when no page came
	lag       time.Duration    // what the clock that is farthest behind has to this machine's; never more than zero
	at        extract.Position // behind what was handed over
	highWater time.Time
	cost      cost
	issues    []schema.Issue
}

// errLeft ends a walk whose reader wants no more.
var errLeft = errors.New("the reader left")

// Read implements extract.Source.
func (s *Source) Read(ctx context.Context, of extract.Stream, from extract.Position, o extract.Observer) iter.Seq2[extract.Page, error] {
	return func(yield func(extract.Page, error) bool) {
		w := &walk{Source: s, observer: o, yield: yield, at: from, highWater: from.HighWater}
		err := w.read(ctx, of, from)
		if err == nil {
			err = w.emitRest()
		}
		if err == nil || errors.Is(err, errLeft) {
			return
		}
		err = w.explain(ctx, fmt.Errorf("page %d: %w", w.pages+1, err)) // which can cost a request
		yield(w.bill(), err)
	}
}

func (w *walk) read(ctx context.Context, of extract.Stream, from extract.Position) error {
	var err error
	if w.stream, err = w.Source.stream(of.Name); err != nil {
		w.stream = &stream{name: of.Name}
		return err
	}
	m, err := readMark(from)
	if err != nil {
		return err
	}
	w.tables, w.style, w.window = of.Tables, w.stream.paging, of.Window
	w.query, w.size = w.stream.values(of.Tables), newPageSize(m.Rows, w.stream.rows)
	switch w.style {
	case cursorExport:
		return w.cursorExport(ctx, m)
	case timeExport:
		return w.timeExport(ctx, m)
	case ratings:
		return w.ratings(ctx, m)
	case ticketAudits:
		return w.ticketAudits(ctx, m)
	default:
		return w.list(ctx)
	}
}

// fetched is a page of the stream, with its envelope read.
type fetched struct {
	answer
	*envelope
	asked int // how many rows it could have
	page  int // its number, in a numbered list
}

// fetch asks for a page, and a few times more for one that can't be what it says, or that lacks the text of a comment; one that
// still lacks it is returned. The parameters come on top of those that every request of the stream has.
func (w *walk) fetch(ctx context.Context, r *request, parameters url.Values) (fetched, error) {
	var f fetched
	r.endpoint, r.path, r.spent, r.observer = w.stream.endpoint, w.path, &w.cost, w.observer
	if r.size == nil {
		r.size = w.size
	}
	r.query = func() url.Values {
		f.asked = r.size.n
		f.page = w.offset/f.asked + 1
		return w.parameters(parameters, f)
	}
	sc := w.stream.scanner()
	sc.sets = w.query.Get("include") == "metric_sets"
	sc.each = w.stream.each || w.style == list || w.style == numberedList
	r.accept = func(body []byte) (err error) {
		f.envelope, err = sc.scan(body)
		return err
	}
	for n := 0; ; n++ {
		var err error
		f.answer, err = w.client.do(ctx, r)
		w.lost = cmp.Or(w.lost, r.trouble.begun)
		w.lag = min(w.lag, time.Duration(w.client.clock.ahead.Load()))
		switch {
		case err != nil || f.odd == "" && (f.textless == 0 || n == enough):
			return f, err
		case n == enough:
			return f, w.wrong("%s", f.odd)
		}
		w.cost.retried()
		if err := w.cost.wait(ctx, firstPause<<n); err != nil {
			return f, err
		}
	}
}

func (w *walk) parameters(more url.Values, f fetched) url.Values {
	q := url.Values{}
	maps.Copy(q, w.query)
	maps.Copy(q, more)
	q.Set(w.style.sizeParameter(), strconv.Itoa(f.asked))
	if w.style == numberedList {
		q.Set("page", strconv.Itoa(f.page))
	}
	return q
}

// emit hands over a page, with what was spent and met since the last one.
func (w *walk) emit(f fetched, next extract.Position) error {
	w.pages++
	w.lost = time.Time{}
	page := w.bill()
	page.Body, page.Received, page.Next = f.body, f.received, next
	w.at = next
	if !w.yield(page, nil) {
		return errLeft
	}
	return nil
}

// emitRest hands over what was met since the last page, at the end of the walk.
func (w *walk) emitRest() error {
	if len(w.issues) == 0 {
		return nil
	}
	return w.emit(fetched{answer: answer{body: []byte("{}"), received: w.client.clock.now()}}, w.at)
}

// bill is a page without rows that carries the cost and the issues that no page has carried yet.
func (w *walk) bill() extract.Page {
	p := extract.Page{Requests: w.cost.requests, Retries: w.cost.retries, Waited: w.cost.waited, Issues: w.issues}
	w.cost, w.issues = cost{}, nil
	return p
}

// owe takes over what a page without rows carries.
func (w *walk) owe(p extract.Page) {
	w.cost.requests += p.Requests
	w.cost.retries += p.Retries
	w.cost.waited += p.Waited
	w.issues = append(w.issues, p.Issues...)
}

// rows is the page size to remember: 0 for the largest.
func (w *walk) rows() int {
	if w.size.n == w.size.max {
		return 0
	}
	return w.size.n
}

// note records an issue of all of the stream's tables.
func (w *walk) note(i schema.Issue) {
	for _, t := range w.tables {
		i.Table, i.Count = t.Name, 1
		w.issues = append(w.issues, i)
	}
	w.log.Warn("issue", "stream", w.stream.name, "reason", i.Reason, "value", i.Value)
}

// rowless is an issue because of which a record of the source has no row.
func rowless(key, reason, value string) schema.Issue {
	return schema.Issue{Key: key, Reason: reason, Value: value, NoRow: true}
}

// explain says which stream it was, and what the account or its role have to do with it.
func (w *walk) explain(ctx context.Context, err error) error {
	var api *APIError
	var settled *extract.Failure
	var wrong *unusable
	var unmade *poison
	refused := errors.As(err, &api) && (api.Status == http.StatusForbidden || api.Status == http.StatusNotFound)
	switch {
	case errors.As(err, &settled):
	case errors.As(err, &unmade):
		err = w.client.unreachable(err)
	case errors.As(err, &wrong), api != nil && !refused:
		err = theirs(err)
	case !refused:
	case w.stream.optional && w.pages == 0 && !api.Stranger && !api.says("scope"):
		return &extract.Unavailable{Stream: w.stream.name, Reason: w.stream.needs, Err: err}
	default:
		err = &extract.Failure{Kind: extract.ErrPermission, Err: err, Advice: w.refusal(ctx, api)}
	}
	return fmt.Errorf("%s: %w", w.stream.name, err)
}

// refusal is what can be done about an answer 403 or 404 to a stream that every account has.
func (w *walk) refusal(ctx context.Context, api *APIError) string {
	if api.says("scope") {
		return `the OAuth client or token needs the scope "read"`
	}
	if api.Stranger {
		return notTheAPI + ". Look at " + w.client.base.String() + " from this machine, and let it through to " + w.client.base.Host
	}
	if w.pages > 0 {
		return "it could be read until then: run again, and if that does not help, look at what became of the account, the role of the user, and firewalls"
	}
	if role := w.role(ctx); role != "" && role != "admin" {
		return fmt.Sprintf("%s, and the role of this user is %q: use the credentials of an admin", w.stream.needs, role)
	}
	return "every account with Zendesk Support answers this: look whether Support is still active, whether the account has another name now, " +
		"and whether an IP allowlist or a firewall keeps this machine out"
}

// role asks for the role of the user that the credentials stand for. It is empty if that can't be told.
func (w *walk) role(ctx context.Context) string {
	var me struct {
		User struct{ Role string }
	}
	_, err := w.client.do(ctx, &request{endpoint: "/api/v2/users/me", tries: enough, spent: &w.cost, observer: w.observer, accept: acceptJSON(&me)})
	if err != nil {
		return ""
	}
	return me.User.Role
}
