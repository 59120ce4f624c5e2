package config

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"time"
)

// object is a piece of a JSON Schema.
type object = map[string]any

// Schema returns the JSON Schema of a configuration file, draft 2020-12, for editors: it completes keys and finds most
// mistakes. Load is stricter: it also knows what exists, and reads variables and files. Root is a pointer to a section.
func Schema(root Section, known Vocabulary) ([]byte, error) {
	s := known.schema(reflect.ValueOf(root).Elem())
	s["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	s["title"] = "desklake configuration"
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(s)
	return b.Bytes(), err
}

// schema is that of a section: where it has a Choice of several kinds, of one of them.
func (v Vocabulary) schema(section reflect.Value) object {
	variants := v.variants(section)
	if len(variants) == 1 {
		return v.schemaOf(variants[0])
	}
	kinds, _ := choiceOf(section)
	var any []any
	for i, s := range variants {
		one := v.schemaOf(s)
		one["properties"].(object)[typeKey] = described(orUnread(object{"const": v.types(kinds)[i]}), helpOfType(section))
		any = append(any, one)
	}
	return object{"anyOf": any}
}

// helpOfType explains typeKey.
func helpOfType(section reflect.Value) string {
	for i := range section.NumField() {
		if tags := section.Type().Field(i).Tag; tags.Get("kinds") != "" {
			return tags.Get("help")
		}
	}
	return ""
}

// schemaOf is the schema of a section as it is.
func (v Vocabulary) schemaOf(section reflect.Value) object {
	properties := object{}
	s := object{"type": []string{"object", "null"}, "additionalProperties": false, "properties": properties}
	var required []string
	choices := map[string][]any{}
	for _, k := range v.keys(section) {
		help := k.tags.Get("help")
		properties[k.name] = described(v.valueSchema(k), help)
		if k.secret {
			properties[k.name+fileSuffix] = described(object{"type": "string"}, "A file that holds "+lower(help))
		}
		switch needed := k.tags.Get("need") != "" || k.tags.Get("kinds") != ""; {
		case k.tags.Get("oneof") != "":
			group := k.tags.Get("oneof")
			choices[group] = append(choices[group], object{"required": []string{k.name}})
		case needed && k.secret:
			choices[k.name] = []any{object{"required": []string{k.name}}, object{"required": []string{k.name + fileSuffix}}}
		case needed:
			required = append(required, k.name)
		}
	}
	if required != nil {
		s["required"] = required
	}
	for _, alternatives := range choices { // a section has one group at most
		s["oneOf"] = alternatives
	}
	return s
}

func (v Vocabulary) valueSchema(k key) object {
	t := k.value.Type()
	words := v.words(k)
	section, list := inner(k.value)
	switch {
	case list:
		return object{"type": "array", "items": v.schema(section)}
	case section.IsValid():
		return v.schema(section)
	case t == reflect.TypeFor[Tables]():
		list := object{"type": "array", "minItems": 1, "uniqueItems": true, "items": orUnread(object{"enum": words})}
		return object{"anyOf": []any{object{"const": "all"}, list, unread}}
	case words != nil && t.Kind() == reflect.Slice:
		return object{"type": "array", "minItems": 1, "uniqueItems": true, "items": orUnread(object{"enum": words})}
	case words != nil:
		return orUnread(object{"enum": slices.Clone(words)})
	case isTime(t):
		return orUnread(object{"type": "string", "format": "date-time"})
	case t == reflect.TypeFor[time.Duration]():
		return orUnread(object{"type": "string", "pattern": `^([0-9]+d|([0-9.]+(ns|us|µs|ms|s|m|h))+)$`})
	case t.Kind() == reflect.Bool:
		return orUnread(object{"type": "boolean"})
	case t == reflect.TypeFor[Share]():
		return orUnread(object{"type": []string{"string", "number"}, "pattern": `^[0-9.]+ *%?$`, "minimum": 0, "exclusiveMaximum": 1})
	case t.Kind() == reflect.Slice:
		return object{"type": "array", "minItems": 1, "uniqueItems": true, "items": object{"type": "string"}}
	}
	return object{"type": []string{"string", "number", "null"}}
}

// unread is a value that is not known before ${NAME} is replaced, or that counts as not there.
var unread = object{"type": []string{"string", "null"}, "pattern": `\$\{`}

func orUnread(s object) object { return object{"anyOf": []any{s, unread}} }

func described(s object, doc string) object {
	s["description"] = doc
	return s
}

// lower begins a sentence with a small letter.
func lower(sentence string) string { return strings.ToLower(sentence[:1]) + sentence[1:] }
