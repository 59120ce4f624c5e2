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

// Known is what a file may name.
type Known struct {
	Sources []string // types of sources
	Sinks   []string // types of sinks
	Tables  []string // tables of the source, in the order of the catalog

	Publishers []string // types of sinks that can keep a copy for analysts
}

// Load reads the file at path, expands variables, fills in defaults and checks everything. Relative paths in the
// file count from the file's folder, so that they mean the same from everywhere. The error is an *Error with the
// mistakes; then there is no Config. It is the cause of ctx's end where that came first.
func Load(ctx context.Context, path string, known Known) (*Config, error) {
	data, err := readFile(ctx, path, maxFile)
	if ctx.Err() != nil {
		return nil, brokenOff(ctx, path)
	}
	if err != nil {
		return nil, &Error{File: path, Problems: []Problem{{Text: reason(err)}}}
	}
	return Parse(ctx, path, data, known)
}

func brokenOff(ctx context.Context, path string) error {
	return fmt.Errorf("%s: read: %w", path, context.Cause(ctx))
}

// Parse is Load for a file's content that need not be on disk. The path is where it would be.
func Parse(ctx context.Context, path string, data []byte, known Known) (*Config, error) {
	r := &reader{ctx: ctx, dir: filepath.Dir(path), name: filepath.Base(path), places: map[string]place{}, told: map[string]bool{}, meant: map[string]bool{}}
	c := Default()
	if root := r.parse(data); root != nil {
		r.decode(root, "", reflect.ValueOf(&c).Elem())
		if !r.full {
			r.config(&c, known)
		}
	}
	if ctx.Err() != nil {
		return nil, brokenOff(ctx, path)
	}
	if len(r.problems) > 0 {
		return nil, &Error{File: path, Problems: inOrder(r.problems), More: r.more}
	}
	return &c, nil
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
