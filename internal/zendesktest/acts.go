package zendesktest

// act is one update of a ticket: what an audit tells of.
type act struct {
	at      int64
	author  int64 // -1 is the system
	channel int   // position in channels
	sets    []set
	comment comment
	rating  *rating
	macro   bool  // the agent applied a macro
	private int64 // id of a comment that becomes an internal one
	system  bool  // moves generated_timestamp only and leaves no audit
}

type set struct {
	field field
	value value
}

// comment is a message: of the text, or generated from the seed where the text is empty.
type comment struct {
	present, public, voice bool
	byAgent                bool
	attachment             bool
	text                   string
	seed                   uint64
}

// rating is a satisfaction rating, a ticket has at most one.
type rating struct {
	score            string // good, bad, offered
	comment          string
	created, updated int64

	assignee, group, requester int64 // the ticket's, when it was rated
}

// The channels: their name in REST's via, and the one that the ticket event export uses.
var channels = [...]struct{ name, export string }{
	{"email", "Mail"}, {"web", "Web form"}, {"native_messaging", "Messaging"}, {"api", "Web service"},
	{"voice", "Phone call (inbound)"}, {"rule", "Rule"},
}

const (
	channelWeb  = 1
	channelAPI  = 3
	channelRule = 5
)

func (a *act) set(f field, v value) { a.sets = append(a.sets, set{f, v}) }

func (a *act) status(n int64) {
	a.set(status, value{n: n})
	a.set(customStatus, value{n: customStatusID(n)})
}

// past fills a with what happens at step j of the row's story, given the ticket as it stood before.
func (s *Server) past(a *act, t *ticket, j int, at int64) {
	st := s.tickets.history.story(t.row)
	r := mix(t.seed, uint64(j))
	*a = act{at: at, channel: channelWeb, sets: a.sets[:0], author: t.values[assignee].n}
	if a.author == 0 {
		a.author = s.agentOf(t.group(s), r)
	}
	say := func(public, byAgent bool) {
		a.comment = comment{present: true, public: public, byAgent: byAgent, seed: r, attachment: r>>50%11 == 0}
	}
	switch kind := st.steps[j].kind; kind {
	case created:
		a.author, a.channel = s.requesterOf(t, at), st.channel
		say(true, false)
		s.birth(a, t, st.group, int64(st.priority))
	case assigned:
		a.set(assignee, value{n: s.agentOf(t.group(s), r)})
		a.status(statusOpen)
	case replied:
		say(true, true)
		a.macro = r%3 == 0
		a.status(statusPending)
		if t.values[assignee].n == 0 {
			a.set(assignee, value{n: a.author})
		}
	case answered, reopened:
		a.author, a.channel = t.values[requester].n, st.channel
		say(true, false)
		a.status(statusOpen)
	case noted:
		say(false, true)
	case detailed:
		a.set(custom+field(r%uint64(len(customKinds))), value{n: int64(r >> 8 % 5_000)})
	case called:
		say(true, true)
		a.channel, a.comment.voice = 4, true
	case held:
		say(false, true)
		a.status(statusHold)
	case escalated:
		g := (st.group + 1 + int(r%uint64(s.opts.Groups))) % s.opts.Groups
		a.set(group, value{n: s.groupID(g)})
		a.set(assignee, value{n: s.agentOf(g, r)})
		a.set(priority, value{n: min(max(t.values[priority].n, 2)+1, 4)})
		a.set(tags, value{n: t.values[tags].n | tagEscalated})
		say(false, true)
	case solved:
		say(true, true)
		a.status(statusSolved)
	case rated:
		a.author = t.values[requester].n
		a.rating = &rating{score: "good"}
		switch {
		case r%5 == 0:
			a.rating.score = "bad"
		case r%7 == 0:
			a.rating.score = "offered"
		}
		if r%3 == 0 && a.rating.score != "offered" {
			list := locales[t.locale].words.customer
			a.rating.comment = string(appendSentence(nil, list[r>>9%uint64(len(list))], r>>20%9_000+1_000))
		}
	case closed:
		a.author, a.channel = -1, channelRule
		a.status(statusClosed)
	case removed:
		a.status(statusDeleted)
	case recomputed:
		a.system = true
	}
}

// birth is what a new ticket is given.
func (s *Server) birth(a *act, t *ticket, g int, urgency int64) {
	r := mix(t.seed, 77)
	topic := groupNames[g%len(groupNames)].topic
	user := s.userRow(a.author)
	t.locale = s.localeOf(user)
	a.set(subject, value{n: subjectCode(t.locale, topic, r)})
	a.status(statusNew)
	a.set(requester, value{n: a.author})
	a.set(group, value{n: s.groupID(g)})
	a.set(brand, value{n: brandID(int(r % 8))})
	a.set(form, value{n: formID(int(r >> 3 % 3))})
	a.set(priority, value{n: urgency})
	kind := [...]int64{0, 1, 1, 1, 1, 2, 2, 2, 3, 4}[r>>6%10]
	a.set(ticketType, value{n: kind})
	a.set(organization, value{n: s.organizationOf(user)})
	tagged := int64(topicTags[topic] & (r>>3 | 1<<(r%62)))
	a.set(tags, value{n: tagged})
	for k := range customKinds {
		if c := mix(r, uint64(k)); c%3 != 0 {
			a.set(custom+field(k), value{n: int64(1 + c>>8%4_000)})
		}
	}
	if r>>10%12 == 0 {
		a.set(due, value{n: a.at + int64(r>>20%14)*day})
	}
	if r>>11%9 == 0 {
		a.set(external, value{n: int64(1 + r>>30%1_000_000)})
	}
	if kind == 2 && t.id > 10 && r%2 == 0 {
		a.set(problem, value{n: t.id - int64(1+r>>5%9)})
	}
}
