package setup

import (
	"fmt"
	"strings"

	"desklake/extract"
	"desklake/internal/config"
	"desklake/sink"
)

// Setup is a configuration with what it names.
type Setup struct {
	Config
	sources []*Source
}

// newSetup puts together what a valid configuration names.
func newSetup(c Config, d Drivers) *Setup {
	s := &Setup{Config: c}
	add := func(name string, choice config.Choice[extract.Config], destination sink.Destination, tables config.Tables) {
		s.sources = append(s.sources, &Source{Name: name, Type: choice.Type, section: choice.Section, driver: d.Sources[choice.Type], env: d.Env,
			destination: destination, tables: tables, byDefault: c.Tables, history: c.Sink.History})
	}
	if c.Source != nil {
		add("", c.Source.Choice, s.Destination(), nil)
	}
	for _, one := range c.Sources {
		add(one.Name, one.Choice, s.Destination().For(one.Name), one.Tables)
	}
	return s
}

// Destination is where the rows of all sources go.
func (s *Setup) Destination() sink.Destination { return s.Sink.Section.Destination() }

// EverySource are the sources: several, each with a name, or one without.
func (s *Setup) EverySource() []*Source { return s.sources }

// Choose is the source of a name, all of them for none. The error is an *UnknownSource.
func (s *Setup) Choose(name string) ([]*Source, error) {
	if name == "" {
		return s.sources, nil
	}
	for _, one := range s.sources {
		if one.Name == name {
			return []*Source{one}, nil
		}
	}
	return nil, s.unknown(name)
}

// One is the source of a name, or the only one. The error is an *UnknownSource.
func (s *Setup) One(name string) (*Source, error) {
	chosen, err := s.Choose(name)
	switch {
	case err != nil:
		return nil, err
	case len(chosen) > 1:
		return nil, &UnknownSource{"this is for one source: name it with --source", s.names()}
	}
	return chosen[0], nil
}

func (s *Setup) unknown(name string) error {
	names := s.names()
	if names == nil {
		return &UnknownSource{fmt.Sprintf("there is no source %q: the configuration has one, which has no name", name), nil}
	}
	problem := fmt.Sprintf("there is no source %q", name)
	if near := config.Nearest(name, names); near != "" {
		problem += fmt.Sprintf(", did you mean %q?", near)
	}
	return &UnknownSource{problem, names}
}

// UnknownSource is a name of a source that the configuration does not have, or that is missing.
type UnknownSource struct {
	problem string
	names   []string
}

func (e *UnknownSource) Error() string { return e.problem }

// Hint lists the names.
func (e *UnknownSource) Hint() string {
	if e.names == nil {
		return "Leave --source out."
	}
	return "The sources are " + strings.Join(e.names, ", ") + "."
}
