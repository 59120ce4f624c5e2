package rest

import (
	"cmp"
	"maps"
	"math"
	"net/http"
	"slices"
	"strings"
	"time"

	"desklake/extract"
)

// account is the name of the account's quota.
func (l *Limits) account() string { return l.Quotas[0].Name }

// of is the documentation of a quota; zero where there is none.
func (l *Limits) of(name string) Quota {
	for i, q := range l.Quotas {
		if name == q.Name || i > 0 && strings.HasPrefix(name, q.Name) {
			return q
		}
	}
	return Quota{}
}

// documented is the limit of a quota by the documentation, 0 for none.
func (l *Limits) documented(name string) int { return l.of(name).Limit }

// words is a quota in words.
func (l *Limits) words(name string) string {
	return cmp.Or(l.of(name).Words, "quota of "+name)
}

// route is the quota beside the account's that an endpoint counts for, as long as no answer told of any.
func (l *Limits) route(endpoint string) string {
	for _, q := range l.Quotas[1:] {
		if q.Within != "" && strings.Contains(endpoint, q.Within) {
			return q.Name
		}
	}
	return endpoint // its own, and unlimited until an answer says otherwise
}

// weight is what a request to the endpoint counts for.
func (l *Limits) weight(endpoint string) int {
	if l.Weight == nil {
		return 1
	}
	return max(1, l.Weight(endpoint))
}

// farthest is how far off the end of a refusal is remembered: longer than a request is tried, and not for days.
func (l *Limits) farthest() time.Duration { return max(2*time.Hour, l.Span) }

// told is what an answer says of the limits.
func (l *Limits) told(h http.Header, now time.Time) (left []extract.Quota) {
	limits := l.Read(h)
	for _, name := range slices.Sorted(maps.Keys(limits)) {
		t := limits[name]
		left = append(left, extract.Quota{Name: name, Limit: t.Limit, Left: t.Left, Resets: now.Add(t.Resets)})
	}
	return left
}

// quotas is what is known of the limits of an account. Windows are kept by their names in the headers, and the account's by its
// own; Routes are the windows that an endpoint counts for, as its answers told.
type quotas struct {
	Windows map[string]*window
	Routes  map[string][]string

	rules *Limits
}

// route returns the names of the windows that a request to the endpoint counts for.
func (q *quotas) route(endpoint string) []string {
	names, known := q.Routes[endpoint]
	if !known {
		names = []string{q.rules.route(endpoint)}
	}
	return append([]string{q.rules.account()}, names...)
}

func (q *quotas) window(name string) *window {
	w := q.Windows[name]
	if w == nil {
		w = &window{Limit: q.rules.documented(name)}
		if q.Windows == nil {
			q.Windows = map[string]*window{}
		}
		q.Windows[name] = w
	}
	w.span, w.farthest = q.rules.Span, q.rules.farthest()
	return w
}

// So many windows are remembered beside those that are documented, for so long after they were used last.
const (
	mostRemembered = 32
	longOver       = 7 * 24 * time.Hour
)

// forget drops the windows that are long over, and those that were used the longest ago where there are too many; then the
// routes that lead to none.
func (q *quotas) forget(now time.Time) {
	var named []string // by the headers, of which there can be any number
	for name := range q.Windows {
		if q.rules.of(name).Name != name && !strings.HasPrefix(name, "/") {
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

// Known is what is known of the limits of an account at one moment.
type Known struct {
	limits  map[string]int // by quota; 0 for none
	told    []string
	routes  map[string][]string
	rules   *Limits
	reserve float64
}

// known is what is known now.
func (l *limiter) known() Known {
	k := Known{limits: map[string]int{}, rules: l.rules, reserve: l.reserve}
	l.lock()
	defer l.unlock()
	l.update(func(q *quotas) {
		for name, w := range q.Windows {
			if w == nil {
				continue
			}
			if k.limits[name] = w.Limit; w.Headers {
				k.told = append(k.told, name)
			}
		}
		k.routes = maps.Clone(q.Routes)
	})
	slices.Sort(k.told)
	return k
}

// Account is the name of the account's quota.
func (k Known) Account() string { return k.rules.account() }

// Told are the quotas whose limits the answers tell, sorted.
func (k Known) Told() []string { return k.told }

// Limit is what requests may weigh together within the span of a quota: what the answers tell, else what is documented; 0 where
// nothing limits them.
func (k Known) Limit(quota string) int {
	if limit, known := k.limits[quota]; known {
		return limit
	}
	return k.rules.documented(quota)
}

// Reserved is how much of the account's limit is left to others.
func (k Known) Reserved() int {
	return int(math.Ceil(float64(k.Limit(k.Account())) * k.reserve))
}

// Route are the quotas that a request to the endpoint counts for, the account's first.
func (k Known) Route(endpoint string) []string {
	q := quotas{Routes: k.routes, rules: k.rules}
	return q.route(endpoint)
}
