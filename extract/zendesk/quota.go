package zendesk

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"
)

// Without headers that say more: https://developer.zendesk.com/api-reference/introduction/rate-limits/
const (
	accountLimit = 200 // requests a minute, on the smallest of today's plans
	exportLimit  = 10  // requests a minute to the incremental exports
	account      = "account"
	exports      = "incremental-exports"
)

// margin is added to the end of a window, because the source gives it in whole seconds.
const margin = time.Second

// quotas is what is known of the limits of an account. Windows are kept by their names in the headers, and
// "account"; Routes are the windows that an endpoint counts for, as its answers told.
type quotas struct {
	Windows map[string]*window
	Routes  map[string][]string
}

// route returns the names of the windows that a request to the endpoint counts for.
func (q *quotas) route(endpoint string) []string {
	names, known := q.Routes[endpoint]
	switch {
	case known:
	case strings.Contains(endpoint, "/incremental/"):
		names = []string{exports}
	default:
		names = []string{endpoint} // its own, and unlimited until an answer says otherwise
	}
	return append([]string{account}, names...)
}

func (q *quotas) window(name string) *window {
	w := q.Windows[name]
	if w == nil {
		w = &window{Limit: documented(name)}
		if q.Windows == nil {
			q.Windows = map[string]*window{}
		}
		q.Windows[name] = w
	}
	return w
}

// documented is the limit of a window by the documentation, 0 for none.
func documented(name string) int {
	switch {
	case name == account:
		return accountLimit
	case strings.HasPrefix(name, exports):
		return exportLimit
	}
	return 0
}

// The answers can tell of so many windows beside the account's, and so many are remembered, for so long after they were used
// last. Zendesk has about five.
const (
	mostTold       = 8
	mostRemembered = 32
	longOver       = 7 * 24 * time.Hour
)

// forget drops the windows that are long over, and those that were used the longest ago where there are too many; then the
// routes that lead to none.
func (q *quotas) forget(now time.Time) {
	var named []string // by the headers, of which there can be any number
	for name := range q.Windows {
		if name != account && name != exports && !strings.HasPrefix(name, "/") {
			named = append(named, name)
		}
	}
	slices.SortFunc(named, func(a, b string) int {
		return cmp.Or(q.window(b).End.Compare(q.window(a).End), strings.Compare(a, b))
	})
	for i, name := range named {
		if i >= mostRemembered || now.Sub(q.window(name).End) > longOver {
			delete(q.Windows, name)
		}
	}
	maps.DeleteFunc(q.Routes, func(_ string, names []string) bool {
		return slices.ContainsFunc(names, func(name string) bool { return q.Windows[name] == nil })
	})
}

// window is one limit of requests a minute, as the source counts it.
type window struct {
	Limit   int       // requests a minute; 0 for none
	Used    int       // by us, within this minute
	Carried int       // of those, the ones that were under way when it began: they may belong to the one before
	Others  int       // used by others, as far as the answers show
	Began   time.Time // when this minute was first used
	End     time.Time // when the next one begins, at the latest
	Told    bool      // End is from an answer within this minute, not assumed
	Headers bool      // the source tells what is left; without, the last minute is counted in Sent
	Doubted bool      // the last answer left nothing and did not say until when
	Known   bool      // an answer has come: what is assumed was not contradicted
	Closed  time.Time // a refusal asks not to send before this
	Sent    []time.Time
	Count   int64 // all requests ever
}

// farthest is how far off the end of a refusal is remembered: longer than a request is tried, and not for days.
const farthest = 2 * time.Hour

// free returns the time from which a request may be sent that leaves keep requests to others. Flying is the
// number of those under way: what others used meanwhile shows in their answers, so the last ones go singly.
func (w *window) free(now time.Time, keep, flying int) time.Time {
	if w.Closed.Sub(now) > farthest {
		w.Closed = time.Time{} // the clock of this machine was set back
	}
	at := w.Closed
	switch {
	case w.Limit == 0:
	case w.Headers:
		w.turn(now, flying)
		if left := w.Limit - w.Used - w.Others - keep; left <= flying && w.End.After(at) {
			at = w.End
		}
	default:
		w.Sent = slices.DeleteFunc(w.Sent, func(t time.Time) bool { return now.Sub(t) >= time.Minute || t.After(now) })
		if over := len(w.Sent) - (w.Limit - keep); over >= 0 {
			if free := w.Sent[over].Add(time.Minute); free.After(at) {
				at = free
			}
		}
	}
	return at
}

// turn begins a new minute once the old one has ended, or when its end is so far away that the clock of this
// machine was set back.
func (w *window) turn(now time.Time, flying int) {
	if now.Before(w.End) && w.End.Sub(now) < latestReset+time.Minute {
		return
	}
	w.Used, w.Carried, w.Others = flying, flying, 0
	w.Began, w.End, w.Told = now, now.Add(time.Minute+margin), false
}

// take counts a request that is sent now, and returns its number.
func (w *window) take(now time.Time) int64 {
	w.Used++
	w.Count++
	if !w.Headers && w.Limit > 0 {
		w.Sent = append(w.Sent, now)
	}
	return w.Count
}

// quotaName is a window in words.
func quotaName(window string) string {
	switch {
	case window == account:
		return "account quota"
	case strings.HasPrefix(window, exports):
		return "export quota"
	}
	return "quota of " + window
}

// learn takes what the answer to request number says of the window; before is how many are under way that were
// sent before it. When the headers were written, and so from when resets counts, is only known to be between
// sent and now.
func (w *window) learn(t told, number int64, before int, sent, now time.Time) {
	earliest, latest := sent.Add(t.resets-margin), now.Add(t.resets+margin)
	switch {
	case !w.Headers || earliest.After(w.End): // another minute than the one that was thought to last
		w.Used, w.Carried, w.Others = max(int(w.Count-number)+1+before, len(w.Sent)), before, 0
		w.Began, w.End, w.Told = sent, latest, true
	case sent.Before(w.Began) && !earliest.After(w.Began): // it took longer than its minute
		if w.Carried > 0 {
			w.Carried--
			w.Used--
		}
		return
	case !w.Told || latest.Before(w.End):
		w.End, w.Told = latest, true
	}
	w.Others = max(w.Others, t.limit-t.left-w.Used)
	w.Limit, w.Headers, w.Known, w.Sent = t.limit, true, true, nil
}

// That nothing is left, and not until when, is waited for once, for a minute. Where the next request is answered all the same,
// and the same is said again, it is not true: such headers count for nothing, and the documented limit does.

// waited reports that a request was sent behind the minute that such an answer made wait.
func (w *window) waited(sent time.Time) bool {
	return w.Doubted && (!w.Headers || !w.Told && !sent.Before(w.Began))
}

// distrust goes by the documented limit, and by what was sent, from an answer to a request on.
func (w *window) distrust(limit int, sent time.Time) {
	if w.Headers {
		w.Limit, w.Headers, w.Sent = limit, false, slices.Repeat([]time.Time{sent}, w.Used)
	}
}
