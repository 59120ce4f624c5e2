package zendesk

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// timeline is a helpdesk that has nothing but times: its rows can be dated as one likes, and so can its answers.
type timeline struct {
	mu sync.Mutex // held for each answer: the audits of tickets are asked for side by side

	rows   []dated
	page   int                            // rows on one
	date   func(answer int) time.Duration // how far the Date header of an answer is ahead
	ahead  time.Duration                  // the helpdesk is of this machine
	opaque bool                           // cursors have a shape of their own
	refuse bool                           // the next cursor

	answers int
}

// dated is a row, with the time that orders it and from when on it is shown.
type dated struct {
	id        int
	at, shown time.Time
}

func (l *timeline) now() time.Time { return time.Now().Add(l.ahead) }

// add adds a row that was made just now and is dated ahead.
func (l *timeline) add(ahead time.Duration) {
	now := l.now().Truncate(time.Second)
	l.rows = append(l.rows, dated{id: len(l.rows) + 1, at: now.Add(ahead), shown: now.Add(time.Minute)})
}

// shown are the rows that the helpdesk gives by now, in their order.
func (l *timeline) shown() []dated {
	rows := slices.DeleteFunc(slices.Clone(l.rows), func(r dated) bool { return r.shown.After(l.now()) })
	slices.SortStableFunc(rows, func(a, b dated) int { return a.at.Compare(b.at) })
	return rows
}

func (l *timeline) RoundTrip(r *http.Request) (*http.Response, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	status, body := http.StatusOK, any(nil)
	q := r.URL.Query()
	start, _ := strconv.ParseInt(q.Get("start_time"), 10, 64)
	cursor := q.Get("cursor") + q.Get("page[after]")
	switch path := strings.TrimPrefix(r.URL.Path, "/api/v2/"); {
	case l.refuse && cursor != "":
		l.refuse, status, body = false, http.StatusBadRequest, map[string]any{"errors": []any{map[string]string{"code": "InvalidCursor"}}}
	case strings.HasPrefix(path, "incremental/") && cursor == "" && start > l.now().Unix()-60:
		status, body = http.StatusBadRequest, map[string]any{"errors": []any{map[string]string{"code": "StartTimeTooRecent"}}}
	case strings.HasPrefix(path, "tickets/"):
		id, _ := strconv.Atoi(strings.Split(path, "/")[1])
		body = map[string]any{"audits": []any{map[string]any{"id": id, "ticket_id": id, "events": []any{}}}}
	case path == "satisfaction_ratings":
		body = l.ratings(q, start)
	case strings.HasSuffix(path, "/cursor"):
		body = l.export(strings.Split(path, "/")[1], q, start, true)
	default:
		body = l.export(strings.Split(path, "/")[1], q, start, false)
	}
	text, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	skew := time.Duration(0)
	if l.date != nil {
		skew = l.date(l.answers)
	}
	l.answers++
	header := http.Header{"Date": {l.now().Add(skew).UTC().Format(http.TimeFormat)}, "Content-Type": {"application/json"}}
	return reply(r, status, header, string(text)), nil
}

// export answers an incremental export, by cursor or by time.
func (l *timeline) export(key string, q url.Values, start int64, byCursor bool) map[string]any {
	at, id := start, 0
	if c := q.Get("cursor"); c != "" {
		at, id = l.readCursor(c)
	}
	rows := slices.DeleteFunc(l.shown(), func(r dated) bool {
		return r.at.Unix() < at || r.at.Unix() == at && r.id <= id
	})
	size, _ := strconv.Atoi(q.Get("per_page"))
	size = min(size, l.page)
	more := len(rows) > size
	rows = rows[:min(size, len(rows))]
	body := map[string]any{key: l.records(rows), "end_of_stream": !more}
	if len(rows) > 0 {
		last := rows[len(rows)-1]
		if byCursor {
			body["after_cursor"] = l.cursor(last)
		} else {
			body["end_time"] = last.at.Unix()
		}
	}
	return body
}

func (l *timeline) ratings(q url.Values, start int64) map[string]any {
	at, id := int64(0), 0
	if c := q.Get("page[after]"); c != "" {
		at, id = l.readCursor(c)
	}
	end, _ := strconv.ParseInt(cmp.Or(q.Get("end_time"), "9999999999"), 10, 64)
	rows := slices.DeleteFunc(l.shown(), func(r dated) bool {
		return r.at.Unix() < max(at, start) || r.at.Unix() == at && r.id <= id || r.at.Unix() > end
	})
	more := len(rows) > l.page
	rows = rows[:min(l.page, len(rows))]
	meta := map[string]any{"has_more": more}
	if more {
		meta["after_cursor"] = l.cursor(rows[len(rows)-1])
	}
	return map[string]any{"satisfaction_ratings": l.records(rows), "meta": meta}
}

func (l *timeline) records(rows []dated) []any {
	list := []any{}
	for _, r := range rows {
		list = append(list, map[string]any{
			"id": r.id, "generated_timestamp": r.at.Unix(), "timestamp": r.at.Unix(),
			"created_at": r.at.Add(-time.Minute).UTC().Format(time.RFC3339), "updated_at": r.at.UTC().Format(time.RFC3339), "child_events": []any{},
		})
	}
	return list
}

func (l *timeline) cursor(r dated) string {
	if l.opaque {
		return fmt.Sprintf("c%d-%d", r.at.Unix(), r.id)
	}
	return place{r.at.Unix(), int64(r.id)}.cursor()
}

func (l *timeline) readCursor(text string) (at int64, id int) {
	if p, ok := readPlace(text); ok {
		return p.at, int(p.id)
	}
	before, after, _ := strings.Cut(strings.TrimPrefix(text, "c"), "-")
	at, _ = strconv.ParseInt(before, 10, 64)
	id, _ = strconv.Atoi(after)
	return at, id
}
