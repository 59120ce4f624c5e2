// Package config reads a YAML file into the sections of a configuration, and says what is wrong with it.
//
// It is strict, and it reports every mistake of a file at once, each with its line, its column and what to write
// instead. It knows no key: sections are structs of the packages that they configure, and their tags say the rest. Secrets
// have a type of their own, which never prints. Start with Load, then read Section.
package config

import (
	"reflect"
	"strings"
)

// Section documents what a struct is that Load fills; it has no methods that it must have. A field is a key. Its tags:
//
//	yaml    the key's name, as package yaml has it; "-" for what no file can set. A field of type Secret has another key, whose name
//	        ends with _file and that names a file with the secret.
//	help    one or two sentences for whoever writes the file
//	need    the key must be there: what to write, to end the sentence "missing, write ..."
//	enum    the words that may stand there, with commas between
//	words   as enum, but the words are those of Vocabulary.Words of this name
//	oneof   of the keys with this in common, exactly one must be there; the section checks it, the schema says it
//
// Its fields can be strings, Secrets, bools, Shares, Tables, times, durations, sections, pointers to sections and lists. An
// embedded section has its keys in the section around it.
//
// Where a section, or a pointer to it, is a Defaulter or a Checker, these are called.
type Section any

// Defaulter is a section that has values of its own where the file has none.
type Defaulter interface {
	// SetDefaults sets them. Called before anything of the file is decoded into the section.
	SetDefaults()
}

// Checker is a section that knows more of itself than its tags say.
type Checker interface {
	// Check reports what is wrong, and completes what follows from the rest. Called once, when the whole file was decoded, after
	// the sections within it.
	Check(r Report)
}

// Exampled is a section that shows how it is written.
type Exampled interface {
	// Example is what stands under the section in config.example.yaml, without its indentation: each key with its explanation, and
	// those that need not be set as comments with their defaults.
	Example() string
}

// Choice is a section whose keys depend on one of them: type. It stands embedded in another one, with the tag kinds, which
// names the types in Vocabulary.Kinds.
type Choice[S any] struct {
	Type    string
	Section S // a pointer to a struct
}

// Vocabulary is what the sections of a configuration may hold beside what their types say.
type Vocabulary struct {
	Words map[string][]string                  // by the tag words
	Kinds map[string]map[string]func() Section // by the tag kinds, then by type: each makes a pointer to a new struct
}

// key is a key of a section.
type key struct {
	name   string
	value  reflect.Value // can be set
	tags   reflect.StructTag
	secret bool
}

// A secret's key with this at its end names a file that holds the secret.
const fileSuffix = "_file"

// typeKey says which kind a Choice has.
const typeKey = "type"

// keys returns the keys of a section in the order of its struct. Those of a Choice are those of the kind that was chosen.
func (v Vocabulary) keys(section reflect.Value) (all []key) {
	for i := range section.NumField() {
		f, value := section.Type().Field(i), section.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		switch kinds := f.Tag.Get("kinds"); {
		case kinds != "":
			all = append(all, key{name: typeKey, value: value.Field(0), tags: f.Tag})
			if chosen := value.Field(1); !chosen.IsNil() {
				all = append(all, v.keys(chosen.Elem().Elem())...)
			}
		case f.Anonymous && name == "":
			all = append(all, v.keys(value)...)
		case f.IsExported() && name != "" && name != "-":
			all = append(all, key{name, value, f.Tag, f.Type == reflect.TypeFor[Secret]()})
		}
	}
	return all
}

// names returns the keys that a file can have in a section.
func (v Vocabulary) names(section reflect.Value) (names []string) {
	for _, k := range v.keys(section) {
		names = append(names, k.name)
		if k.secret {
			names = append(names, k.name+fileSuffix)
		}
	}
	return names
}

// words are those that may stand at a key; nil where any may.
func (v Vocabulary) words(k key) []string {
	if list := k.tags.Get("enum"); list != "" {
		return strings.Split(list, ",")
	}
	if kinds := k.tags.Get("kinds"); kinds != "" {
		return v.types(kinds)
	}
	return v.Words[k.tags.Get("words")]
}

// inner returns a section for what a key holds: the section itself, or a new one for a pointer that is nil or for an entry of
// a list. List tells which. It is not valid for a plain value.
func inner(value reflect.Value) (section reflect.Value, list bool) {
	t := value.Type()
	switch {
	case t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Struct:
		return reflect.New(t.Elem()).Elem(), true
	case t.Kind() == reflect.Pointer && value.IsNil():
		return reflect.New(t.Elem()).Elem(), false
	case t.Kind() == reflect.Pointer:
		return value.Elem(), false
	case t.Kind() == reflect.Struct && !isTime(t):
		return value, false
	}
	return reflect.Value{}, false
}
