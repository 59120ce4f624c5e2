package config

import (
	"context"
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"
)

// reader turns nodes into sections and collects what is wrong with them.
type reader struct {
	ctx      context.Context   // ends the reading of other files
	dir      string            // the file's folder
	name     string            // its name there
	places   map[string]place  // by path, of every value that the file has
	top      map[string]bool   // the keys that the file has at the top
	told     map[string]bool   // the paths that have a problem
	meant    map[string]bool   // the paths that the file tries to give, by a wrong key for instance
	claimed  map[string]string // what one section alone may have, and its path
	values   int               // how many were decoded, those that aliases repeat each time
	full     bool              // there were too many: the rest was left out
	known    Vocabulary
	root     reflect.Value // what is filled
	problems []Problem
	more     int // problems beside those
}

// maxValues is how many values a file may have. Aliases could make billions of a small file.
const maxValues = 100_000

// decode fills v from the node. A key without a value counts as a key that is not there.
func (r *reader) decode(n *yaml.Node, path string, v reflect.Value) {
	at := place{line: n.Line, column: n.Column}
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	null := n.Kind == yaml.ScalarNode && n.Tag == "!!null"
	if !null {
		at.raw = n.Value
	}
	if _, found := r.places[path]; !found {
		r.places[path] = at
	}
	if r.values++; null || !r.fits(at, len(n.Content)) {
		return
	}
	if v.Kind() == reflect.Pointer {
		v.Set(reflect.New(v.Type().Elem()))
		v = v.Elem()
		setDefaults(v)
	}
	_, isTables := v.Interface().(Tables)
	switch {
	case v.Kind() == reflect.Struct && !isTime(v.Type()):
		r.section(n, path, v)
	case v.Kind() == reflect.Slice && !(isTables && n.Kind == yaml.ScalarNode):
		r.list(n, path, v)
	default:
		r.value(n, path, v)
	}
}

// fits reports that there is room for so many more values. The first time that there is none is a problem.
func (r *reader) fits(at place, more int) bool {
	if !r.full && r.values+more > maxValues {
		r.full = true
		r.reportAt(at, "the file has more than %d values, with those that aliases repeat", maxValues)
	}
	return !r.full
}

func (r *reader) section(n *yaml.Node, path string, v reflect.Value) {
	if kinds, _ := choiceOf(v); kinds != "" {
		r.known.choose(v, typeIn(n))
	}
	if n.Kind != yaml.MappingNode {
		r.report(path, "must be a section with the keys %s", strings.Join(r.known.names(v), ", "))
		return
	}
	keys := map[string]key{}
	for _, k := range r.known.keys(v) {
		keys[k.name] = k
		if k.secret {
			keys[k.name+fileSuffix] = k
		}
	}
	seen := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		name, value := n.Content[i], n.Content[i+1]
		at := place{line: name.Line, column: name.Column}
		if line, found := seen[name.Value]; found {
			r.reportAt(at, "duplicate key %q, first given in line %d", name.Value, line)
			continue
		}
		seen[name.Value] = name.Line
		k, found := keys[name.Value]
		if !found {
			r.unknown(at, path, name.Value, v)
			continue
		}
		full := join(path, name.Value)
		if value.Kind == yaml.MappingNode || value.Kind == yaml.SequenceNode {
			r.places[full] = at
		}
		if k.secret && name.Value == k.name+fileSuffix {
			r.secretFile(value, full, k.value)
		} else {
			r.decode(value, full, k.value)
		}
	}
	for name, line := range seen {
		if _, both := seen[name+fileSuffix]; both {
			r.report(join(path, name+fileSuffix), "there is %s too, in line %d: keep one of the two", name, line)
		}
	}
}

// typeIn is what a section says that its kind is.
func typeIn(n *yaml.Node) string {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if value := n.Content[i+1]; n.Content[i].Value == typeKey && value.Kind == yaml.ScalarNode {
			if text, err := expand(value.Value); err == nil {
				return text
			}
		}
	}
	return ""
}

func isTime(t reflect.Type) bool { return t == reflect.TypeFor[time.Time]() }

func (r *reader) list(n *yaml.Node, path string, v reflect.Value) {
	if n.Kind != yaml.SequenceNode {
		r.report(path, "must be a list: write each entry on a line of its own with a dash in front")
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content)))
	for i, entry := range n.Content {
		if v.Index(i).Kind() == reflect.Struct {
			setDefaults(v.Index(i))
		}
		r.decode(entry, fmt.Sprintf("%s[%d]", path, i), v.Index(i))
	}
}

func (r *reader) value(n *yaml.Node, path string, v reflect.Value) {
	if n.Kind != yaml.ScalarNode {
		r.report(path, "must be a single value, not a list or a section")
		return
	}
	text, err := expand(n.Value)
	if err == nil {
		err = set(v.Addr().Interface(), text)
	}
	if err != nil {
		r.report(path, "%s%s", r.shown(path, v), err)
	}
}

// secretFile fills the secret v from the file that the node names.
func (r *reader) secretFile(n *yaml.Node, path string, v reflect.Value) {
	var name string
	r.decode(n, path, reflect.ValueOf(&name).Elem())
	content, err := readFile(r.ctx, r.resolve(name), maxSecret)
	if name == "" {
		r.report(path, "names no file")
	} else if err != nil {
		r.report(path, "the file can't be read: %s", reason(err))
	} else if err := set(v.Addr().Interface(), secretIn(content)); err != nil {
		r.report(path, "the file's content %s", err)
	}
	r.meant[strings.TrimSuffix(path, fileSuffix)] = true
}

// secretIn is the secret that a file holds: not the end of its line, nor the mark that editors and shells of Windows put
// before a text.
func secretIn(content []byte) string {
	return strings.TrimRight(strings.TrimPrefix(string(content), "\ufeff"), "\r\n")
}

// resolve makes a relative path count from the file's folder.
func (r *reader) resolve(path string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(r.dir, path)
}

// unknown reports a key that its section does not have: it belongs to another type or elsewhere, it is misspelt, or nothing is
// like it.
func (r *reader) unknown(at place, path, name string, section reflect.Value) {
	if len(r.problems) == maxProblems { // a file of something else: it is only counted
		r.more++
		return
	}
	if types := r.known.kindsWith(name, section); len(types) > 0 {
		r.reportAt(at, "key %q is for type %s only: remove it", name, oneOf(types))
		return
	}
	if homes := slices.DeleteFunc(r.known.homesOf(name, r.root), r.excluded); len(homes) > 0 {
		r.reportAt(at, "key %q does not belong here, but under %s", name, oneOf(homes))
		for _, home := range homes {
			r.meant[join(home, strings.TrimSuffix(name, fileSuffix))] = true
		}
		return
	}
	keys := r.known.names(section)
	r.reportAt(at, "unknown key %q%s", name, instead(name, keys))
	if near := Nearest(name, keys); near != "" {
		r.meant[join(path, strings.TrimSuffix(near, fileSuffix))] = true
	}
}

// shown is the value as the file has it, to begin a message with; nothing for a secret.
func (r *reader) shown(path string, v reflect.Value) string {
	if v.Type() == reflect.TypeFor[Secret]() {
		return ""
	}
	return fmt.Sprintf("%q ", r.places[path].raw)
}
