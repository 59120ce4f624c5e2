package sink

import "time"

// Stale returns the tables that were not read to their end for longer than age, or never. A table that the account does
// not have is none of them.
func (r Report) Stale(age time.Duration, now time.Time) (stale []TableReport) {
	for _, t := range r.Tables {
		if t.Outcome != Unavailable && (t.FreshAt.IsZero() || now.Sub(t.FreshAt) > age) {
			stale = append(stale, t)
		}
	}
	return stale
}
