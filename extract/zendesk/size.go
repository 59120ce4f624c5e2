package zendesk

// pageSize is the number of rows that a stream asks for. It falls when the source can't answer (1000, 500, 250,
// 125, 25, 5, 1: each divides the one before, so that numbered pages stay aligned), stays at what worked, and
// rises again, more slowly each time that it turns out to be too much.
type pageSize struct {
	n, max int
	least  int  // it never falls below; 0 is 1
	good   int  // pages in a row that worked with n
	enough int  // as many of them make it rise
	risen  bool // to n, which has not worked yet
}

const patience = 3

func newPageSize(n, max int) *pageSize {
	s := &pageSize{n: max, max: max, enough: patience}
	for n > 0 && s.n > n {
		s.n = below(s.n)
	}
	return s
}

// below is the next smaller page size.
func below(n int) int {
	if n%2 == 0 {
		return n / 2
	}
	return max(1, n/5)
}

// smallest reports that it can't fall any more. A page without a size can't.
func (s *pageSize) smallest() bool { return s == nil || s.n <= max(1, s.least) }

// fall makes it smaller after a page that the source could not answer. It returns false if it can't.
func (s *pageSize) fall() bool {
	if s.smallest() {
		return false
	}
	if s.risen {
		s.enough = min(2*s.enough, 64*patience)
	}
	s.n, s.good, s.risen = max(below(s.n), s.least), 0, false
	return true
}

// worked counts a page that came, and makes it rise when there were enough of them.
func (s *pageSize) worked() {
	if s == nil {
		return
	}
	s.risen = false
	if s.good++; s.good >= s.enough {
		s.rise()
	}
}

// rise makes it larger. It returns false if it can't.
func (s *pageSize) rise() bool {
	if s.n >= s.max {
		return false
	}
	larger := s.max
	for below(larger) > s.n {
		larger = below(larger)
	}
	s.n, s.good, s.risen = larger, 0, true
	return true
}
