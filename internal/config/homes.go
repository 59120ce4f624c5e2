package config

import (
	"reflect"
	"slices"
	"strings"
)

// homesOf returns the paths of the sections within one that have a key of this name, itself left out.
func (v Vocabulary) homesOf(name string, root reflect.Value) (homes []string) {
	v.walk("", root, func(path string, section reflect.Value) {
		if path != "" && slices.Contains(v.names(section), name) && !slices.Contains(homes, path) {
			homes = append(homes, path)
		}
	})
	return homes
}

// excluded reports that a path is under a key at the top in whose place the file has another: the first of those that exclude
// each other, where it has none of them.
func (r *reader) excluded(path string) bool {
	top, _, _ := strings.Cut(path, ".")
	var group string
	keys := r.known.keys(r.root)
	for _, k := range keys {
		if k.name == top {
			group = k.tags.Get("oneof")
		}
	}
	if group == "" {
		return false
	}
	taken := ""
	for _, k := range keys {
		if k.tags.Get("oneof") == group && (taken == "" || r.top[k.name]) {
			taken = k.name
		}
	}
	return top != taken
}

// variants are a section with each kind of its Choice, or itself where it has none.
func (v Vocabulary) variants(section reflect.Value) []reflect.Value {
	kinds, _ := choiceOf(section)
	if kinds == "" {
		return []reflect.Value{section}
	}
	var all []reflect.Value
	for _, name := range v.types(kinds) {
		s := reflect.New(section.Type()).Elem()
		v.choose(s, name)
		all = append(all, s)
	}
	return all
}

// choiceOf returns the kinds that a section can have, by their name in the vocabulary, and its Choice; "" if it has none.
func choiceOf(section reflect.Value) (kinds string, choice reflect.Value) {
	for i := range section.NumField() {
		if kinds := section.Type().Field(i).Tag.Get("kinds"); kinds != "" {
			return kinds, section.Field(i)
		}
	}
	return "", reflect.Value{}
}

// types are the words of typeKey, sorted.
func (v Vocabulary) types(kinds string) (types []string) {
	for name := range v.Kinds[kinds] {
		types = append(types, name)
	}
	slices.Sort(types)
	return types
}

// choose gives a section the kind of this name, with its defaults. Of a name that is none, it takes the nearest, or the first: its
// keys are checked all the same.
func (v Vocabulary) choose(section reflect.Value, name string) {
	kinds, choice := choiceOf(section)
	types := v.types(kinds)
	if !slices.Contains(types, name) {
		if name = Nearest(name, types); name == "" {
			name = types[0]
		}
	}
	made := reflect.ValueOf(v.Kinds[kinds][name]())
	setDefaults(made.Elem())
	choice.Field(1).Set(made)
}

// kindsWith are the types of a section's Choice, other than the chosen one, that have a key of this name.
func (v Vocabulary) kindsWith(name string, section reflect.Value) (with []string) {
	kinds, _ := choiceOf(section)
	for i, s := range v.variants(section) {
		if kinds != "" && slices.Contains(v.names(s), name) {
			with = append(with, v.types(kinds)[i])
		}
	}
	return with
}

// setDefaults gives a section and those within it their values. Lists and pointers are empty.
func setDefaults(section reflect.Value) {
	for i := range section.NumField() {
		f := section.Field(i)
		if f.CanSet() && f.Kind() == reflect.Struct && !isTime(f.Type()) {
			setDefaults(f)
		}
	}
	if d, ok := section.Addr().Interface().(Defaulter); ok {
		d.SetDefaults()
	}
}
