package rest

// PageSize is the number of rows that a stream asks for. It falls when the source can't answer (1000, 500, 250,
// 125, 25, 5, 1: each divides the one before, so that numbered pages stay aligned), stays at what worked, and
// rises again, more slowly each time that it turns out to be too much.
type PageSize struct {
	n, max int
	least  int  // it never falls below; 0 is 1
	good   int  // pages in a row that worked with n
	enough int  // as many of them make it rise
	risen  bool // to n, which has not worked yet
}

const patience = 3

// NewPageSize is one of at most max rows, which begins with n of them, or with max if n is 0.
func NewPageSize(n, max int) *PageSize {
	s := &PageSize{n: max, max: max, enough: patience}
	for n > 0 && s.n > n {
		s.n = Below(s.n)
	}
	return s
}

// Below is the next smaller page size.
func Below(n int) int {
	if n%2 == 0 {
		return n / 2
	}
	return max(1, n/5)
}

// Rows is how many rows are asked for; 0 for a page without a size.
func (s *PageSize) Rows() int {
	if s == nil {
		return 0
	}
	return s.n
}

// Most is how many rows are asked for at most.
func (s *PageSize) Most() int { return s.max }

// Hold keeps it from falling below what it is, until Release.
func (s *PageSize) Hold() { s.least = s.n }

// Release lets it fall again.
func (s *PageSize) Release() { s.least = 0 }

// Held is what it does not fall below; 0 where it can.
func (s *PageSize) Held() int { return s.least }

// smallest reports that it can't fall any more. A page without a size can't.
func (s *PageSize) smallest() bool { return s == nil || s.n <= max(1, s.least) }

// fall makes it smaller after a page that the source could not answer. It returns false if it can't.
func (s *PageSize) fall() bool {
	if s.smallest() {
		return false
	}
	if s.risen {
		s.enough = min(2*s.enough, 64*patience)
	}
	s.n, s.good, s.risen = max(Below(s.n), s.least), 0, false
	return true
}

// worked counts a page that came, and makes it rise when there were enough of them.
func (s *PageSize) worked() {
	if s == nil {
		return
	}
	s.risen = false
	if s.good++; s.good >= s.enough {
		s.Rise()
	}
}

// Rise makes it larger. It returns false if it can't.
func (s *PageSize) Rise() bool {
	if s.n >= s.max {
		return false
	}
	larger := s.max
	for Below(larger) > s.n {
		larger = Below(larger)
	}
	s.n, s.good, s.risen = larger, 0, true
	return true
}
