package rest

import (
	"cmp"
	"errors"
	"time"
)

// What is not the API's answer is asked for again for as long as a proxy or a load balancer takes to restart. A page to sign
// in at, or a firewall's, does not go away by itself.
const foreignLimit = 5 * time.Minute

// trouble is what is kept of the attempts of one request that failed in a row, whatever the page size they asked for.
type trouble struct {
	begun   time.Time // when the first was sent; zero if there is none
	strayed time.Time // since when something else than the API answers; zero if it does not
	last    error     // the last failure in which something came, if there was one
}

func (t *trouble) add(v Verdict, err error) {
	if v == Astray {
		t.strayed = cmp.Or(t.strayed, time.Now())
	} else {
		t.strayed = time.Time{}
	}
	if t.last == nil || !errors.Is(err, errSilent) {
		t.last = err
	}
}

// left is how long the request may still be tried, and for how long it may be tried at all.
func (t *trouble) left(giveUp time.Duration) (left, limit time.Duration) {
	left = giveUp - time.Since(t.begun)
	if !t.strayed.IsZero() {
		if stray := foreignLimit - time.Since(t.strayed); stray < left {
			return stray, foreignLimit
		}
	}
	return left, giveUp
}
