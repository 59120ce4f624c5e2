package cli

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"desklake/internal/setup"
	"desklake/internal/words"
	"desklake/sink"
)

// tellUnnamed tells which sources have rows in the sink that no configuration names any more: nothing reads them, and nothing else
// would say so. It is a remark, and no failure: a sink that can't be asked has told so already.
func (a *app) tellUnnamed(conf *setup.Setup) {
	held, err := conf.Destination().Sources(a.ctx)
	if err != nil {
		return
	}
	for _, r := range held {
		if slices.ContainsFunc(conf.EverySource(), func(s *setup.Source) bool { return s.Name == r.Name }) {
			continue
		}
		advice := unnamedAdvice(r)
		if a.json {
			a.logger.Warn("the sink holds a source that the configuration does not name", "held", r.Name, "account", r.Account, "tables", r.Tables, "loaded_at", r.LoadedAt, "hint", advice)
			continue
		}
		fmt.Fprintf(a.stderr, "%s\n  %s\n", unnamed(r, time.Now()), advice)
	}
}

// unnamed says what is there of a source.
func unnamed(r sink.SourceReport, now time.Time) string {
	name := "the source " + r.Name
	if r.Name == "" {
		name = "a source without a name"
	}
	return fmt.Sprintf("the sink holds %s (%s: %s, loaded %s), which the configuration does not name: nothing reads it any more",
		name, cmp.Or(r.Account, "of an account that is not known"), strings.Join(r.Tables, ", "), words.Ago(orNull(r.LoadedAt), now))
}

// unnamedAdvice says what to do about it.
func unnamedAdvice(r sink.SourceReport) string {
	again := "Name it again under sources"
	if r.Name == "" {
		again = "Configure it again as source"
	}
	return fmt.Sprintf("%s; or, if its rows may go: %s.", again, r.Removal)
}
