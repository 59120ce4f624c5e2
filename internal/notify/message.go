package notify

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"desklake/internal/words"
	"desklake/sink"
)

// message is what a webhook of the format json gets.
type message struct {
	Event   string    `json:"event"`            // failure, recovery or staleness
	Text    string    `json:"text"`             // the whole of it in one sentence
	Sink    string    `json:"sink"`             // the destination
	Source  string    `json:"source,omitempty"` // by its name, where there are several
	Tables  []string  `json:"tables"`           // that it is about; empty where it is about the whole run
	Run     *runFacts `json:"run"`              // null where there is none
	At      time.Time `json:"at"`               // UTC
	Version string    `json:"version"`
}

// runFacts are a run's, as desklake.runs has them.
type runFacts struct {
	ID       string    `json:"id"`
	Status   string    `json:"status"`
	Trigger  string    `json:"trigger"`
	Started  time.Time `json:"started"`
	Finished time.Time `json:"finished"`
	Error    string    `json:"error"` // empty unless it failed
}

func (n *Notifier) message(event string, tables []string, run *sink.Run, text string) message {
	m := message{Event: event, Text: n.about() + ": " + text, Sink: n.Sink, Source: n.Source, Tables: slices.Clone(tables), At: time.Now().UTC().Truncate(time.Second), Version: n.Version}
	if m.Tables == nil {
		m.Tables = []string{}
	}
	if run != nil {
		m.Run = &runFacts{run.ID, string(run.Status), run.Trigger, run.Started, run.Finished, run.Error}
	}
	return m
}

// about is what a message is about.
func (n *Notifier) about() string {
	if n.Source == "" {
		return n.Sink
	}
	return n.Source + " in " + n.Sink
}

func (n *Notifier) failure(wrong trouble, run *sink.Run) message {
	tables := wrong.tables()
	if len(tables) == 0 {
		return n.message(Failure, tables, run, "the run failed: "+wrong[wholeRun])
	}
	return n.message(Failure, tables, run, fmt.Sprintf("%s could not be read to the end: %s", words.List(tables), wrong[tables[0]]))
}

func (n *Notifier) recovery(ended []string, run sink.Run) message {
	tables := slices.DeleteFunc(slices.Sorted(slices.Values(ended)), func(key string) bool { return key == wholeRun })
	text := "runs succeed again"
	if len(tables) > 0 {
		text = words.List(tables) + " could be read to the end again"
	}
	return n.message(Recovery, tables, &run, text)
}

func (n *Notifier) staleness(stale []sink.TableReport, now time.Time) message {
	var tables, ages []string
	for _, t := range stale {
		age := "never"
		if !t.FreshAt.IsZero() {
			age = fmt.Sprintf("%s ago", now.Sub(t.FreshAt).Truncate(time.Minute))
		}
		tables, ages = append(tables, t.Name), append(ages, t.Name+" "+strings.Replace(age, "m0s", "m", 1))
	}
	return n.message(Staleness, tables, nil, "last read to the end: "+strings.Join(ages, ", "))
}

// body is the message in a format.
func (m message) body(format string) ([]byte, error) {
	if format == Slack {
		return encode(map[string]string{"text": emoji[m.Event] + " *desklake " + m.Event + "*\n" + forSlack.Replace(m.Text)})
	}
	return encode(m)
}

func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return b.Bytes(), err
}

var emoji = map[string]string{Failure: ":red_circle:", Recovery: ":large_green_circle:", Staleness: ":hourglass:"}

// forSlack escapes what Slack takes for its own marks.
// https://docs.slack.dev/messaging/formatting-message-text/#escaping
var forSlack = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
