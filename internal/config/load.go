package config

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"strings"

	"go.yaml.in/yaml/v4"
)

// Load reads the file at path into a pointer to a section, expands variables, fills in defaults and checks everything. Relative
// paths in the file count from the file's folder, so that they mean the same from everywhere. The error is an *Error with the
// mistakes. It is the cause of ctx's end where that came first.
func Load(ctx context.Context, path string, into Section, known Vocabulary) error {
	data, err := readFile(ctx, path, maxFile)
	if ctx.Err() != nil {
		return brokenOff(ctx, path)
	}
	if err != nil {
		return &Error{File: path, Problems: []Problem{{Text: reason(err)}}}
	}
	return Parse(ctx, path, data, into, known)
}

func brokenOff(ctx context.Context, path string) error {
	return fmt.Errorf("%s: read: %w", path, context.Cause(ctx))
}

// Parse is Load for a file's content that need not be on disk. The path is where it would be.
func Parse(ctx context.Context, path string, data []byte, into Section, known Vocabulary) error {
	r := &reader{ctx: ctx, dir: filepath.Dir(path), name: filepath.Base(path), places: map[string]place{}, top: map[string]bool{},
		told: map[string]bool{}, meant: map[string]bool{}, claimed: map[string]string{}, known: known, root: reflect.ValueOf(into).Elem()}
	setDefaults(r.root)
	if root := r.parse(data); root != nil {
		for i := 0; root.Kind == yaml.MappingNode && i < len(root.Content); i += 2 {
			r.top[root.Content[i].Value] = true
		}
		r.decode(root, "", r.root)
		if !r.full {
			r.check("", r.root)
		}
	}
	if ctx.Err() != nil {
		return brokenOff(ctx, path)
	}
	if len(r.problems) > 0 {
		return &Error{File: path, Problems: inOrder(r.problems), More: r.more}
	}
	return nil
}

// parse returns the root of the file's one document, or nil after reporting why there is none.
func (r *reader) parse(data []byte) *yaml.Node {
	if len(bytes.TrimSpace(data)) == 0 {
		r.reportAt(place{line: 1, column: 1}, "the file is empty: config.example.yaml shows what to write")
		return nil
	}
	var document yaml.Node
	if err := yaml.Load(data, &document); err != nil {
		at, problem := place{line: 1, column: 1}, (*yaml.LoadError)(nil)
		if errors.As(err, &problem) && problem.Mark.Line > 0 {
			at = place{line: problem.Mark.Line, column: problem.Mark.Column}
		}
		r.reportAt(at, "%s", syntax(err))
		return nil
	}
	return document.Content[0]
}

// syntax puts a YAML error into words. The library's own words could hold a piece of a secret only where an
// unquoted value begins with *.
func syntax(err error) string {
	message := err.Error()
	if problem := (*yaml.LoadError)(nil); errors.As(err, &problem) {
		message = problem.Message
	}
	switch {
	case strings.Contains(message, "tab character"):
		return "a tab can't indent in YAML: use spaces"
	case strings.Contains(message, "unknown anchor"):
		return "a value that begins with * must stand in quotes"
	case strings.Contains(message, "cannot start any token"):
		return "a value that begins with this character must stand in quotes"
	case strings.Contains(message, "no documents"):
		return "the file holds nothing but comments: config.example.yaml shows what to write"
	case strings.Contains(message, "found multiple"):
		return "the file holds several documents: remove the lines --- and ... between them"
	}
	return "not valid YAML: " + message
}
