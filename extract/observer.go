package extract

import "context"

// Observer is told how the asking of a source goes, and holds back what needs much memory. The zero Observer is told nothing and
// holds nothing back. Its functions are called from several goroutines; they must not block.
type Observer struct {
	Responded func(Response) // is told of each answer, and of each that did not come
	Waiting   func(Wait)     // is told when a wait begins
	Room      Room           // is asked before a large page is read; nil where nothing bounds them
}

// Respond tells of an answer.
func (o Observer) Respond(r Response) {
	if o.Responded != nil {
		o.Responded(r)
	}
}

// Wait tells of a wait that begins.
func (o Observer) Wait(w Wait) {
	if o.Waiting != nil {
		o.Waiting(w)
	}
}

// Take is Room.Take.
func (o Observer) Take(ctx context.Context, bytes int) error {
	if o.Room == nil {
		return nil
	}
	return o.Room.Take(ctx, bytes)
}

// Leave is Room.Leave.
func (o Observer) Leave() {
	if o.Room != nil {
		o.Room.Leave()
	}
}
