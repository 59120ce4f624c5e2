package cli

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"desklake/pipeline"
	"desklake/sink"
	"desklake/state"
)

type stateAdoptCommand struct {
	oneSourceFlag

	Yes bool `short:"y" help:"Do not ask."`
}

// Help is shown by --help.
func (*stateAdoptCommand) Help() string {
	return `Example: desklake state adopt

A sink holds the rows of one account, and a sync of another one is refused: its old rows would never arrive, and the rows of
both would mix. Where it is the same account, under a new subdomain or behind another address, this says so: the next
sync goes on from where the last one ended.`
}

// Run stores the checkpoints as those of the account that the configuration names.
func (c *stateAdoptCommand) Run(a *app) error {
	_, chosen, err := c.choose(a)
	if err != nil {
		return err
	}
	source, err := chosen.Open(a.logger)
	if err != nil {
		return err
	}
	return a.withSink(chosen.Destination(), func(dst sink.Sink) error { return c.adopt(a, dst, source.Scope().Account) })
}

func (c *stateAdoptCommand) adopt(a *app, dst sink.Sink, account string) error {
	stored, err := dst.Checkpoints(a.ctx)
	if err != nil {
		return &pipeline.SinkError{Err: err}
	}
	var others []string
	for _, p := range stored {
		if name := cmp.Or(p.Account, "an account that is not named"); p.Account != account && !slices.Contains(others, name) {
			others = append(others, name)
		}
	}
	if len(others) == 0 {
		fmt.Fprintf(a.stdout, "the sink holds no rows but those of %s\n", account)
		return nil
	}
	slices.Sort(others)
	fmt.Fprintf(a.stderr, "The sink holds the rows of %s. Only if that is the same account as %s, go on.\n", strings.Join(others, " and "), account)
	if !c.Yes {
		if err := a.confirm("Is it the same account?"); err != nil {
			return err
		}
	}
	whole := context.WithoutCancel(a.ctx)
	if err := dst.Prepare(whole, nil); err != nil { // an earlier version may have made the sink
		return &pipeline.SinkError{Err: err}
	}
	for _, name := range slices.Sorted(maps.Keys(stored)) {
		p := stored[name]
		p.Account = account
		if err := storeCheckpoint(whole, dst, p); err != nil {
			return &pipeline.SinkError{Err: fmt.Errorf("%s: %w", name, err)}
		}
	}
	fmt.Fprintf(a.stdout, "the sink holds the rows of %s now\n", account)
	return nil
}

// storeCheckpoint stores a checkpoint by itself.
func storeCheckpoint(ctx context.Context, dst sink.Sink, p state.Checkpoint) error {
	tx, err := dst.Begin(ctx, p.RunID, p.Stream)
	if err == nil {
		_, err = tx.Commit(ctx, sink.Commit{Checkpoint: p, At: p.SavedAt})
	}
	return err
}
