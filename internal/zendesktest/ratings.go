package zendesktest

import (
	"iter"
	"math"
	"strings"
)

// ratingSource is GET /satisfaction_ratings, in the order of the ratings' last change.
var ratingSource = source{"satisfaction_ratings", walkRatings, listRating}

func walkRatings(c *call, from entry) iter.Seq[entry] {
	return c.s.ratings.behind(from)
}

func listRating(c *call, p *page, e entry) {
	t := c.s.ticket(e.row, nil)
	start, _ := c.unix("start_time", 0)
	end, _ := c.unix("end_time", math.MaxInt64)
	at := t.rated.updated
	if c.s.opts.RatingsByCreation {
		at = t.rated.created
	}
	if at < start || at > end || !scored(&t, c.query.Get("score")) {
		return
	}
	c.s.rating(&p.writer, &t)
}

// ratings answers satisfaction_ratings.
func ratings(c *call) (*page, error) {
	for _, name := range [...]string{"start_time", "end_time"} {
		if _, err := c.unix(name, 0); err != nil {
			return nil, err
		}
	}
	return ratingSource.list(c)
}

// scored applies the score filter: a score, or received, each also _with_comment or _without_comment.
func scored(t *ticket, filter string) bool {
	score, with := strings.CutSuffix(filter, "_with_comment")
	score, without := strings.CutSuffix(score, "_without_comment")
	if with && t.rated.comment == "" || without && t.rated.comment != "" {
		return false
	}
	return score == "" || score == t.rated.score || score == "received" && t.rated.score != "offered"
}

// rating writes a satisfaction rating. reason_code is documented but does not always come.
func (s *Server) rating(w *writer, t *ticket) {
	id := ratingID(t.id)
	from := w.open('{')
	w.url("satisfaction_ratings", id)
	w.int("id", id)
	w.id("assignee_id", t.rated.assignee)
	w.id("group_id", t.rated.group)
	w.id("requester_id", t.rated.requester)
	w.int("ticket_id", t.id)
	w.str("score", t.rated.score)
	w.maybe("comment", t.rated.comment != "", t.rated.comment)
	s.reason(w, t)
	if t.rated.score == "bad" {
		w.int("reason_code", 100+int64(t.seed%4))
	}
	w.time("created_at", t.rated.created)
	w.time("updated_at", t.rated.updated)
	w.close('}')
	s.finish(w, "satisfaction_ratings", id, from)
}
