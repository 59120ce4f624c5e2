package zendesktest

import (
	"encoding/json"
	"testing"
)

func TestSetFieldReplacesAtTheTopOnlyAndAddsWhatIsNew(t *testing.T) {
	t.Parallel()
	for _, c := range [...]struct{ object, field, raw, want string }{
		{`{"a":1,"b":2}`, "a", `null`, `{"a":null,"b":2}`},
		{`{"a":1,"b":2}`, "b", `"x"`, `{"a":1,"b":"x"}`},
		{`{}`, "new", `[1]`, `{"new":[1]}`},
		{`{"a":{"b":1},"b":[{"b":2}]}`, "b", `0`, `{"a":{"b":1},"b":0}`},
		{`{"a":"b","c":"\"b\":1"}`, "b", `2`, `{"a":"b","c":"\"b\":1","b":2}`},
		{`{"a":"},{","b":{"c":"]"}}`, "b", `1`, `{"a":"},{","b":1}`},
	} {
		if got := string(setField([]byte(c.object), c.field, c.raw)); got != c.want {
			t.Errorf("%s in %s: %s, want %s", c.field, c.object, got, c.want)
		}
	}
}

func TestSetFieldLeavesTheOtherFieldsOfRealRecordsAlone(t *testing.T) {
	t.Parallel()
	s := helpdesk(Options{Tickets: 20})
	for r := range s.Truth("tickets") {
		var before, after map[string]json.RawMessage
		if err := json.Unmarshal(r.JSON, &before); err != nil {
			t.Fatal(err)
		}
		for name := range before {
			if err := json.Unmarshal(setField(r.JSON, name, `"set"`), &after); err != nil {
				t.Fatal(err)
			}
			for other, raw := range before {
				if want := string(raw); other != name && string(after[other]) != want {
					t.Fatalf("setting %s changed %s: %s", name, other, after[other])
				}
			}
			if string(after[name]) != `"set"` {
				t.Fatal(name, string(after[name]))
			}
		}
	}
}
