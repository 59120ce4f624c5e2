package zendesktest

import "slices"

// Fault is something that goes wrong: an effect, and which requests it hits.
type Fault struct {
	Match string // the endpoint, as in Server.Count; empty for all
	After int    // so many requests that match are spared first
	Every int    // of the others, only each n-th is hit
	Times int    // so many are hit; 0 for no end
	Do    Effect

	met, hit int
}

// Effect spoils an answer. It returns false where it leaves the answer alone; that is no hit.
type Effect func(*Answer) bool

// Inject installs a fault and returns a function that takes it away. Several may be installed; each that
// matches does its work, in order.
func (s *Server) Inject(f Fault) (remove func()) {
	s.desk.mu.Lock()
	defer s.desk.mu.Unlock()
	installed := &f
	s.desk.faults = append(s.desk.faults, installed)
	return func() {
		s.desk.mu.Lock()
		defer s.desk.mu.Unlock()
		s.desk.faults = slices.DeleteFunc(s.desk.faults, func(f *Fault) bool { return f == installed })
	}
}

// Clear takes all faults away.
func (s *Server) Clear() {
	s.desk.mu.Lock()
	defer s.desk.mu.Unlock()
	s.desk.faults = nil
}

// spoil lets the faults have the answer.
func (d *desk) spoil(c *call, a *Answer) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, f := range d.faults {
		if !covers(f.Match, c.path) {
			continue
		}
		f.met++
		n := f.met - f.After
		if n <= 0 || f.Every > 1 && n%f.Every != 0 || f.Times > 0 && f.hit >= f.Times {
			continue
		}
		if f.Do(a) {
			f.hit++
			a.faulty = true
		}
	}
}
