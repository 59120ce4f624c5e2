package zendesk

import (
	"fmt"
	"net/url"

	"desklake/schema"
)

// stream is one walk along one endpoint, as data. It stands with the table that it fills.
type stream struct {
	name     string // the table's, unless set
	endpoint string
	query    map[string]string // of every request
	sideload map[string]string // values of include, each with the table that wants it
	key      string            // of the rows in the envelope
	count    string            // endpoint that tells how many rows there are of all; empty without one. Above 100,000 Zendesk counts once a day
	paging   *paging           // how its pages follow each other: cursorExport, timeExport, list, numberedList, ratings or ticketAudits
	time     string            // the rows' field whose latest value is the high-water mark
	each     bool              // reading on needs each row's id and times
	audits   bool              // its rows are audits
	whole    string            // endpoint of a list of the same rows, for a second that holds more than a page of the export can
	fills    []string          // the tables that it fills, the one that it stands with unless set
	needs    string            // what makes the stream readable, for accounts and roles that can't
	optional bool              // accounts can lack it by their plan: a refusal means that, until it could be read once

	tables []*schema.Table
}

// commentEvents is what to include, so that comments come with their text.
const commentEvents = "comment_events"

const (
	needsAdmin = "Zendesk's exports are for admins only"
	needsAgent = "reading it needs an agent who may see it, best an admin"
)

// streams are the streams of all tables, in the order of the catalog.
var streams = allStreams()

// allStreams fills in what the literals leave to be understood.
func allStreams() (all []*stream) {
	byName := map[string]*schema.Table{}
	for _, t := range catalog {
		byName[t.Name] = t.Table
	}
	for _, t := range catalog {
		for _, st := range t.streams {
			if st.name == "" {
				st.name = t.Name
			}
			if st.fills == nil {
				st.fills = []string{t.Name}
			}
			for _, name := range st.fills {
				st.tables = append(st.tables, byName[name])
			}
			all = append(all, st)
		}
	}
	return all
}

// stream returns the stream of that name.
func (s *Source) stream(name string) (*stream, error) {
	for _, st := range streams {
		if st.name == name {
			return st, nil
		}
	}
	return nil, fmt.Errorf("there is no stream %q", name)
}

// scanner reads the envelopes of the stream's pages.
func (st *stream) scanner() scanner {
	sc := scanner{key: st.key, id: "id", time: st.time, each: st.each || st.paging.pass, counted: st.paging == timeExport, audits: st.audits}
	if len(st.tables) > 0 {
		key := st.tables[0].Columns[0]
		sc.id, sc.named = key.Name, key.Type == schema.Text
	}
	return sc
}

// values is the query that every request has which fills the tables.
func (st *stream) values(tables []*schema.Table) url.Values {
	q := url.Values{}
	for name, value := range st.query {
		q.Set(name, value)
	}
	for include, wants := range st.sideload {
		for _, t := range tables {
			if t.Name == wants {
				q.Set("include", include)
			}
		}
	}
	return q
}
