package config

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"time"
)

// object is a piece of a JSON Schema.
type object = map[string]any

// Schema returns the JSON Schema of a configuration file, draft 2020-12, for editors: it completes keys and finds most
// mistakes. Load is stricter: it also knows what exists, and reads variables and files.
func Schema(known Known) ([]byte, error) {
	root := section(reflect.TypeFor[Config](), "", known)
	root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	root["title"] = "desklake configuration"
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(root)
	return b.Bytes(), err
}

// section is the schema of a struct that stands at the path.
func section(t reflect.Type, path string, known Known) object {
	properties := object{}
	for i := range t.NumField() {
		field := t.Field(i)
		name, secret := nameOf(field)
		if name == "-" {
			continue
		}
		at := join(path, name)
		properties[name] = described(valueSchema(field.Type, at, known), about[at].doc)
		if secret {
			properties[name+fileSuffix] = described(object{"type": "string"}, "A file that holds "+lower(about[at].doc))
		}
	}
	s := object{"type": []string{"object", "null"}, "additionalProperties": false, "properties": properties}
	if needs := about[path].needs; needs != nil {
		s["required"] = needs
	}
	var choices []any
	for _, choice := range about[path].oneOf {
		choices = append(choices, object{"required": []string{choice}})
	}
	if choices != nil {
		s["oneOf"] = choices
	}
	return s
}

func valueSchema(t reflect.Type, path string, known Known) object {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	words := map[string][]string{"source.type": known.Sources, "source.audits": {"events", "full"}, "source.auth.oauth_user.store": loginStores, "sink.type": known.Sinks,
		"notify.webhooks[].format": formats, "notify.webhooks[].on": events}[path]
	switch {
	case words != nil && t.Kind() == reflect.Slice:
		return object{"type": "array", "minItems": 1, "uniqueItems": true, "items": orUnread(object{"enum": words})}
	case words != nil:
		return orUnread(object{"enum": words})
	case t == reflect.TypeFor[time.Time]():
		return orUnread(object{"type": "string", "format": "date-time"})
	case t == reflect.TypeFor[time.Duration]():
		return orUnread(object{"type": "string", "pattern": `^([0-9]+d|([0-9.]+(ns|us|µs|ms|s|m|h))+)$`})
	case t.Kind() == reflect.Bool:
		return orUnread(object{"type": "boolean"})
	case t == reflect.TypeFor[Share]():
		return orUnread(object{"type": []string{"string", "number"}, "pattern": `^[0-9.]+ *%?$`, "minimum": 0, "exclusiveMaximum": 1})
	case t == reflect.TypeFor[Tables]():
		list := object{"type": "array", "minItems": 1, "uniqueItems": true, "items": orUnread(object{"enum": known.Tables})}
		return object{"anyOf": []any{object{"const": "all"}, list, unread}}
	case t.Kind() == reflect.Slice:
		return object{"type": "array", "items": section(t.Elem(), path+"[]", known)}
	case t.Kind() == reflect.Struct:
		return section(t, path, known)
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

func lower(sentence string) string { return strings.ToLower(sentence[:1]) + sentence[1:] }
