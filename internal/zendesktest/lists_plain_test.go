package zendesktest

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

func TestEachFieldOfAPlainListHasAValueSomewhereAndNoOtherIsThere(t *testing.T) {
	t.Parallel()
	s := helpdesk(Options{})
	for _, l := range plainLists {
		filled, met := fieldsOf(t, s, l.Table)
		for word := range strings.FieldsSeq(l.Fields) {
			name, _, _ := strings.Cut(word, ":")
			if !filled[name] && name != l.Deleted {
				t.Errorf("%s.%s is always null", l.Table, name)
			}
			delete(met, name)
		}
		s.Update(l.Table, s.list(l.Table).rows[0].id, 7)
		if len(met) > 0 {
			t.Errorf("%s has also %v", l.Table, met)
		}
	}
}

// shelf is a list that this package was never told of.
func shelf(paging Paging, deleted string) List {
	l := List{Table: "shelves", Path: "back/shelves", Envelope: "rows", Paging: paging, Rows: 9, Deleted: deleted,
		Fields: "id:int url label depth:float full:bool kind:wood|steel group_id:groups organization_ids:organizations* " +
			"owner_id:users ticket_id:tickets opened:time notes* created_at:time updated_at:time"}
	switch paging {
	case CursorExport:
		l.Path = "incremental/rows/cursor"
	case TimeExport:
		l.Path = "incremental/rows"
	}
	switch deleted {
	case "gone":
		l.Fields += " gone:bool"
	case "gone_at":
		l.Fields += " gone_at:time"
	}
	return l
}

func TestAListThatATestDefinesIsServedInEveryPagingAndChanges(t *testing.T) {
	t.Parallel()
	for _, paging := range []Paging{Cursors, Numbers, OneAnswer, CursorExport, TimeExport} {
		for _, deleted := range []string{"", "gone", "gone_at"} {
			t.Run(fmt.Sprint(paging, " ", deleted), func(t *testing.T) {
				t.Parallel()
				c := &clock{someDay}
				s := helpdesk(Options{Now: c.read, Lists: []List{shelf(paging, deleted)}})
				l := s.list("shelves")
				wholeList(t, s, l) // and from now on Change changes it
				first, rng := truth(s, "shelves"), rand.New(rand.NewPCG(uint64(paging), 5))
				for range 6 {
					s.Change(rng, 60)
					c.now = c.now.Add(2 * time.Minute)
					wholeList(t, s, l)
				}
				var added, changed, ended int
				for r := range s.Truth("shelves") {
					before, old := first[r.Key]
					switch {
					case r.Deleted:
						ended++
					case !old:
						added++
					case before != string(r.JSON):
						changed++
					}
				}
				if added == 0 || changed == 0 || (ended == 0) != l.forgets() {
					t.Errorf("%d were added, %d changed and %d deleted", added, changed, ended)
				}
				if unknown := s.Unknown(); unknown != nil {
					t.Error(unknown)
				}
			})
		}
	}
}

func TestAListOfATestStandsForOneOfTheSameTable(t *testing.T) {
	t.Parallel()
	s := helpdesk(Options{Lists: []List{{Table: "brands", Path: "more/brands", Fields: "id:int label", Rows: 2}}})
	if status, _ := get(t, s, "brands"); status != 404 {
		t.Error(status)
	}
	if rows := walkList(t, s, "more/brands", "brands", ""); len(rows) != 2 {
		t.Error(rows)
	}
}

func TestABorderOfAnExportedListRepeatsAndTheLastMinuteIsHeldBack(t *testing.T) {
	t.Parallel()
	c := &clock{someDay}
	s := helpdesk(Options{Now: c.read, Lists: []List{shelf(TimeExport, "")}})
	s.Update("shelves", s.list("shelves").rows[0].id, 7)
	if rows := walkTime(t, s, "rows", ""); len(rows) != 8 {
		t.Errorf("%d rows, with one that changed just now", len(rows))
	}
	_, e := get(t, s, "incremental/rows?start_time=0&per_page=4")
	_, next := get(t, s, "incremental/rows?start_time="+string(e["end_time"]))
	if got := len(records(t, e, "rows")) + len(records(t, next, "rows")); got != 9 {
		t.Errorf("%d rows on two pages, one of them twice", got)
	}
}
