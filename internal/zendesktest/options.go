package zendesktest

import (
	"net/http"
	"time"
)

// Options say what a helpdesk holds and how its API behaves. The zero Options is a small one that accepts
// every credential and is never out of quota. A negative number means none.
type Options struct {
	Seed uint64 // the same seed, numbers and times give the same helpdesk, byte for byte

	Tickets         int // 500 unless set; any number costs the same memory
	Users           int // a tenth of the tickets and the agents
	Organizations   int // a twelfth of the users
	Groups          int // 6, and one that is deleted
	Agents          int // 4 a group; they are the first users
	Macros          int // 12
	AuditsPerTicket int // 6 on average, for tickets whose story is over
	TicketBytes     int // about the size of a ticket with its metric set: 3600; the text grows and shrinks

	// Since and Until bound the generated past, whole hours: the year before Until, and an hour ago.
	Since, Until time.Time

	Now     func() time.Time // time.Now; virtual under testing/synctest
	Latency time.Duration    // from request to answer

	// HoldBack is how old a change is before the exports show it: a minute. Negative for none.
	HoldBack time.Duration

	Subdomain string // acme; stands in every url
	Limits    Limits
	Auth      Auth
	Role      string // admin, or agent: refused where the API asks for an admin

	// Lists are more lists, or other ones of the same tables.
	Lists []List

	// Without names tables that the plan does not include, with the status of the answer: 403 or 404.
	Without map[string]int

	// TooRecent is the status of the answer to a start_time of the last minute: 400 or 422; both occur.
	TooRecent int

	// RatingsByCreation makes start_time and end_time of the satisfaction ratings filter by created_at. The
	// documentation leaves open which it is; the default is updated_at.
	RatingsByCreation bool

	// Documented leaves out the fields that no documentation names.
	Documented bool

	// Cache keeps every page that was asked for until the data changes: for measuring clients. Faults can't
	// change the records of kept pages.
	Cache bool
}

func (o Options) withDefaults() Options {
	set := func(n *int, byDefault int) {
		switch {
		case *n < 0:
			*n = 0
		case *n == 0:
			*n = byDefault
		}
	}
	set(&o.Tickets, 500)
	set(&o.Groups, 6)
	o.Groups = max(o.Groups, 1)
	set(&o.Agents, 4*o.Groups)
	o.Agents = max(o.Agents, o.Groups)
	set(&o.Users, o.Tickets/10+o.Agents)
	o.Users = max(o.Users, o.Agents+2)
	set(&o.Organizations, o.Users/12+2)
	set(&o.Macros, 12)
	set(&o.AuditsPerTicket, 6)
	o.AuditsPerTicket = min(max(o.AuditsPerTicket, 1), 500)
	set(&o.TicketBytes, 3600)
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Until.IsZero() {
		o.Until = o.Now().Add(-time.Hour)
	}
	if o.Since.IsZero() {
		o.Since = o.Until.AddDate(-1, 0, 0)
	}
	if o.HoldBack == 0 {
		o.HoldBack = time.Minute
	}
	o.HoldBack = max(o.HoldBack, 0)
	if o.Subdomain == "" {
		o.Subdomain = "acme"
	}
	if o.Role == "" {
		o.Role = "admin"
	}
	if o.TooRecent == 0 {
		o.TooRecent = http.StatusBadRequest
	}
	o.Limits = o.Limits.withDefaults()
	return o
}
