package zendesktest

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestWrongParametersAreRefusedAsDocumented(t *testing.T) {
	t.Parallel()
	s := helpdesk(Options{})
	for path, want := range map[string]string{
		"incremental/tickets/cursor":                             "400 start_time is missing",
		"incremental/tickets/cursor?start_time=yesterday":        "422 InvalidValue",
		"incremental/tickets/cursor?start_time=0&per_page=1001":  "400 InvalidPaginationParameter",
		"incremental/tickets/cursor?cursor=nonsense":             "400 InvalidCursor",
		"groups?page[size]=101":                                  "400 InvalidPaginationParameter",
		"groups?page[size]=0":                                    "400 InvalidPaginationParameter",
		"groups?page[size]=10&page=2":                            "400 InvalidPaginationParameter",
		"groups?page[size]=10&page[after]=nonsense":              "400 InvalidPaginationParameter",
		"users?page=101":                                         "400 InvalidPaginationDepth",
		"satisfaction_ratings?page[size]=10&start_time=tomorrow": "422 InvalidValue",
		"tickets/999999/audits":                                  "404 RecordNotFound",
		"tickets/999999":                                         "404 RecordNotFound",
	} {
		o := ask(s.Client(), "https://x/api/v2/"+path)
		if status, text, _ := strings.Cut(want, " "); fmt.Sprint(o.status) != status || !strings.Contains(string(o.body), text) {
			t.Errorf("%s: %d %s", path, o.status, o.body)
		}
	}
}

func TestListsWithoutPageSizeAreOfTheOffsetStyle(t *testing.T) {
	t.Parallel()
	s := helpdesk(Options{Macros: 250})
	_, e := get(t, s, "macros.json")
	if len(records(t, e, "macros")) != 100 || string(e["count"]) != "250" || !strings.Contains(e.text("next_page"), "page=2") || e["meta"] != nil {
		t.Error(string(e["count"]), string(e["next_page"]))
	}
	_, e = get(t, s, "macros.json?page=3")
	if len(records(t, e, "macros")) != 50 || string(e["next_page"]) != "null" || !strings.Contains(e.text("previous_page"), "page=2") {
		t.Error(string(e["next_page"]))
	}
	_, e = get(t, s, "ticket_fields") // no paging asked for: all at once
	if got := len(records(t, e, "ticket_fields")); got != len(truth(s, "ticket_fields")) {
		t.Error(got)
	}
	_, e = get(t, s, "ticket_forms?page[size]=1") // knows no cursors
	if len(records(t, e, "ticket_forms")) != 3 || e["meta"] != nil {
		t.Error(e)
	}
}

func TestDeletedGroupsAreHiddenUnlessAskedFor(t *testing.T) {
	t.Parallel()
	s := helpdesk(Options{Groups: 4})
	s.Delete("groups", s.groupID(2))
	if got := len(walkList(t, s, "groups", "groups", "")); got != 3 {
		t.Error(got)
	}
	if got := len(walkList(t, s, "groups", "groups", "&exclude_deleted=false")); got != 5 {
		t.Error(got)
	}
	s.Restore("groups", s.groupID(2))
	if got := len(walkList(t, s, "groups", "groups", "")); got != 4 {
		t.Error(got)
	}
}

func TestRemovedRowsVanishAndComeBack(t *testing.T) {
	t.Parallel()
	s := helpdesk(Options{})
	for _, l := range s.lists {
		if l.Deleted != "" || l.forgets() {
			continue
		}
		before, row := len(living(s, l.Table)), l.rows[1].id
		for _, gone := range []int{1, 0} {
			if gone == 1 {
				s.Delete(l.Table, row)
			} else {
				s.Restore(l.Table, row)
			}
			wholeList(t, s, l)
			if got := len(living(s, l.Table)); got != before-gone {
				t.Error(l.Table, got, before)
			}
		}
	}
}

func TestDeletedTicketsHaveNoAuditsUntilTheyAreRestored(t *testing.T) {
	t.Parallel()
	c := &clock{someDay}
	s := helpdesk(Options{Tickets: 30, Now: c.read})
	id := s.Add("tickets")
	path := fmt.Sprintf("tickets/%d/", id)
	s.Delete("tickets", id)
	for _, child := range []string{"audits", "comments", "audits/count"} {
		if status, _ := get(t, s, path+child); status != 404 {
			t.Error(child, status)
		}
	}
	c.now = c.now.Add(time.Hour)
	raw := walkCursor(t, s, "tickets", "&support_type_scope=all&include=metric_sets")[fmt.Sprint(id)]
	if !strings.Contains(raw, `"status":"deleted"`) || !strings.Contains(raw, `"metric_set":null`) {
		t.Error(raw)
	}
	s.Restore("tickets", id)
	if got := walkList(t, s, path+"audits", "audits", ""); len(got) != 3 {
		t.Error(len(got))
	}
}

func TestACommentMadePrivateIsPrivateInPlace(t *testing.T) {
	t.Parallel()
	s := helpdesk(Options{Tickets: 3})
	id := s.CreateTicket(Update{Comment: "my password is \"1234\" <&>"})
	comment := auditID(id, 0) + 1
	public := func() string {
		_, e := get(t, s, fmt.Sprintf("tickets/%d/comments?page[size]=100", id))
		var c struct {
			ID     int64
			Public bool
			Body   string
		}
		if err := json.Unmarshal(records(t, e, "comments")[0], &c); err != nil || c.ID != comment {
			t.Fatal(err, c.ID, comment)
		}
		return fmt.Sprint(c.Public, c.Body)
	}
	if got := public(); got != `truemy password is "1234" <&>` && got != `true my password is "1234" <&>` {
		t.Error(got)
	}
	s.MakePrivate(id, comment)
	if got := public(); !strings.HasPrefix(got, "false") {
		t.Error(got)
	}
	_, e := get(t, s, fmt.Sprintf("tickets/%d/audits?page[size]=100", id))
	if audits := records(t, e, "audits"); len(audits) != 2 || !strings.Contains(string(audits[1]), `"type":"CommentPrivacyChange"`) {
		t.Error(string(audits[len(audits)-1]))
	}
}

func TestRatingsAreFilteredByTheirLastChangeOrTheirCreation(t *testing.T) {
	t.Parallel()
	for _, byCreation := range []bool{false, true} {
		c := &clock{someDay}
		s := helpdesk(Options{Tickets: 300, Now: c.read, RatingsByCreation: byCreation})
		old := 0
		for r := range s.Truth("satisfaction_ratings") {
			var rating struct {
				TicketID int64 `json:"ticket_id"`
			}
			if err := json.Unmarshal(r.JSON, &rating); err != nil {
				t.Fatal(err)
			}
			old = int(rating.TicketID)
			break
		}
		s.RateTicket(int64(old), "bad", "on second thought")
		since := fmt.Sprintf("&start_time=%d", someDay.Unix())
		want := 1
		if byCreation {
			want = 0
		}
		if got := walkList(t, s, "satisfaction_ratings", "satisfaction_ratings", since); len(got) != want {
			t.Error(byCreation, got)
		}
		for _, raw := range walkList(t, s, "satisfaction_ratings", "satisfaction_ratings", "&score=bad_with_comment") {
			if !strings.Contains(raw, `"score":"bad"`) || strings.Contains(raw, `"comment":null`) {
				t.Error(raw)
			}
		}
	}
}

func TestNoRecordOfAListIsFromTheFuture(t *testing.T) {
	t.Parallel()
	s := helpdesk(Options{Since: someDay.AddDate(0, 0, -3), Until: someDay.Add(-time.Hour)})
	for _, l := range s.lists {
		table := l.Table
		s.Add(table)
		for key, raw := range truth(s, table) {
			var record struct {
				UpdatedAt time.Time `json:"updated_at"`
			}
			if err := json.Unmarshal([]byte(raw), &record); err != nil || record.UpdatedAt.After(someDay) {
				t.Errorf("%s %s was changed at %v (%v)", table, key, record.UpdatedAt, err)
			}
		}
	}
}
