package schema

// IssueID is what tells issues apart.
type IssueID struct{ Table, Key, Column, Reason string }

// ID is what tells the issue from others.
func (i Issue) ID() IssueID { return IssueID{i.Table, i.Key, i.Column, i.Reason} }

// More is the id of the issue that counts those of a table beyond MaxIssues.
func More(table string) IssueID { return IssueID{Table: table, Reason: MoreIssues} }

// Issues collects issues of many flushes, MaxIssues a table; it counts what does not fit. The zero value is empty.
type Issues struct {
	all    []Issue
	at     map[IssueID]int
	tables map[string]int // how many are listed
}

// Add adds issues; the first one of a kind is the sample.
func (s *Issues) Add(more ...Issue) {
	if s.at == nil {
		s.at, s.tables = map[IssueID]int{}, map[string]int{}
	}
	for _, i := range more {
		i.Count = max(i.Count, 1)
		id := i.ID()
		_, listed := s.at[id]
		if !listed && id != More(i.Table) {
			if s.tables[i.Table] >= MaxIssues {
				id = More(i.Table)
				i = Issue{Table: i.Table, Reason: MoreIssues, Count: i.Count, NoRow: i.NoRow}
			} else {
				s.tables[i.Table]++
			}
		}
		at, listed := s.at[id]
		if !listed {
			s.at[id] = len(s.all)
			s.all = append(s.all, i)
			continue
		}
		s.all[at].Count += i.Count
		s.all[at].NoRow = s.all[at].NoRow || i.NoRow
	}
}

// All returns the issues in the order in which they were first met.
func (s *Issues) All() []Issue { return s.all }
