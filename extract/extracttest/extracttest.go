// Package extracttest is the contract of package extract as a test suite: every source runs it, and none skips a part.
//
// A source's own test hands Run a function that makes an account in memory, which changes when the suite says so. The suite opens
// sources for it again and again, reads every stream in all the ways in which a pipeline could, and compares what a sink would
// hold with what is there. Time is virtual. Start with Run.
package extracttest

import (
	"strings"
	"testing"
	"testing/synctest"

	"desklake/extract"
)

// Account is a helpdesk in memory, in one test. Its functions are called by one goroutine.
type Account struct {
	// Open opens a source for the account, anew each time. Nothing of an earlier one helps it.
	Open func() (extract.Source, error)

	// Keys are the keys of a table's live rows, as text, in any order; and those of rows that are gone without a word that a
	// source could hear.
	Keys func(table string) (live, lost []string)

	// Change lets something happen: rows of several tables come, change and go. What happened shows in what is read a while
	// later: the suite lets Settles pass.
	Change func()

	// Requests is how many requests were made, all together.
	Requests func() int

	// Refuse makes the helpdesk refuse a stream from now on, as if the user may not read it.
	Refuse func(stream string)

	// Silence makes the helpdesk answer nothing from now on. A source gives up after a while.
	Silence func()

	// TooMany is how many requests were refused because there were too many; of an account with limits as a small plan has them.
	TooMany func() int
}

// Run runs the suite. Describe makes an account with rows in most tables, of which the streams have several pages each; limited
// says whether it has limits.
func Run(t *testing.T, describe func(t *testing.T, limited bool) Account) {
	tests := map[string]func(*replica){
		"the catalog is sound":                                    soundCatalog,
		"everything arrives":                                      everythingArrives,
		"pages say what they are and cost":                        pageFacts,
		"what changes arrives, from where the last run ended":     changesArrive,
		"a stream that is broken off behind any page goes on":     goesOn,
		"a stream that is killed within a page goes on":           goesOnAfterKill,
		"a walk ends with its context":                            endsWithContext,
		"a cursor that is none loses nothing":                     refusedCursor,
		"a window has what changed within it":                     windows,
		"a table of a stream can be read alone":                   tableAlone,
		"streams are read side by side":                           sideBySide,
		"what may not be read is a failure with advice":           refusal,
		"an account that does not answer is a failure in the end": silence,
	}
	run := func(name string, limited bool, test func(*replica)) {
		t.Run(strings.ReplaceAll(name, " ", "_"), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r := &replica{Account: describe(t, limited), t: t}
				r.forget()
				test(r)
			})
		})
	}
	for name, test := range tests {
		run(name, false, test)
	}
	run("limits are obeyed", true, obeysLimits)
}
