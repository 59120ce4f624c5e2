package web

import (
	"encoding/json"
	"net/http"
	"time"

	"desklake/internal/health"
	"desklake/internal/visible"
)

// Status is what /api/status.json answers, and all that the page shows. Times are RFC 3339 in UTC and null where there is
// none.
type Status struct {
	Now     time.Time  `json:"now"`
	Version string     `json:"version"` // of desklake
	Source  string     `json:"source"`  // the account; of several sources, their names
	Sink    string     `json:"sink"`
	Ready   bool       `json:"ready"`
	Problem string     `json:"problem"` // why it is not ready
	ReadAt  *time.Time `json:"read_at"` // when the sink was read; what was written since then is not in here

	Tables []TableStatus `json:"tables"`
	Jobs   []JobStatus   `json:"jobs"`
	Run    *RunStatus    `json:"run"`  // the one under way
	Runs   []PastRun     `json:"runs"` // of the last 30 days, at most 100, the latest first
	Issues IssuesStatus  `json:"issues"`
	Quotas []QuotaStatus `json:"quotas"` // as the source's last answers told
}

// TableStatus is one table.
type TableStatus struct {
	Source     string       `json:"source,omitempty"` // by its name, where there are several
	Table      string       `json:"table"`
	State      health.State `json:"state"`
	Error      string       `json:"error"`       // why it failed or is not available
	FreshAt    *time.Time   `json:"fresh_at"`    // when it was last read to its end
	AgeSeconds *float64     `json:"age_seconds"` // since then
	LateAt     *time.Time   `json:"late_at"`     // from when on it is stale
	Rows       int64        `json:"rows"`        // live ones
	Deleted    int64        `json:"deleted"`     // gone at the source
	Stream     string       `json:"stream"`
	Cursor     string       `json:"cursor"`      // where the stream continues; empty for one that is read whole each time
	UpTo       *time.Time   `json:"up_to"`       // the latest change among the rows
	LagSeconds *float64     `json:"lag_seconds"` // since that
	Jobs       []string     `json:"jobs"`
}

// Key tells it from all others: its name, behind that of its source where there are several.
func (t TableStatus) Key() string { return of(t.Source, t.Table) }

// JobStatus is one job.
type JobStatus struct {
	Job          string     `json:"job"`
	Cron         string     `json:"cron"`
	Timezone     string     `json:"timezone"`
	Tables       int        `json:"tables"`
	Next         *time.Time `json:"next"`
	RunningSince *time.Time `json:"running_since"`
	Waiting      bool       `json:"waiting"` // it is due, and another run has the sink
	LastEnded    *time.Time `json:"last_ended"`
	LastStatus   string     `json:"last_status"` // empty if it never ran
	LastError    string     `json:"last_error"`
}

// RunStatus is the run that is under way.
type RunStatus struct {
	Source  string         `json:"source,omitempty"`
	Job     string         `json:"job"`
	Started time.Time      `json:"started"`
	Rows    int64          `json:"rows"`
	Streams []StreamStatus `json:"streams"`
}

// StreamStatus is how far a stream of it has come.
type StreamStatus struct {
	Stream       string     `json:"stream"`
	State        string     `json:"state"` // queued, reading, waiting, done, failed, not available or stopped
	Error        string     `json:"error"`
	Rows         int64      `json:"rows"`
	Requests     int        `json:"requests"`
	UpTo         *time.Time `json:"up_to"`       // the latest change that was read
	WaitingFor   string     `json:"waiting_for"` // empty unless it waits
	WaitingUntil *time.Time `json:"waiting_until"`
}

// PastRun is a run that began within the last 30 days.
type PastRun struct {
	Source        string     `json:"source,omitempty"`
	Run           string     `json:"run"`
	Started       time.Time  `json:"started"`
	Finished      *time.Time `json:"finished"` // null while it is under way, and for ever if it was killed
	Status        string     `json:"status"`   // running, done, partial, failed, interrupted or killed
	Trigger       string     `json:"trigger"`  // cli, schedule, api or a backfill with its window
	Error         string     `json:"error"`
	Read          int64      `json:"read"`
	Inserted      int64      `json:"inserted"`
	Updated       int64      `json:"updated"`
	Deleted       int64      `json:"deleted"`
	Requests      int64      `json:"requests"`
	Retries       int64      `json:"retries"`
	SecondsWaited float64    `json:"seconds_waited"`
	Failed        []string   `json:"failed"` // the tables that were not read to their end
}

// IssuesStatus is what did not fit. Keys and values are in the sink only: they are the customers' data.
type IssuesStatus struct {
	Count  int64         `json:"count"`  // rows in desklake.issues
	Latest []IssueStatus `json:"latest"` // at most 20
}

// IssueStatus is one of them.
type IssueStatus struct {
	Source    string    `json:"source,omitempty"`
	Table     string    `json:"table"`
	Column    string    `json:"column"`
	Reason    string    `json:"reason"`
	Count     int64     `json:"count"`
	FirstSeen time.Time `json:"first_seen"`
	LastSeen  time.Time `json:"last_seen"`
	Run       string    `json:"run"`
}

// QuotaStatus is one of the source's limits.
type QuotaStatus struct {
	Source string    `json:"source,omitempty"`
	Quota  string    `json:"quota"`
	Limit  int       `json:"limit"` // requests a minute
	Left   int       `json:"left"`  // of them; all, once it was reset
	Resets time.Time `json:"resets"`
}

func (s *server) statusJSON(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	e := json.NewEncoder(visible.NewWriter(w))
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	service := s.Service()
	_ = e.Encode(newStatus(s.Version, service, look(service), time.Now())) // whoever asked may have left
}
