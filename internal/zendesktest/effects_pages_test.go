package zendesktest

import (
	"encoding/json"
	"net/url"
	"testing"
)

// The three styles of paging with cursors: where a walk begins, and how it goes on from a page.
var styles = map[string]struct {
	key, first string
	next       func(envelope) string // empty at the end
}{
	"cursor export": {"tickets", "incremental/tickets/cursor?support_type_scope=all&per_page=4&start_time=0", func(e envelope) string {
		if e.flag("end_of_stream") {
			return ""
		}
		return "incremental/tickets/cursor?support_type_scope=all&per_page=4&cursor=" + url.QueryEscape(e.text("after_cursor"))
	}},
	"time export": {"organizations", "incremental/organizations?per_page=4&start_time=0", func(e envelope) string {
		if e.flag("end_of_stream") {
			return ""
		}
		return "incremental/organizations?per_page=4&start_time=" + string(e["end_time"])
	}},
	"list": {"macros", "macros?page[size]=4", func(e envelope) string {
		var meta struct {
			HasMore bool   `json:"has_more"`
			After   string `json:"after_cursor"`
		}
		_ = json.Unmarshal(e["meta"], &meta)
		if !meta.HasMore {
			return ""
		}
		return "macros?page[size]=4&page[after]=" + url.QueryEscape(meta.After)
	}},
}

// steps walks at most n pages and returns the paths it asked for and the ids on each page.
func steps(t *testing.T, s *Server, style string, n int) (paths []string, ids [][]string) {
	t.Helper()
	x := styles[style]
	for path := x.first; path != "" && len(paths) < n; {
		_, e := get(t, s, path)
		var page []string
		for _, raw := range records(t, e, x.key) {
			page = append(page, idOf(raw))
		}
		paths, ids = append(paths, path), append(ids, page)
		path = x.next(e)
	}
	return paths, ids
}

func distinct(pages [][]string) int {
	seen := map[string]bool{}
	for _, page := range pages {
		for _, id := range page {
			seen[id] = true
		}
	}
	return len(seen)
}

func TestAStuckCursorLeadsBackToItself(t *testing.T) {
	t.Parallel()
	for style := range styles {
		s := helpdesk(Options{Tickets: 30, Organizations: 30, Macros: 30})
		s.Inject(Fault{Do: CursorStuck()})
		if paths, _ := steps(t, s, style, 6); len(paths) != 6 || paths[4] != paths[5] {
			t.Error(style, paths)
		}
	}
}

func TestAnEndlessStreamGoesOnBehindItsEnd(t *testing.T) {
	t.Parallel()
	for style := range styles {
		s := helpdesk(Options{Tickets: 10, Organizations: 10, Macros: 10})
		whole, ids := steps(t, s, style, 100)
		s.Inject(Fault{Do: EndlessStream()})
		paths, more := steps(t, s, style, len(whole)+5)
		if len(paths) != len(whole)+5 || distinct(more) != distinct(ids) {
			t.Error(style, len(whole), len(paths), more)
		}
	}
}

func TestAnEmptyPageThatIsNotTheLastLosesNothing(t *testing.T) {
	t.Parallel()
	for style := range styles {
		s := helpdesk(Options{Tickets: 30, Organizations: 30, Macros: 30})
		before, ids := steps(t, s, style, 100)
		s.Inject(Fault{After: 2, Times: 2, Do: EmptyPageNotLast()})
		paths, more := steps(t, s, style, 100)
		if len(paths) != len(before)+2 || len(more[2]) != 0 || len(more[3]) != 0 || distinct(more) != distinct(ids) {
			t.Error(style, len(before), more)
		}
		if style != "time export" && (paths[2] == paths[3] || paths[3] == paths[4]) {
			t.Error(style, "the cursor did not move", paths)
		}
	}
}

func TestADuplicateRowIsOnBothSidesOfABorder(t *testing.T) {
	t.Parallel()
	for style := range styles {
		s := helpdesk(Options{Tickets: 30, Organizations: 30, Macros: 30})
		s.Inject(Fault{Do: DuplicateRow()})
		_, ids := steps(t, s, style, 3)
		if last := ids[0]; len(ids) != 3 || ids[1][0] != last[len(last)-1] || len(ids[1]) != 5 {
			t.Error(style, ids)
		}
	}
}

func TestARefusedCursorIsRefusedOnlyWhereThereIsOne(t *testing.T) {
	t.Parallel()
	s := helpdesk(Options{Tickets: 30})
	s.Inject(Fault{Do: InvalidCursor()})
	x := styles["cursor export"]
	status, e := get(t, s, x.first)
	if status != 200 {
		t.Fatal(status)
	}
	if status, e := get(t, s, x.next(e)); status != 400 || e["errors"] == nil {
		t.Error(status, e)
	}
}
