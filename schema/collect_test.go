package schema_test

import (
	"fmt"
	"testing"

	"desklake/schema"
)

func TestWhatIsMoreThanCanBeListedIsCounted(t *testing.T) {
	t.Parallel()
	var s schema.Issues
	const flushes, fields = 10, 700
	for i := range flushes {
		for j := range fields {
			s.Add(schema.Issue{Table: "tickets", Column: fmt.Sprint(i, " ", j), Reason: "odd", Count: 3})
		}
		s.Add(schema.Issue{Table: "tickets", Column: "0 1", Reason: "odd", Count: 3}, schema.Issue{Table: "users", Reason: "refused"},
			schema.Issue{Table: "tickets", Reason: schema.MoreIssues, Count: 5})
	}
	all := s.All()
	if len(all) != schema.MaxIssues+2 {
		t.Fatalf("%d issues", len(all))
	}
	total, more := int64(0), int64(0)
	for _, i := range all {
		total += i.Count
		if i.ID() == schema.More("tickets") {
			more = i.Count
		}
	}
	if want := int64(flushes * (3*fields + 3 + 1 + 5)); total != want {
		t.Errorf("%d counted, want %d", total, want)
	}
	if want := int64(3*(flushes*fields-schema.MaxIssues) + 5*flushes); more != want {
		t.Errorf("%d not listed, want %d", more, want)
	}
	if all[1].Column != "0 1" || all[1].Count != 3*(flushes+1) {
		t.Errorf("%+v", all[1])
	}
}
