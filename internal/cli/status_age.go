package cli

import (
	"fmt"
	"strings"
	"time"

	"desklake/internal/words"
	"desklake/sink"
)

// stale is the error of tables that are older than they may be.
type stale struct {
	tables []string // each with its age
	maxAge time.Duration
}

func (e *stale) Error() string {
	return fmt.Sprintf("not read to the end within %s: %s", words.Span(e.maxAge), strings.Join(e.tables, ", "))
}

// Hint says where to look.
func (*stale) Hint() string { return "`desklake runs` shows what became of the last runs" }

// add adds the tables of a source that are too old.
func (e *stale) add(source string, overdue []sink.TableReport, now time.Time) {
	for _, t := range overdue {
		name := t.Name
		if source != "" {
			name = source + "." + name
		}
		e.tables = append(e.tables, fmt.Sprintf("%s (%s)", name, words.Ago(orNull(t.FreshAt), now)))
	}
}
