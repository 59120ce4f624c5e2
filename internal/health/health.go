// Package health says what fresh, stale and failed mean. There is no other definition: the status command and its --max-age,
// the status page, the metrics, notifications and the heartbeat ask here.
//
// Fresh is a table whose stream was read to its end, and nothing else: not one to which rows came, nor one that was refused. A
// run is a success when every one of its streams was, which is what pipeline.Run says; the exit code follows from the
// same errors.
package health

import (
	"slices"
	"time"

	"desklake/sink"
)

// State is how a table stands.
type State string

// The states, the worst first.
const (
	Failed      State = "failed"      // the last run did not read it to its end, or may no longer read it
	Stale       State = "stale"       // it is late
	Never       State = "never"       // it was never read to its end
	Unavailable State = "unavailable" // the account does not have it, and never did
	Fresh       State = "fresh"

	Unconfigured State = "unconfigured" // the configuration does not have it: its rows stay, and nothing is due
)

// States are all of them.
var States = []State{Failed, Stale, Never, Unavailable, Fresh, Unconfigured}

// ahead is by how much this machine's clock may have been set back since a reading.
const ahead = 5 * time.Minute

// ToCome reports that a time that was stored is still to come: it is of a clock that was wrong, and says nothing.
func ToCome(at, now time.Time) bool { return at.After(now.Add(ahead)) }

// FreshAt is when a table was last read to its end; zero if never, or where that is still to come.
func FreshAt(t sink.TableReport, now time.Time) time.Time {
	if ToCome(t.FreshAt, now) {
		return time.Time{}
	}
	return t.FreshAt
}

// Of is how a table stands that is late from late on, where the wanted tables are those of the configuration.
func Of(t sink.TableReport, wanted []string, late, now time.Time) State {
	switch {
	case !slices.Contains(wanted, t.Name):
		return Unconfigured
	case unavailable(t):
		return Unavailable
	case t.Outcome == sink.Broken, t.Outcome == sink.Unavailable, // which it was not before
		t.Outcome == "" && (t.LastStatus == sink.Failed || t.LastStatus == sink.Killed):
		return Failed
	case FreshAt(t, now).IsZero():
		return Never
	case now.After(late):
		return Stale
	}
	return Fresh
}

func unavailable(t sink.TableReport) bool { return t.Outcome == sink.Unavailable && t.FreshAt.IsZero() }

// Overdue returns those of the wanted tables that were not read to their end for longer than age, or never. A table that the
// account does not have is none of them.
func Overdue(r sink.Report, wanted []string, age time.Duration, now time.Time) (overdue []sink.TableReport) {
	for _, t := range r.Tables {
		if t.FreshAt = FreshAt(t, now); slices.Contains(wanted, t.Name) && !unavailable(t) && now.Sub(t.FreshAt) > age {
			overdue = append(overdue, t)
		}
	}
	for _, name := range wanted {
		if !slices.ContainsFunc(r.Tables, func(t sink.TableReport) bool { return t.Name == name }) {
			overdue = append(overdue, sink.TableReport{Name: name})
		}
	}
	return overdue
}

// Succeeded reports that a run is a success: a heartbeat may be sent.
func Succeeded(r sink.Run) bool { return r.Status == sink.Done }

// Broke reports that the last run that came to a table ended without having read it to its end, and not because somebody
// stopped it.
func Broke(l sink.LoadReport) bool { return l.Outcome == sink.Broken }
