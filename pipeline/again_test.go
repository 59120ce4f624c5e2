package pipeline_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"desklake/extract"
	"desklake/pipeline"
)

// readings yields one page of ids at each reading; the last of them again and again.
func readings(asked *int, ids ...[]int) func(context.Context, extract.Position, func(extract.Page, error) bool) {
	return func(_ context.Context, _ extract.Position, yield func(extract.Page, error) bool) {
		now := ids[min(*asked, len(ids)-1)]
		*asked++
		if now == nil {
			yield(extract.Page{}, errors.New("cut off"))
			return
		}
		yield(page(1, now...), nil)
	}
}

// upTo are the ids from one on.
func upTo(n int) (ids []int) {
	for i := range n {
		ids = append(ids, i+1)
	}
	return ids
}

// A reading that was cut short says nothing of the rows that the other one missed.
func TestASecondReadingThatWasCutShortConfirmsNothing(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		readings [][]int
		accept   bool
		marked   int64
	}{
		"the second is empty":                     {readings: [][]int{upTo(25), {}}},
		"the second has three":                    {readings: [][]int{upTo(25), upTo(3)}},
		"the second lacks six more":               {readings: [][]int{upTo(25), upTo(19)}},
		"the second lacks five more":              {readings: [][]int{upTo(25), upTo(20)}, marked: 5},
		"the first is empty":                      {readings: [][]int{{}, upTo(25)}},
		"the first has three":                     {readings: [][]int{upTo(3), upTo(25)}},
		"they are the same":                       {readings: [][]int{upTo(25)}, marked: 5},
		"rows came twice in the second":           {readings: [][]int{upTo(25), append(upTo(3), upTo(25)...)}, marked: 5},
		"a short one says each of its rows often": {readings: [][]int{upTo(25), append(append(upTo(3), upTo(3)...), upTo(19)...)}},
		"the second is empty, and it is accepted": {readings: [][]int{upTo(25), {}}, accept: true, marked: 5},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				dst, asked := &kept{live: 30}, 0
				result := run(t, dst, pipeline.Job{AcceptDeletes: test.accept}, script{Pass: true, Pages: readings(&asked, test.readings...)})
				var doubted *pipeline.Doubted
				if errors.As(result.Streams[0].Err, &doubted) != (test.marked == 0) || dst.marked != test.marked || asked != 2 {
					t.Errorf("error: %v; read %d times, %d rows were marked", result.Streams[0].Err, asked, dst.marked)
				}
				if test.marked == 0 && len(dst.issues()) == 0 {
					t.Error("nothing is told of it")
				}
			})
		})
	}
}

func TestRowsAreGoneThatTwoReadingsMissed(t *testing.T) {
	t.Parallel()
	all := []int{1, 2, 3, 4, 5, 6, 7, 8}
	for name, test := range map[string]struct {
		readings [][]int
		asked    int
		marked   int64
		fails    bool
	}{
		"nothing is missing":                    {[][]int{all}, 1, 0, false},
		"and there is more":                     {[][]int{{1, 2, 3, 4, 5, 6, 7, 8, 9}}, 1, 0, false},
		"one is missing, and the second has it": {[][]int{all[1:], all}, 2, 0, false},
		"each is met by one of the two":         {[][]int{all[1:], all[:7]}, 2, 0, false},
		"one is gone":                           {[][]int{all[1:]}, 2, 1, false},
		"the second misses two":                 {[][]int{all[1:], all[2:]}, 2, 1, false},
		"the first is empty":                    {[][]int{{}, all}, 2, 0, false},
		"both are empty":                        {[][]int{{}}, 2, 0, true},
		"the second is cut off":                 {[][]int{all[1:], nil}, 2, 0, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				dst, asked := &kept{live: int64(len(all))}, 0
				result := run(t, dst, pipeline.Job{}, script{Pass: true, Pages: readings(&asked, test.readings...)})
				if failed := result.Streams[0].Err != nil; failed != test.fails {
					t.Errorf("error: %v", result.Streams[0].Err)
				}
				if asked != test.asked || dst.marked != test.marked {
					t.Errorf("read %d times, %d rows were marked", asked, dst.marked)
				}
			})
		})
	}
}
