package setup

import (
	"regexp"
	"slices"

	"desklake/extract"
	"desklake/internal/config"
	"desklake/sink"
)

// OnlySource is the helpdesk account of a configuration that has one.
type OnlySource struct {
	config.Choice[extract.Config] `kinds:"source" help:"The type of the helpdesk."`
}

// NamedSource is one of several helpdesk accounts.
type NamedSource struct {
	Name string `yaml:"name" help:"The name of the source: its tables are in the schema, or the folder, of that name." need:"a name for the source, such as acme"`

	config.Choice[extract.Config] `kinds:"source" help:"The type of the helpdesk."`

	Tables config.Tables `yaml:"tables" help:"The tables of the source. Default: those of the configuration." words:"table"`
}

const maxName = 40

var sourceName = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

// reserved are schemas of a database, in one sink or another.
var reserved = []string{"main", "desklake", "temp", "system", "information_schema", "pg_catalog"}

// Check implements config.Checker.
func (s *NamedSource) Check(r config.Report) {
	switch {
	case s.Name == "":
	case !sourceName.MatchString(s.Name), len(s.Name) > maxName:
		r.Problem("name", "%q is not a source's name: write at most %d small letters, digits and _, a letter first", r.Raw("name"), maxName)
	case slices.Contains(reserved, s.Name):
		r.Problem("name", "%q is a schema that databases or desklake have already: write another name", r.Raw("name"))
	case slices.Contains(r.Words("table"), s.Name):
		r.Problem("name", "%q is the name of a table: write another name", r.Raw("name"))
	}
}

// checkSources checks that there is one account, or several with names.
func (c *Config) checkSources(r config.Report) {
	switch {
	case c.Source != nil && c.Sources != nil:
		r.Problem("sources", "there is source too, in line %d: keep one of the two; a single account needs no name", r.Line("source"))
	case c.Source == nil && c.Sources == nil:
		r.Missing("source", "the account that is read, or sources for several")
	case c.Source == nil && len(c.Sources) == 0:
		r.Problem("sources", "names no account: write some, or source for a single one")
	}
	for i, s := range c.Sources {
		if first := slices.IndexFunc(c.Sources, func(o NamedSource) bool { return o.Name == s.Name }); s.Name != "" && first < i {
			r.Problem(config.Entry("sources", i)+".name", "%q is the name of another source too, in line %d", s.Name, r.Line(config.Entry("sources", first)+".name"))
		}
		if c, ok := c.Sink.Section.(sink.SourceChecker); ok && s.Name != "" {
			if err := c.CheckSource(s.Name); err != nil {
				r.Problem(config.Entry("sources", i)+".name", "%q %s: write another name", s.Name, err)
			}
		}
	}
}

// names are those of the sources; none for a single one.
func (c *Config) names() (names []string) {
	for _, s := range c.Sources {
		names = append(names, s.Name)
	}
	return names
}

// tablesOf are the words for the tables of a type of source.
func tablesOf(kind string) string { return "table of " + kind }

// checkTables checks which tables are selected: such as the types of the sources have.
func (c *Config) checkTables(r config.Report) {
	var any []string
	for i, s := range c.Sources {
		within, has := r.Within(config.Entry("sources", i)), r.Words(tablesOf(s.Type))
		within.Names("tables", "table", s.Tables, has)
		any = append(any, has...)
	}
	if c.Source != nil {
		any = r.Words(tablesOf(c.Source.Type))
	}
	if len(any) == 0 { // what the type is, is not known
		any = r.Words("table")
	}
	r.Names("tables", "table", c.Tables, any)
}

func (c *Config) checkJobSources(r config.Report, j *Job) {
	switch {
	case j.Sources == nil:
	case c.Sources == nil:
		r.Problem("sources", "there is one source, which has no name: remove this")
	case len(j.Sources) == 0:
		r.Problem("sources", "names no source: name some, or leave it out for all")
	default:
		r.Names("sources", "source", j.Sources, c.names())
	}
}

// checkJobTables checks that the configuration selects what a job reads.
func (c *Config) checkJobTables(r config.Report, j *Job) {
	selected, known := c.Tables, r.Words("table")
	if c.Sources != nil {
		selected = config.Tables{}
		for _, s := range c.Sources {
			if j.Sources == nil || slices.Contains(j.Sources, s.Name) {
				selected = append(selected, tablesSelected(s.Tables, c.Tables, r.Words(tablesOf(s.Type)))...)
			}
		}
	} else if selected == nil {
		selected = known
	}
	r.Names("tables", "table", j.Tables, known)
	for n, table := range j.Tables {
		if at := config.Entry("tables", n); !slices.Contains(selected, table) {
			r.Problem(at, "%q is not among the tables of this configuration: add it to tables", r.Raw(at))
		}
	}
	if j.Tables == nil && c.Sources == nil {
		j.Tables = c.Tables
	}
}
