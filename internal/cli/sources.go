package cli

import (
	"errors"
	"fmt"

	"desklake/internal/setup"
	"desklake/internal/term"
	"desklake/internal/words"
	"desklake/pipeline"
	"desklake/sink"
)

// sourceFlag is the flag of commands that are about every source, or one.
type sourceFlag struct {
	Source string `placeholder:"NAME" help:"The source, by its name, where the configuration has several; all of them unless given."`
}

// choose loads the configuration and returns the sources that are meant.
func (f sourceFlag) choose(a *app) (conf *setup.Setup, sources []*setup.Source, err error) {
	if conf, err = a.loadConfig(); err == nil {
		sources, err = conf.Choose(f.Source)
	}
	return conf, sources, err
}

// oneSourceFlag is the flag of commands that are about one source.
type oneSourceFlag struct {
	Source string `placeholder:"NAME" help:"The source, by its name, where the configuration has several."`
}

// choose loads the configuration and returns the source that is meant.
func (f oneSourceFlag) choose(a *app) (conf *setup.Setup, source *setup.Source, err error) {
	if conf, err = a.loadConfig(); err == nil {
		source, err = conf.One(f.Source)
	}
	return conf, source, err
}

// named reports that sources have names, by which what is printed tells them apart.
func named(sources []*setup.Source) bool { return sources[0].Name != "" }

// ofSource is an error of one of several sources.
type ofSource struct {
	source string
	err    error
}

// about says of which source an error is, where it has a name.
func about(source string, err error) error {
	if source == "" || err == nil {
		return err
	}
	return &ofSource{source, err}
}

func (e *ofSource) Error() string { return fmt.Sprintf("%s: %s", e.source, e.err) }
func (e *ofSource) Unwrap() error { return e.err }

// Hint is that of the error, about that source.
func (e *ofSource) Hint() string { return words.InSource(words.Hint(e.err), e.source) }

// sourceGrid is a table whose rows tell the sources apart, where they have names.
type sourceGrid struct {
	*term.Grid
	named bool
}

func newSourceGrid(named bool, columns ...string) sourceGrid {
	if named {
		heading := "source"
		if columns[0] == "" {
			heading = "" // there are none
		}
		columns = append([]string{heading}, columns...)
	}
	return sourceGrid{term.NewGrid(columns...), named}
}

func (g sourceGrid) add(source string, cells ...any) {
	if g.named {
		cells = append([]any{source}, cells...)
	}
	g.Add(cells...)
}

// inspect reads what the sink holds of each source. Of several, one of which nothing was written yet is empty.
func (a *app) inspect(sources []*setup.Source, look sink.Look, tell func(*setup.Source, sink.Report)) error {
	for _, s := range sources {
		r, err := a.inspectOne(s, look)
		if err != nil {
			return about(s.Name, &pipeline.SinkError{Err: err})
		}
		tell(s, r)
	}
	return nil
}

func (a *app) inspectOne(s *setup.Source, look sink.Look) (sink.Report, error) {
	r, err := sink.Inspect(a.ctx, s.Destination(), look)
	var none *sink.NotYet
	if s.Name != "" && errors.As(err, &none) {
		return sink.Report{}, nil
	}
	return r, err
}
