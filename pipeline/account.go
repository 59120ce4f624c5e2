package pipeline

import (
	"fmt"
	"maps"
	"slices"

	"desklake/state"
)

// OtherAccount is the error of a destination that holds the rows of another account. Nothing was read or written.
type OtherAccount struct {
	Stored string // whose rows are there
	Asked  string // whose were to be read
}

func (e *OtherAccount) Error() string {
	return fmt.Sprintf("the sink holds the rows of %s, and the configuration is about %s", e.Stored, e.Asked)
}

// Hint says what to do.
func (e *OtherAccount) Hint() string {
	return "Give each account a name under sources, or a sink.path of its own. If it is the same account under another name or address, say so: desklake state adopt."
}

// checkAccount returns an *OtherAccount if the destination with these checkpoints holds the rows of another account. Cursors of
// one account say nothing about another.
func checkAccount(asked string, stored map[string]state.Checkpoint) error {
	for _, name := range slices.Sorted(maps.Keys(stored)) {
		if account := stored[name].Account; account != "" && account != asked {
			return &OtherAccount{Stored: account, Asked: asked}
		}
	}
	return nil
}
