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
	"time"

	"desklake/extract"
	"desklake/extract/rest"
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
	listed     int        // rows of the last reading of a list; -1 if it began in the middle
	endsBehind int        // rows behind which an empty page is the end of a list that said there is more; 0 for none
	size       *rest.PageSize
	path       string // of the requests; the stream's endpoint if empty
	window     extract.Window
	known      time.Time // the latest time of a row that an earlier reading met; zero if none is known
	parent     *stream   // the export that led to the list that is read; or nil
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
	met       time.Time // the latest time of a row, of one that lies ahead too
	cost      rest.Cost
	issues    []schema.Issue
}

// errLeft ends a walk whose reader wants no more.
var errLeft = errors.New("the reader left")

// Read implements extract.Source.
func (s *Source) Read(ctx context.Context, of extract.Stream, from extract.Position, o extract.Observer) iter.Seq2[extract.Page, error] {
	return func(yield func(extract.Page, error) bool) {
		w := &walk{Source: s, observer: o, yield: yield, at: from, highWater: from.HighWater, met: from.HighWater}
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
	m, err := readMark(of, from)
	if err != nil {
		return err
	}
	w.tables, w.style, w.window, w.known = of.Tables, w.stream.paging, of.Window, of.Met
	w.query, w.size = w.stream.values(of.Tables), rest.NewPageSize(m.Rows, w.stream.rows)
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
	rest.Answer
	*envelope
}

// fetch asks for a page, and a few times more for one that can't be what it says, or that lacks the text of a comment; one that
// still lacks it is returned. The parameters come on top of those that every request of the stream has.
func (w *walk) fetch(ctx context.Context, r *rest.Request, parameters url.Values) (fetched, error) {
	var f fetched
	r.Endpoint, r.Path, r.Spent, r.Observer = w.stream.endpoint, w.path, &w.cost, w.observer
	r.Query = url.Values{}
	maps.Copy(r.Query, w.query)
	maps.Copy(r.Query, parameters)
	if r.Size == nil {
		r.Size = w.size
	}
	r.SizeName, r.RowsAhead, r.NumberName = w.style.sizeParameter(), w.offset, ""
	if w.style == numberedList {
		r.NumberName = "page"
	}
	sc := w.stream.scanner()
	sc.sets = w.query.Get("include") == "metric_sets"
	sc.each = w.stream.each || w.style == list || w.style == numberedList
	r.Accept = func(body []byte) (err error) {
		f.envelope, err = sc.scan(body)
		return err
	}
	for n := 0; ; n++ {
		var err error
		f.Answer, err = w.client.Do(ctx, r)
		w.lost = cmp.Or(w.lost, r.Failing())
		w.lag = min(w.lag, w.client.Ahead())
		switch {
		case err != nil || f.odd == "" && (f.textless == 0 || n == rest.Enough):
			return f, err
		case n == rest.Enough:
			return f, w.wrong("%s", f.odd)
		}
		w.cost.Retried()
		if err := w.cost.Wait(ctx, rest.FirstPause<<n); err != nil {
			return f, err
		}
	}
}

// emit hands over a page, with what was spent and met since the last one.
func (w *walk) emit(f fetched, next extract.Position) error {
	w.pages++
	w.lost = time.Time{}
	page := w.bill()
	page.Body, page.Received, page.Next = f.Body, f.Received, next
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
	return w.emit(fetched{Answer: rest.Answer{Body: []byte("{}"), Received: w.client.Now()}}, w.at)
}

// bill is a page without rows that carries the cost and the issues that no page has carried yet.
func (w *walk) bill() extract.Page {
	p := extract.Page{Requests: w.cost.Requests, Retries: w.cost.Retries, Waited: w.cost.Waited, Issues: w.issues}
	w.cost, w.issues = rest.Cost{}, nil
	return p
}

// owe takes over what a page without rows carries.
func (w *walk) owe(p extract.Page) {
	w.cost.Requests += p.Requests
	w.cost.Retries += p.Retries
	w.cost.Waited += p.Waited
	w.issues = append(w.issues, p.Issues...)
}

// rows is the page size to remember: 0 for the largest.
func (w *walk) rows() int {
	if w.size.Rows() == w.size.Most() {
		return 0
	}
	return w.size.Rows()
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
	var api *rest.APIError
	var settled *extract.Failure
	var wrong *unusable
	var unmade *rest.Poison
	refused := errors.As(err, &api) && (api.Status == http.StatusForbidden || api.Status == http.StatusNotFound)
	switch {
	case errors.As(err, &settled):
	case errors.As(err, &unmade):
		err = w.client.Unreachable(err)
	case errors.As(err, &wrong), api != nil && !refused:
		err = w.client.API().Theirs(err)
	case !refused:
	case w.stream.optional && w.pages == 0 && !api.Stranger && !api.Says("scope"):
		return &extract.Unavailable{Stream: w.stream.name, Reason: w.stream.needs, Err: err}
	default:
		err = &extract.Failure{Kind: extract.ErrPermission, Err: err, Advice: w.refusal(ctx, api)}
	}
	return fmt.Errorf("%s: %w", w.stream.name, err)
}

// refusal is what can be done about an answer 403 or 404 to a stream that every account has.
func (w *walk) refusal(ctx context.Context, api *rest.APIError) string {
	if api.Says("scope") {
		return `the OAuth client or token needs the scope "read"`
	}
	if api.Stranger {
		return w.client.API().NotAPI() + ". Look at " + w.client.Base().String() + " from this machine, and let it through to " + w.client.Base().Host
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
	_, err := w.client.Do(ctx, &rest.Request{Endpoint: "/api/v2/users/me", Tries: rest.Enough, Spent: &w.cost, Observer: w.observer, Accept: rest.AcceptJSON(&me)})
	if err != nil {
		return ""
	}
	return me.User.Role
}
