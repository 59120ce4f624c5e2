package zendesktest

// Ids of users, organizations and groups have fourteen digits, as in real accounts. Some are larger than what
// a 64-bit float holds exactly, which Zendesk does not rule out.
const beyondFloat = 1<<53 + 1

func userID(row int64) int64 {
	if row%50 == 17 {
		return beyondFloat + 2*row
	}
	return 40_100_000_000_003 + row*37
}

func (s *Server) userRow(id int64) int64 {
	if id >= beyondFloat {
		return (id - beyondFloat) / 2
	}
	return (id - 40_100_000_000_003) / 37
}

func organizationID(row int64) int64 {
	if row%40 == 9 {
		return beyondFloat + 2_000_000_000 + 2*row
	}
	return 41_200_000_000_007 + row*53
}

func (s *Server) groupID(g int) int64 {
	if g%8 == 3 {
		return beyondFloat + 4_000_000_000 + 2*int64(g)
	}
	return 36_000_222_000_017 + int64(g)*41
}

func brandID(i int) int64 { return 36_000_333_000_029 + int64([...]int{0, 0, 0, 0, 0, 1, 1, 2}[i])*13 }
func formID(i int) int64  { return 36_000_444_000_031 + int64(i)*19 }

// The first user is the owner, an admin; the agents follow, then the customers.

// agentOf picks an agent of the group.
func (s *Server) agentOf(g int, r uint64) int64 {
	size := (s.opts.Agents - 1 - g + s.opts.Groups) / s.opts.Groups
	return userID(int64(1 + g + int(r>>7%uint64(max(size, 1)))*s.opts.Groups))
}

// requesterOf picks a customer that was there at the time.
func (s *Server) requesterOf(t *ticket, at int64) int64 {
	h := s.users.history
	first := int64(s.opts.Agents + 1)
	there := max(h.born[h.hourOf(at)], first+1)
	return userID(first + int64(mix(t.seed, 5)%uint64(there-first)))
}

func (s *Server) localeOf(user int64) int {
	return int(mix(s.opts.Seed, uint64(user), 11) % uint64(len(locales)))
}

// organizationOf returns the id of the user's organization, or 0.
func (s *Server) organizationOf(user int64) int64 {
	h := s.organizations.history
	r := mix(s.opts.Seed, uint64(user), 13)
	if there := h.born[h.hourOf(s.users.born(user))]; user > int64(s.opts.Agents) && there > 0 && r%4 != 0 {
		return organizationID(int64(r >> 9 % uint64(there)))
	}
	return 0
}
