package zendesktest

import (
	"math/rand/v2"
	"time"
)

// history lays out the births and the later changes of any number of rows over time so that both "when did
// this row change?" and "what changed in this hour?" are answered without keeping a single row.
//
// Rows are born in their order, so many each hour. Row i lives through story i mod len(stories), whose steps
// fall a fixed number of hours after the hour of birth; so the rows with a step in a given hour are found by
// looking, for each step of each story, at the rows born that many hours before.
type history struct {
	salt    uint64
	begin   int64   // unix seconds, a whole hour
	born    []int64 // born[h] rows were born before hour h; one more entry than there are hours
	stories []story
}

// story is what happens to a row, from its birth on. What has not happened yet at the end of the generated
// past is left out, so that late rows are in the middle of their stories.
type story struct {
	steps []step

	group, priority, channel int // tickets only: what the story is about
}

type step struct {
	kind  kind
	hour  int   // hours after the hour of birth
	after int64 // least number of seconds after the step before it, where that is in the same hour
	room  int64 // seconds over which the rows spread
}

const hour = 3600

// newHistory spreads n rows over the hours from since to until, most of them in the working hours of a growing
// business; the first early of them are there from the beginning.
func newHistory(salt uint64, since, until time.Time, n, early int, stories []story) *history {
	h := &history{salt: salt, begin: since.Unix() / hour * hour, stories: stories}
	hours := int(max((until.Unix()-h.begin)/hour, 1))
	weights := make([]float64, hours+1)
	for i := range hours {
		at := time.Unix(h.begin+int64(i)*hour, 0).UTC()
		weight := 0.15
		if working(at) {
			weight = 1
		}
		weights[i+1] = weights[i] + weight*(1+float64(i)/float64(hours))
	}
	h.born = make([]int64, hours+1)
	early = min(early, n)
	for i := 1; i <= hours; i++ {
		h.born[i] = int64(early) + int64(float64(n-early)*weights[i]/weights[hours])
	}
	h.born[hours] = int64(n)
	return h
}

func working(at time.Time) bool {
	return at.Weekday() != time.Saturday && at.Weekday() != time.Sunday && at.Hour() >= 8 && at.Hour() < 18
}

func (h *history) hours() int  { return len(h.born) - 1 }
func (h *history) rows() int64 { return h.born[len(h.born)-1] }

// hourOf returns the hour of an instant, clamped to the history.
func (h *history) hourOf(at int64) int {
	return int(min((max(at, h.begin)-h.begin)/hour, int64(h.hours())))
}

// birth returns the hour in which the row was born.
func (h *history) birth(row int64) int {
	lo, hi := 0, h.hours()
	for lo+1 < hi {
		if mid := (lo + hi) / 2; h.born[mid] <= row {
			lo = mid
		} else {
			hi = mid
		}
	}
	return lo
}

func (h *history) story(row int64) *story { return &h.stories[row%int64(len(h.stories))] }

// life returns the times of the row's steps, as far as they have happened, in dst.
func (h *history) life(row int64, dst []int64) []int64 {
	if row >= h.rows() {
		return dst
	}
	birth, steps := h.birth(row), h.story(row).steps
	var at int64
	for j, s := range steps {
		if birth+s.hour >= h.hours() {
			break
		}
		spread := int64(mix(h.salt, uint64(row), uint64(j)) % uint64(s.room))
		if j == 0 || s.hour != steps[j-1].hour {
			at = h.begin + int64(birth+s.hour)*hour + spread
		} else {
			at += s.after + spread
		}
		dst = append(dst, at)
	}
	return dst
}

// in visits every step that falls into the hour. It says whether the step is the row's last so far.
func (h *history) in(at int, visit func(row int64, step int, last bool)) {
	count := int64(len(h.stories))
	for k := range h.stories {
		steps := h.stories[k].steps
		for j := range steps {
			birth := at - steps[j].hour
			if birth < 0 {
				break
			}
			from, to := h.born[birth], h.born[birth+1]
			if from == to {
				continue
			}
			last := j == len(steps)-1 || birth+steps[j+1].hour >= h.hours()
			for row := from + (int64(k)-from%count+count)%count; row < to; row += count {
				visit(row, j, last)
			}
		}
	}
}

// plot turns delays into steps: delays[i] is about the number of seconds from step i-1 to step i.
func plot(kinds []kind, delays []int64) []step {
	steps := make([]step, len(kinds))
	first := 0              // the first step of the hour
	left := int64(hour / 2) // what later steps of the same hour may still take
	for i, k := range kinds {
		steps[i] = step{kind: k, room: hour}
		if i == 0 {
			continue
		}
		d := max(delays[i], 2)
		if takes := d/2 + d; takes <= left {
			steps[i].hour, steps[i].after, steps[i].room = steps[i-1].hour, d/2, d
			left -= takes
			steps[first].room -= takes
			continue
		}
		steps[i].hour = steps[i-1].hour + int(max((d+hour/2)/hour, 1))
		first, left = i, hour/2
	}
	return steps
}

// mix turns numbers into a number that looks random (the finaliser of splitmix64).
func mix(numbers ...uint64) uint64 {
	var x uint64
	for _, n := range numbers {
		x += n + 0x9e3779b97f4a7c15
		x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
		x = (x ^ x>>27) * 0x94d049bb133111eb
		x ^= x >> 31
	}
	return x
}

// dice makes a generator for what is built once, such as the stories.
func dice(seed, salt uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, salt)) }
