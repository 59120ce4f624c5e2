package jsonscan_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"desklake/internal/jsonscan"
)

// page is the answer of a source, its keys in an order that nobody promised.
const page = ` {"count": 2, "end_of_stream" :true,"meta":{"has_more":false,"after_cursor":"a\u002fb"},
	"tickets":[{"id":1},{"id":9223372036854775807,"tags":[ ]}],"links":null,"after_cursor":null} `

func TestAPageIsWalkedInAnyOrderOfKeys(t *testing.T) {
	t.Parallel()
	var (
		ids    []int64
		cursor string
		end    bool
		more   = true
	)
	s := jsonscan.New([]byte(page))
	if !s.Object() {
		t.Fatal("the page is no object")
	}
	for s.Field() {
		switch string(s.Key().Text()) {
		case "tickets":
			if !s.Array() {
				t.Fatal("tickets is no array")
			}
			for s.Element() {
				if !s.Object() {
					t.Fatal("a ticket is no object")
				}
				for s.Field() {
					if string(s.Key().Text()) == "id" {
						id, _ := s.Value().Int()
						ids = append(ids, id)
					}
				}
			}
		case "meta":
			if !s.Object() {
				t.Fatal("meta is no object")
			}
			for s.Field() {
				switch string(s.Key().Text()) {
				case "after_cursor":
					cursor = string(s.Value().Text())
				case "has_more":
					more, _ = s.Value().Bool()
				}
			}
		case "end_of_stream":
			end, _ = s.Value().Bool()
		case "links":
			if s.Object() || s.Array() {
				t.Error("null was entered")
			}
		}
	}
	if err := s.End(); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]int64{1, 1<<63 - 1}, ids); diff != "" {
		t.Errorf("ids (-want +got):\n%s", diff)
	}
	if cursor != "a/b" || !end || more {
		t.Errorf("cursor %q, end_of_stream %v, has_more %v", cursor, end, more)
	}
}

func TestWhatIsNotJSONIsRefusedAtItsOffset(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text   string
		offset int
	}{
		{``, 0},
		{` `, 1},
		{`{`, 1},
		{`[1,]`, 3},
		{`{"a":1,}`, 7},
		{`{"a":1 "b":2}`, 7},
		{`{"a" 1}`, 5},
		{`{a:1}`, 1},
		{`{1:1}`, 1},
		{`[1 2]`, 3},
		{`[1}`, 2},
		{`{"a":1]`, 6},
		{`[[[{"a":[}]]]]`, 9},
		{`NaN`, 0},
		{`-Infinity`, 1},
		{`01`, 1},
		{`-`, 1},
		{`+1`, 0},
		{`.5`, 0},
		{`1.`, 2},
		{`1.e1`, 2},
		{`1e`, 2},
		{`1e+`, 3},
		{`0x1`, 1},
		{`nul`, 0},
		{`True`, 0},
		{`nullx`, 4},
		{`'a'`, 0},
		{`"a`, 2},
		{"\"a\nb\"", 2},
		{"\"12345678\x009012345\"", 9},
		{`"\x"`, 1},
		{`"\u12g4"`, 1},
		{`"\u123`, 1},
		{`"\`, 1},
		{`1 2`, 2},
		{`{} {}`, 3},
		{"\ufeff{}", 0},
		{"[1,\v2]", 3},
		{`[1, // one` + "\n2]", 4},
	}
	for _, test := range tests {
		var syntax *jsonscan.SyntaxError
		if err := jsonscan.Valid([]byte(test.text)); !errors.As(err, &syntax) || syntax.Offset != test.offset {
			t.Errorf("%q: got %v, want an error at byte %d", test.text, err, test.offset)
		}
		s := jsonscan.New([]byte(test.text))
		walk(s)
		if err := s.End(); !errors.As(err, &syntax) || syntax.Offset != test.offset {
			t.Errorf("%q: walked, got %v, want an error at byte %d", test.text, err, test.offset)
		}
	}
}

func TestAMistakeEndsTheWalk(t *testing.T) {
	t.Parallel()
	s := jsonscan.New([]byte(`{"tickets":[{"id":1},{"id":x},{"id":3}]}`))
	s.Object()
	s.Field()
	s.Array()
	var rows int
	for s.Element() {
		if v := s.Value(); v.Kind == jsonscan.Object {
			rows++
		}
	}
	if s.Field() || s.Object() || s.Array() || s.Value().Kind != jsonscan.None {
		t.Error("the walk goes on behind a mistake")
	}
	if rows != 1 || s.Err() == nil || s.End() == nil {
		t.Errorf("%d rows, error %v", rows, s.Err())
	}
	if text := s.Err().Error(); text != "invalid JSON at byte 27: a value was expected" {
		t.Errorf("the error reads %q", text)
	}
}

func TestReadingAValueTwiceIsAnError(t *testing.T) {
	t.Parallel()
	s := jsonscan.New([]byte(`[1]`))
	s.Value()
	if v := s.Value(); v.Kind != jsonscan.None || s.Err() == nil {
		t.Errorf("got %v, error %v", v, s.Err())
	}
}

func TestNestingOfAnyDepthIsWalked(t *testing.T) {
	t.Parallel()
	for _, depth := range []int{1, 2, 63, 64, 65, 127, 128, 129, 10_000, 1_000_000} {
		mixed := strings.Repeat(`[{"a":`, depth/2) + `[]` + strings.Repeat(`}]`, depth/2)
		s := jsonscan.New([]byte(mixed))
		if v := s.Value(); v.Kind != jsonscan.Array || int(v.Depth) != depth/2*2+1 || s.End() != nil {
			t.Errorf("depth %d: got depth %d, error %v", depth/2*2+1, v.Depth, s.Err())
		}
		crossed := strings.Repeat(`[`, depth) + strings.Repeat(`]`, depth-1) + `}`
		if jsonscan.Valid([]byte(crossed)) == nil {
			t.Errorf("depth %d: a bracket of the wrong kind was taken", depth)
		}
	}
}

func TestTextThatIsNotUTF8IsRepaired(t *testing.T) {
	t.Parallel()
	s := jsonscan.New([]byte("[\"a\xff\xfeb\", \"\xed\xa0\x80\"]"))
	v := s.Value()
	if want := `["a` + "\uFFFD" + `b", "` + "\uFFFD" + `"]`; string(v.Raw) != want || !v.Repaired() || !s.Repaired() {
		t.Errorf("got %q, repaired %v", v.Raw, v.Repaired())
	}
	if s := jsonscan.New([]byte(`"` + "\uFFFD" + `"`)); s.Repaired() || s.Value().Repaired() {
		t.Error("what is UTF-8 counts as repaired")
	}
}

func TestSinceGivesTheTextBehindAnOffset(t *testing.T) {
	t.Parallel()
	s := jsonscan.New([]byte(`[ {"id" : 1 } , 2]`))
	s.Array()
	s.Element()
	begin := s.Offset()
	s.Object()
	for s.Field() {
	}
	if got := string(s.Since(begin)); got != `{"id" : 1 }` {
		t.Errorf("got %q", got)
	}
}
