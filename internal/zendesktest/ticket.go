package zendesktest

// ticket is a ticket as the sum of its acts: what it holds, its timers, its rating.
type ticket struct {
	row     int64
	id      int64
	seed    uint64
	locale  int
	channel int

	created, updated, generated int64

	values [fields]value
	acts   int     // that left an audit
	first  comment // the description
	rated  rating
	timers timers
}

// change is a value that an act really changed.
type change struct {
	field    field
	old, new value
}

// audit is one of a ticket's audits.
type audit struct {
	*act
	number  int // counts from 0 in each ticket
	changes []change
}

// group returns the position of the ticket's group.
func (t *ticket) group(s *Server) int {
	id := t.values[group].n
	for g := range s.opts.Groups {
		if s.groupID(g) == id {
			return g
		}
	}
	return 0
}

func (t *ticket) deleted() bool { return t.values[status].n == statusDeleted }

// archived says whether the ticket has left the lists: 120 days after it was closed.
func (t *ticket) archived(now int64) bool {
	return t.values[status].n == statusClosed && now-t.updated > 120*day
}

// ticket returns the ticket of a row as it is now. Where watch is not nil it is given each audit on the way,
// right after it happened; it returns false to stop there.
func (s *Server) ticket(row int64, watch func(*ticket, audit) bool) ticket {
	t := ticket{row: row, id: row + 1, seed: mix(s.opts.Seed, uint64(row), 3)}
	var (
		a    act
		life [maxSteps]int64
		sets [fields + 2]set
	)
	a.sets = sets[:0]
	for j, at := range s.tickets.history.life(row, life[:0]) {
		s.past(&a, &t, j, at)
		if !t.apply(&a, watch) {
			return t
		}
	}
	if later := s.later[row]; later != nil {
		for i := range later.acts {
			if !t.apply(&later.acts[i], watch) {
				return t
			}
		}
	}
	return t
}

func (t *ticket) apply(a *act, watch func(*ticket, audit) bool) bool {
	t.generated = max(t.generated, a.at)
	if a.system {
		return true
	}
	first := t.acts == 0
	if first {
		t.created, t.first, t.channel = a.at, a.comment, a.channel
	}
	t.updated = max(t.updated, a.at)
	t.timers.pass(t, a)
	var changes []change
	if watch != nil {
		changes = make([]change, 0, len(a.sets))
	}
	for _, c := range a.sets {
		if old := t.values[c.field]; old != c.value {
			if watch != nil {
				changes = append(changes, change{c.field, old, c.value})
			}
			t.values[c.field] = c.value
			t.timers.set(t, a, c.field, first)
		}
	}
	if a.comment.present {
		t.timers.say(t, a)
	}
	if a.rating != nil {
		t.rate(a)
	}
	t.acts++
	return watch == nil || watch(t, audit{a, t.acts - 1, changes})
}

// rate takes a rating, or another one.
func (t *ticket) rate(a *act) {
	before := t.rated.created
	t.rated = *a.rating
	t.rated.created, t.rated.updated = before, a.at
	if before == 0 {
		t.rated.created = a.at
	}
	t.rated.assignee, t.rated.group, t.rated.requester = t.values[assignee].n, t.values[group].n, t.values[requester].n
}

// auditID returns the id of a ticket's audit; its events follow it. Some are beyond what a float can hold.
func auditID(ticket int64, number int) int64 {
	base := int64(35_000_000_000_000)
	if ticket%101 == 7 {
		base = 1<<53 + 1
	}
	return base + ticket<<18 + int64(number)<<6
}
