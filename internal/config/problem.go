package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Error is everything that is wrong with a configuration file.
type Error struct {
	File     string
	Problems []Problem // in the order of the file; at least one, at most a hundred
	More     int       // how many there are beside those
}

// Count is the number of all problems.
func (e *Error) Count() int { return len(e.Problems) + e.More }

// maxProblems is how many are told. A file of something else can have a hundred thousand.
const maxProblems = 100

// Problem is one mistake and what to write instead.
type Problem struct {
	Line, Column int // counted from 1; 0 where the file itself could not be read
	Text         string
}

// Error is one line a problem, each beginning with file:line:column.
func (e *Error) Error() string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = e.File + ": " + p.Text
		if p.Line > 0 {
			lines[i] = fmt.Sprintf("%s:%d:%d: %s", e.File, p.Line, p.Column, p.Text)
		}
	}
	if e.More > 0 {
		lines = append(lines, fmt.Sprintf("%s: and %d more", e.File, e.More))
	}
	return strings.Join(lines, "\n")
}

// Hint says where to look.
func (e *Error) Hint() string {
	return "config.example.yaml explains every key; -c names another file"
}

func inOrder(problems []Problem) []Problem {
	slices.SortStableFunc(problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return problems
}

// place is where a value stands in the file, and its text there, before variables were expanded: what a message
// may show.
type place struct {
	line, column int
	raw          string
}

// report adds a problem with the value at the path, such as source.auth or jobs[1].cron: in front of the text
// comes the path. One problem a path, and none for what lies within a section that has one, keeps messages that
// only follow from another out of the list.
func (r *reader) report(path, format string, args ...any) {
	if within(r.told, path) {
		return
	}
	r.told[path] = true
	at, found := r.places[path]
	for p := path; !found && p != ""; {
		p = parent(p)
		at, found = r.places[p]
	}
	r.reportAt(at, "%s", strings.TrimPrefix(path+": ", ": ")+fmt.Sprintf(format, args...))
}

// missing reports that the file has nothing at the path, unless it tried.
func (r *reader) missing(path, what string) {
	if !within(r.meant, path) {
		r.report(path, "missing, write %s", what)
	}
}

// within reports whether the path or a section around it is among the paths.
func within(paths map[string]bool, path string) bool {
	for ; path != ""; path = parent(path) {
		if paths[path] {
			return true
		}
	}
	return paths[""]
}

func (r *reader) reportAt(at place, format string, args ...any) {
	if len(r.problems) == maxProblems {
		r.more++
		return
	}
	r.problems = append(r.problems, Problem{Line: at.line, Column: at.column, Text: fmt.Sprintf(format, args...)})
}

// parent is the path of the section or list around: of jobs[1].cron jobs[1], of jobs[1] jobs, of jobs "".
func parent(path string) string {
	return path[:max(0, strings.LastIndexAny(path, ".["))]
}

func join(path, key string) string {
	return strings.Trim(path+"."+key, ".")
}
