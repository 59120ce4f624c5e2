package rest

import (
	"context"
	"maps"
	"math"
	"net/http"
	"slices"
	"time"

	"desklake/extract"
)

// limiter lets requests go while the account's limits allow it: those that the answers tell, less a reserve for
// the people who work there. What is free goes at once; those who have to wait go in the order in which they
// came. It is shared by all streams of a source and, through its ledger, by all processes of this machine.
type limiter struct {
	rules   *Limits
	reserve float64 // share of the account's limit that is left to others
	ledger  ledger

	turn   chan struct{} // filled by whoever uses what follows
	queue  []*waiter
	flying map[string][]flight // the requests under way, by quota
	wake   *time.Timer
}

// flight is a request under way, as it counts for one quota.
type flight struct {
	number int64 // of what was sent until then, by weight
	weight int
}

func weightOf(flights []flight) (sum int) {
	for _, f := range flights {
		sum += f.weight
	}
	return sum
}

func newLimiter(rules *Limits, reserve float64, l ledger) *limiter {
	return &limiter{rules: rules, reserve: reserve, ledger: l, turn: make(chan struct{}, 1), flying: map[string][]flight{}}
}

func (l *limiter) lock()   { l.turn <- struct{}{} }
func (l *limiter) unlock() { <-l.turn }

// update changes what is known of the limits.
func (l *limiter) update(change func(*quotas)) {
	l.ledger.update(func(q *quotas) {
		q.rules = l.rules
		change(q)
	})
}

type waiter struct {
	endpoint string
	weight   int
	last     time.Time    // until when it would wait
	leave    chan *permit // buffered; gets nil where it would have to wait longer
	wait     extract.Wait // what it waits for; empty while that is not known
}

// longWait is the error of a request that would have to wait for longer than it would.
type longWait struct{ extract.Wait }

func (e *longWait) Error() string { return "there is no " + e.For + " until then" }

// ordinary is how long limits by the minute can make a request wait; everybody waits so long.
const ordinary = 90 * time.Second

// permit is the right to send one request. It is given back with done.
type permit struct {
	*limiter
	endpoint string
	sent     time.Time
	flights  map[string]flight // the request, by quota
}

// acquire waits until a request to the endpoint may be sent. Where that is farther off than patience it ends at once with a
// *longWait: another request was told to wait.
func (l *limiter) acquire(ctx context.Context, endpoint string, patience time.Duration, o extract.Observer) (*permit, error) {
	w := &waiter{endpoint: endpoint, weight: l.rules.weight(endpoint), last: time.Now().Add(max(patience, ordinary)), leave: make(chan *permit, 1)}
	l.lock()
	l.queue = append(l.queue, w)
	l.dispatch()
	wait := w.wait
	l.unlock()
	if wait.For != "" {
		o.Wait(wait)
	}
	select {
	case p := <-w.leave:
		if p == nil {
			return nil, &longWait{w.wait}
		}
		return p, nil
	case <-ctx.Done():
	}
	l.lock()
	defer l.unlock()
	l.queue = slices.DeleteFunc(l.queue, func(other *waiter) bool { return other == w })
	select {
	case p := <-w.leave: // it came at the same moment
		if p != nil {
			l.land(p)
		}
	default:
	}
	l.dispatch()
	return nil, context.Cause(ctx)
}

// dispatch lets go whoever may go, and sets the alarm for the next one. A quota that someone waits for is not
// used by those who came later.
func (l *limiter) dispatch() {
	if l.wake != nil {
		l.wake.Stop()
	}
	if len(l.queue) == 0 {
		return
	}
	var next time.Time
	l.update(func(q *quotas) {
		now := time.Now()
		held := map[string]bool{}
		l.queue = slices.DeleteFunc(l.queue, func(w *waiter) bool {
			names := q.route(w.endpoint)
			free, blocked := true, []string(nil)
			for _, name := range names {
				at, ready := l.ready(q, name, w.weight, now)
				if held[name] || !ready {
					free = false
				}
				if !ready {
					blocked = append(blocked, name)
					if at.After(w.wait.Until) {
						w.wait = extract.Wait{For: l.rules.words(name), Until: at}
					}
					if at.After(now) && !at.After(w.last) && (next.IsZero() || at.Before(next)) {
						next = at
					}
				}
			}
			if w.wait.Until.After(w.last) {
				w.leave <- nil
				return true
			}
			for _, name := range blocked {
				held[name] = true
			}
			if free {
				w.leave <- l.launch(q, w, names, now)
			}
			return free
		})
	})
	if !next.IsZero() {
		l.wake = time.AfterFunc(time.Until(next), func() {
			l.lock()
			defer l.unlock()
			l.dispatch()
		})
	}
}

// ready reports whether the window has room for a request, and if time will make some, when. As long as nothing
// is known of a window, few requests go at once: they may be all that is left of it.
func (l *limiter) ready(q *quotas, name string, weight int, now time.Time) (at time.Time, ok bool) {
	w, keep, scouts := q.window(name), 0, 1
	if name == l.rules.account() {
		keep, scouts = l.keep(w.Limit), 5
		if l.rules.AtOnce > 0 && len(l.flying[name]) >= l.rules.AtOnce {
			return time.Time{}, false
		}
	}
	if !w.Known && w.Limit > 0 && len(l.flying[name]) >= scouts {
		return time.Time{}, false
	}
	at = w.free(now, keep, weightOf(l.flying[name]), weight)
	return at, !at.After(now)
}

// keep is how much of the account's limit is left to others.
func (l *limiter) keep(limit int) int {
	return min(int(math.Ceil(float64(limit)*l.reserve)), limit-1)
}

func (l *limiter) launch(q *quotas, of *waiter, names []string, now time.Time) *permit {
	p := &permit{limiter: l, endpoint: of.endpoint, sent: now, flights: map[string]flight{}}
	for _, name := range names {
		f := flight{q.window(name).take(now, of.weight), of.weight}
		p.flights[name], l.flying[name] = f, append(l.flying[name], f)
	}
	return p
}

func (l *limiter) land(p *permit) {
	for name, landed := range p.flights {
		l.flying[name] = slices.DeleteFunc(l.flying[name], func(f flight) bool { return f == landed })
		if len(l.flying[name]) == 0 {
			delete(l.flying, name)
		}
	}
}

// done gives the permit back. The headers are those of the answer, nil if there was none; refused is how long a
// 429 asks to wait, 0 if it was none.
func (p *permit) done(h http.Header, refused time.Duration) {
	p.lock()
	defer p.unlock()
	p.land(p)
	if h != nil {
		p.update(func(q *quotas) { p.learn(q, p.rules.Read(h), refused) })
	}
	p.dispatch()
}

func (p *permit) learn(q *quotas, limits map[string]Told, refused time.Duration) {
	now := time.Now()
	var empty []string // the windows that can be behind a refusal
	for name, t := range limits {
		w := q.window(name)
		own, counted := p.flights[name]
		if !counted {
			own = flight{w.Count, 1} // requests under way to this window are not known to be ours
		}
		before := 0
		for _, f := range p.flying[name] {
			if f.number < own.number {
				before += f.weight
			}
		}
		keep := 0
		if name == p.rules.account() {
			keep = p.keep(t.Limit)
		}
		doubtful := !t.Timed && t.Left <= keep
		if doubtful && refused <= 0 && w.waited(p.sent) {
			w.distrust(p.rules.documented(name), p.sent)
		} else {
			w.learn(t, own, before, p.sent, now)
			w.Doubted = doubtful
		}
		if t.Left == 0 {
			empty = append(empty, name)
		}
	}
	for name := range p.flights {
		q.window(name).Known = true
	}
	buckets := slices.DeleteFunc(slices.Sorted(maps.Keys(limits)), func(name string) bool { return name == p.rules.account() })
	if len(buckets) > 0 {
		if q.Routes == nil {
			q.Routes = map[string][]string{}
		}
		q.Routes[p.endpoint] = buckets
	}
	q.forget(now)
	if refused <= 0 {
		return
	}
	if len(empty) == 0 {
		empty = q.route(p.endpoint)[1:]
	}
	for _, name := range empty {
		if until := now.Add(min(refused, p.rules.farthest())); until.After(q.window(name).Closed) {
			q.window(name).Closed = until
		}
	}
}
