package extracttest

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"time"

	"desklake/extract"
	"desklake/schema"
)

func soundCatalog(r *replica) {
	c, err := r.open().Discover(r.t.Context())
	if err != nil {
		r.t.Fatal(err)
	}
	filled := map[string]int{}
	names := map[string]bool{}
	for _, s := range c.Streams {
		if s.Name == "" || names[s.Name] || len(s.Tables) == 0 || s.NewDecoder == nil {
			r.t.Errorf("stream %q: has no name of its own, no tables or no decoder", s.Name)
		}
		names[s.Name] = true
		for _, t := range s.Tables {
			filled[t.Name]++
		}
	}
	for _, t := range c.Tables {
		if filled[t.Name] != 1 {
			r.t.Errorf("%s: %d streams fill it", t.Name, filled[t.Name])
		}
		if i := t.Column(t.Key); i < 0 || t.Columns[i].Type != schema.Int && t.Columns[i].Type != schema.Text {
			r.t.Errorf("%s: its key %q is no column of numbers or texts", t.Name, t.Key)
		}
		if t.Doc == "" {
			r.t.Errorf("%s: is not described", t.Name)
		}
		delete(filled, t.Name)
	}
	for name := range filled {
		r.t.Errorf("%s: a stream fills it, and it is no table of the catalog", name)
	}
	if scope := r.open().Scope(); scope.Account == "" || scope != r.open().Scope() {
		r.t.Errorf("the account is %q", scope.Account)
	}
}

func everythingArrives(r *replica) {
	r.sync()
	r.holds(r.streams(r.open()))
}

func pageFacts(r *replica) {
	s := r.open()
	for _, stream := range r.streams(s) {
		pages, before := 0, r.Requests()
		r.requests = 0
		var high time.Time
		err := r.read(r.t.Context(), s, stream, func(p extract.Page) bool {
			pages++
			switch {
			case !json.Valid(p.Body):
				r.t.Errorf("%s: page %d is no JSON", stream.Name, pages)
			case p.Received.IsZero():
				r.t.Errorf("%s: page %d has no time", stream.Name, pages)
			case p.Next.HighWater.Before(high):
				r.t.Errorf("%s: page %d: the high-water mark falls from %v to %v", stream.Name, pages, high, p.Next.HighWater)
			case !stream.Pass && p.Next.Cursor == "":
				r.t.Errorf("%s: page %d has no cursor", stream.Name, pages)
			}
			high = p.Next.HighWater
			return false
		})
		if err != nil || pages == 0 {
			r.t.Errorf("%s: %d pages, %v", stream.Name, pages, err)
		}
		if made := r.Requests() - before; made < r.requests || r.requests == 0 {
			r.t.Errorf("%s: pages cost %d requests, and %d were made", stream.Name, r.requests, made)
		}
	}
}

func changesArrive(r *replica) {
	r.sync()
	for range 4 {
		r.Change()
		time.Sleep(settles)
		before := r.Requests()
		r.sync()
		r.holds(r.streams(r.open()))
		if again := r.Requests() - before; again == 0 {
			r.t.Error("nothing was asked for")
		}
	}
	r.equals(r.undisturbed())
}

// goesOn breaks each stream off behind its first page, then behind its second of what is left, and so on: at every page.
func goesOn(r *replica) {
	for turn := 0; ; turn++ {
		s, left := r.open(), 0
		for _, stream := range r.streams(s) {
			pages := 0
			err := r.read(r.t.Context(), s, stream, func(extract.Page) bool { pages++; return pages > turn && !stream.Pass || pages > 1+turn })
			switch {
			case errors.Is(err, errStopped):
				left++
			case err != nil:
				r.t.Fatalf("%s: %v", stream.Name, err)
			}
		}
		time.Sleep(time.Minute)
		if left == 0 {
			break
		}
		if turn > 200 {
			r.t.Fatal("streams have no end")
		}
	}
	r.holds(r.streams(r.open()))
	r.equals(r.undisturbed())
}

// goesOnAfterKill ends the context of a source at any moment, as a kill does, and goes on with another one.
func goesOnAfterKill(r *replica) {
	for after := 50 * time.Millisecond; after < 5*time.Second; after += after / 2 {
		ctx, kill := context.WithTimeout(r.t.Context(), after)
		s := r.open()
		for _, stream := range r.streams(s) {
			_ = r.read(ctx, s, stream, nil) // whatever it says: nobody listens any more
		}
		kill()
	}
	time.Sleep(time.Minute)
	r.sync()
	r.holds(r.streams(r.open()))
	r.equals(r.undisturbed())
}

func endsWithContext(r *replica) {
	s := r.open()
	for _, stream := range r.streams(s) {
		ctx, cancel := context.WithCancel(r.t.Context())
		cancel()
		began := time.Now()
		if err := r.read(ctx, s, stream, nil); err == nil || time.Since(began) > time.Second {
			r.t.Errorf("%s: read for %v without anybody waiting: %v", stream.Name, time.Since(began), err)
		}
	}
}

// refusedCursor goes on from a cursor that the source never gave, with the high-water mark of the last run.
func refusedCursor(r *replica) {
	r.sync()
	r.Change()
	time.Sleep(settles)
	s := r.open()
	for _, stream := range r.streams(s) {
		if stream.Pass {
			continue
		}
		good := r.positions[stream.Name]
		r.positions[stream.Name] = extract.Position{Cursor: "no cursor of anybody", HighWater: good.HighWater}
		if err := r.read(r.t.Context(), s, stream, nil); err != nil {
			if hintOf(err) == "" {
				r.t.Errorf("%s: %v has no advice", stream.Name, err)
			}
			r.positions[stream.Name] = good
		}
	}
	r.sync()
	r.holds(r.streams(r.open()))
}

// windows reads the time of a change as a window, beside a replica that is up to date but for it.
func windows(r *replica) {
	r.sync()
	began := time.Now()
	time.Sleep(settles)
	r.Change()
	time.Sleep(settles)
	s := r.open()
	kept := r.positions
	for _, stream := range r.streams(s) {
		r.positions = map[string]extract.Position{}
		if !stream.Pass {
			stream.Window = extract.Window{From: began, To: time.Now()}
		}
		if err := r.read(r.t.Context(), s, stream, nil); err != nil {
			r.t.Errorf("%s: %v", stream.Name, err)
		}
	}
	r.positions = kept
	r.holds(r.streams(r.open()))
}

func tableAlone(r *replica) {
	c, err := r.open().Discover(r.t.Context())
	if err != nil {
		r.t.Fatal(err)
	}
	for _, t := range c.Tables {
		r.forget()
		selected := c.Select([]string{t.Name})
		if err := r.read(r.t.Context(), r.open(), selected[0], nil); err != nil {
			r.t.Errorf("%s: %v", t.Name, err)
		}
		r.holds(selected)
		if len(r.rows) > 1 {
			r.t.Errorf("%s: rows of %d tables came", t.Name, len(r.rows))
		}
	}
}

func sideBySide(r *replica) {
	s := r.open()
	streams := r.streams(s)
	parts := make([]*replica, len(streams))
	var wg sync.WaitGroup
	for i, stream := range streams {
		parts[i] = &replica{Account: r.Account, t: r.t}
		parts[i].forget()
		wg.Go(func() {
			if err := parts[i].read(r.t.Context(), s, stream, nil); err != nil {
				r.t.Errorf("%s: %v", stream.Name, err)
			}
		})
	}
	wg.Wait()
	for i, stream := range streams {
		parts[i].holds([]extract.Stream{stream})
	}
}

func refusal(r *replica) {
	for _, stream := range r.streams(r.open()) {
		r.Refuse(stream.Name)
		err := r.read(r.t.Context(), r.open(), stream, nil)
		if err == nil {
			r.t.Errorf("%s: refused, and read to its end", stream.Name)
			continue
		}
		advised(r, stream, err)
	}
}

func silence(r *replica) {
	s := r.open()
	streams := r.streams(s)
	r.Silence()
	began := time.Now()
	err := r.read(r.t.Context(), s, streams[0], nil)
	if took := time.Since(began); took > 3*time.Hour || !errors.Is(err, extract.ErrUnreachable) {
		r.t.Errorf("after %v: %v", took, err)
	}
	advised(r, streams[0], err)
}

// advised checks that an error is one that commands can answer, and that it says what to do.
func advised(r *replica, stream extract.Stream, err error) {
	var lacking *extract.Unavailable
	var failure *extract.Failure
	switch {
	case !errors.As(err, &lacking) && !errors.As(err, &failure):
		r.t.Errorf("%s: %v is of no kind", stream.Name, err)
	case hintOf(err) == "":
		r.t.Errorf("%s: %v has no advice", stream.Name, err)
	}
}

func hintOf(err error) string {
	var advice interface{ Hint() string }
	if !errors.As(err, &advice) {
		return ""
	}
	return advice.Hint()
}

// obeysLimits reads everything twice at an account with the limits of a small plan. Whether a few requests are too many before
// the first answer tells the limits can't be helped.
func obeysLimits(r *replica) {
	r.sync()
	r.sync()
	r.holds(r.streams(r.open()))
	if n := r.TooMany(); n > len(r.streams(r.open())) {
		r.t.Errorf("%d of %d requests were too many", n, r.Requests())
	}
}
