package config

import "reflect"

// Keys returns the names of all keys that a file can have, those of sections within others too, in the order of the structs; a
// name can be there several times. Root is a pointer to a section.
func Keys(root Section, known Vocabulary) (names []string) {
	known.walk("", reflect.ValueOf(root).Elem(), func(_ string, section reflect.Value) {
		names = append(names, known.names(section)...)
	})
	return names
}

// Unexplained returns the paths of the keys without a help text.
func Unexplained(root Section, known Vocabulary) (paths []string) {
	known.walk("", reflect.ValueOf(root).Elem(), func(path string, section reflect.Value) {
		for _, k := range known.keys(section) {
			if k.tags.Get("help") == "" {
				paths = append(paths, join(path, k.name))
			}
		}
	})
	return paths
}

// walk visits a section, with each kind of it, and those within.
func (v Vocabulary) walk(path string, section reflect.Value, visit func(path string, section reflect.Value)) {
	for _, s := range v.variants(section) {
		visit(path, s)
		for _, k := range v.keys(s) {
			if within, _ := inner(k.value); within.IsValid() {
				v.walk(join(path, k.name), within, visit)
			}
		}
	}
}
