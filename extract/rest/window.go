package rest

import (
	"slices"
	"time"
)

// margin is added to the end of a window, because the source gives it in whole seconds.
const margin = time.Second

// window is one quota, as the source counts it: of a minute, or of another span.
type window struct {
	Limit   int       // the weight of the requests of one span; 0 for none
	Used    int       // by us, within this span
	Carried int       // of those, the ones that were under way when it began: they may belong to the one before
	Others  int       // used by others, as far as the answers show
	Began   time.Time // when this span was first used
	End     time.Time // when the next one begins, at the latest
	Told    bool      // End is from an answer within this span, not assumed
	Headers bool      // the source tells what is left; without, the last span is counted in Sent
	Doubted bool      // the last answer left nothing and did not say until when
	Known   bool      // an answer has come: what is assumed was not contradicted
	Closed  time.Time // a refusal asks not to send before this
	Sent    []time.Time
	Count   int64 // the weight of all requests ever

	span     time.Duration // from the beginning of one window to that of the next
	farthest time.Duration // how far off Closed can be
}

// free returns the time from which a request of a weight may be sent that leaves keep to others. Flying is the
// weight of those under way: what others used meanwhile shows in their answers, so the last ones go singly.
func (w *window) free(now time.Time, keep, flying, weight int) time.Time {
	if w.Closed.Sub(now) > w.farthest {
		w.Closed = time.Time{} // the clock of this machine was set back
	}
	at := w.Closed
	switch {
	case w.Limit == 0:
	case w.Headers:
		w.turn(now, flying)
		if left := w.Limit - w.Used - w.Others - keep; left < flying+weight && w.End.After(at) {
			at = w.End
		}
	default:
		w.Sent = slices.DeleteFunc(w.Sent, func(t time.Time) bool { return now.Sub(t) >= w.span || t.After(now) })
		if over := len(w.Sent) + weight - 1 - (w.Limit - keep); over >= 0 && len(w.Sent) > 0 {
			if free := w.Sent[min(over, len(w.Sent)-1)].Add(w.span); free.After(at) {
				at = free
			}
		}
	}
	return at
}

// turn begins a new window once the old one has ended, or when its end is so far away that the clock of this
// machine was set back.
func (w *window) turn(now time.Time, flying int) {
	if now.Before(w.End) && w.End.Sub(now) < 11*w.span {
		return
	}
	w.Used, w.Carried, w.Others = flying, flying, 0
	w.Began, w.End, w.Told = now, now.Add(w.span+margin), false
}

// take counts a request of a weight that is sent now, and returns its number.
func (w *window) take(now time.Time, weight int) int64 {
	w.Used += weight
	w.Count += int64(weight)
	if !w.Headers && w.Limit > 0 {
		w.Sent = append(w.Sent, slices.Repeat([]time.Time{now}, weight)...)
	}
	return w.Count
}

// learn takes what the answer to a request says of the window; before is the weight of those under way that were
// sent before it. When the headers were written, and so from when resets counts, is only known to be between
// sent and now.
func (w *window) learn(t Told, own flight, before int, sent, now time.Time) {
	earliest, latest := sent.Add(t.Resets-margin), now.Add(t.Resets+margin)
	switch {
	case !w.Headers || earliest.After(w.End): // another span than the one that was thought to last
		w.Used, w.Carried, w.Others = max(int(w.Count-own.number)+own.weight+before, len(w.Sent)), before, 0
		w.Began, w.End, w.Told = sent, latest, true
	case sent.Before(w.Began) && !earliest.After(w.Began): // it took longer than its span
		if w.Carried > 0 {
			w.Carried -= own.weight
			w.Used -= own.weight
		}
		return
	case !w.Told || latest.Before(w.End):
		w.End, w.Told = latest, true
	}
	w.Others = max(w.Others, t.Limit-t.Left-w.Used)
	w.Limit, w.Headers, w.Known, w.Sent = t.Limit, true, true, nil
}

// That nothing is left, and not until when, is waited for once, for a span. Where the next request is answered all the same,
// and the same is said again, it is not true: such headers count for nothing, and the documented limit does.

// waited reports that a request was sent behind the span that such an answer made wait.
func (w *window) waited(sent time.Time) bool {
	return w.Doubted && (!w.Headers || !w.Told && !sent.Before(w.Began))
}

// distrust goes by the documented limit, and by what was sent, from an answer to a request on.
func (w *window) distrust(limit int, sent time.Time) {
	if w.Headers {
		w.Limit, w.Headers, w.Sent = limit, false, slices.Repeat([]time.Time{sent}, w.Used)
	}
}
