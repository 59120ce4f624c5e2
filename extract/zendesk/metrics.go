package zendesk

import "desklake/schema"

// metrics looks for tickets that came without the metrics that were asked for, on the page behind m. Where others have some, the
// page is a hole in next, which is asked for again. Where no ticket ever had any, the source gives none, which is told and
// no more; should one come later in the walk, all pages before it become a hole.
func (p *cursorPager) metrics(f fetched, m cursorMark, next *cursorMark) {
	if next.Metrics = m.Metrics || f.hasMetrics(); next.Metrics && p.bare != nil {
		next.Holes = addHole(next.Holes, *p.bare)
		p.lacking(true)
		p.bare = nil
	}
	if !f.lacksMetrics() {
		return
	}
	here := hole{origin: m.origin, Until: f.reached()}
	switch {
	case next.Metrics:
		next.Holes = addHole(next.Holes, here)
	case p.bare == nil:
		p.bare = &here
	default:
		p.bare.Until = max(p.bare.Until, here.Until)
	}
	p.lacking(next.Metrics)
}

// lacking notes that metrics are missing; again says whether they are asked for in later runs.
func (p *cursorPager) lacking(again bool) {
	i := schema.Issue{Table: ticketMetricsTable.Name, Reason: "tickets came without their metrics, and none came with them", Count: 1}
	if again {
		i.Reason, i.NoRow = "tickets came without their metrics: they are asked for again in later runs", true
	}
	p.issues = append(p.issues, i)
}
