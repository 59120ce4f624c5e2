package config

import (
	"regexp"
	"slices"
	"strings"
	"time"
)

// config checks what the types of the fields can't say, and makes paths and tables complete.
func (r *reader) config(c *Config, known Known) {
	r.source(&c.Source, known.Sources)
	r.tables("tables", c.Tables, known.Tables)
	r.sink(&c.Sink, known.Sinks)
	r.publish(&c.Sink, known.Publishers)
	selected := known.Tables
	if c.Tables != nil {
		selected = c.Tables
	}
	for i := range c.Jobs {
		r.job(i, c.Jobs, selected, known.Tables)
		if c.Jobs[i].Tables == nil {
			c.Jobs[i].Tables = c.Tables
		}
	}
	r.serve(&c.Serve)
	r.notify(&c.Notify)
}

func (r *reader) sink(s *Sink, types []string) {
	r.word("sink.type", s.Type, types)
	r.need("sink.path", s.Path, "the file or folder to write to")
	r.filePath("sink.path", &s.Path)
	if s.LockWait < 0 {
		r.report("sink.lock_wait", "must not be negative: write 0s not to wait")
	}
	if s.History != 0 && s.History < minHistory {
		r.report("sink.history", "is less than a week: write for example 400d, or 0s to keep everything")
	}
	if s.MemoryLimit != "" && !size.MatchString(s.MemoryLimit) {
		r.report("sink.memory_limit", "%q is not a size: write a number and a unit, such as 512MB or 2GB", r.raw("sink.memory_limit"))
	}
}

// minHistory is what the status page, jobs that were missed and notifications need at least.
const minHistory = 7 * 24 * time.Hour

// publish checks the copy for analysts. Publishers are the types of sinks that can keep one.
func (r *reader) publish(s *Sink, publishers []string) {
	if s.Publish == "" {
		return
	}
	r.filePath("sink.publish", &s.Publish)
	switch {
	case s.Type != "" && !slices.Contains(publishers, s.Type):
		r.report("sink.publish", "a sink of type %s needs no copy, readers may keep its files open: remove this key", s.Type)
	case s.Publish == s.Path:
		r.report("sink.publish", "is the file that desklake writes to: give the copy another name")
	}
}

// filePath makes a path complete; an empty one stays empty.
func (r *reader) filePath(at string, path *string) {
	if *path == "" {
		return
	}
	if strings.HasPrefix(*path, "~") {
		r.report(at, "a leading ~ is not expanded: write ${HOME} for it")
	}
	*path = r.resolve(*path)
}

var size = regexp.MustCompile(`^[0-9]+(\.[0-9]+)? ?(KB|MB|GB|TB|KiB|MiB|GiB|TiB)$`)

// tables checks names against the words that may stand there.
func (r *reader) tables(path string, names Tables, words []string) {
	if names != nil && len(names) == 0 {
		r.report(path, "names no table: name some, or write all")
	}
	for i, name := range names {
		switch at := index(path, i); {
		case !slices.Contains(words, name):
			r.report(at, "unknown table %q%s", r.raw(at), instead(name, words))
		case slices.Index(names, name) < i:
			r.report(at, "table %q stands here twice", r.raw(at))
		}
	}
}

// word reports a value that is missing or none of the words.
func (r *reader) word(path, value string, words []string) {
	r.need(path, value, oneOf(words))
	if value != "" && !slices.Contains(words, value) {
		r.report(path, "unknown value %q%s", r.raw(path), instead(value, words))
	}
}

func (r *reader) need(path, value, what string) {
	if value == "" {
		r.missing(path, what)
	}
}

func (r *reader) raw(path string) string { return r.places[path].raw }
