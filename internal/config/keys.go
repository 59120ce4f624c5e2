package config

import (
	"reflect"
	"strings"
)

// A secret's key with this at its end names a file that holds the secret.
const fileSuffix = "_file"

// nameOf returns the key of a field, "-" where a file can't set it, and whether it holds a secret.
func nameOf(f reflect.StructField) (name string, secret bool) {
	name, _, _ = strings.Cut(f.Tag.Get("yaml"), ",")
	return name, f.Type == reflect.TypeFor[Secret]()
}

// keysOf returns the keys of a section in the order of its struct.
func keysOf(section reflect.Type) []string {
	var keys []string
	for i := range section.NumField() {
		name, secret := nameOf(section.Field(i))
		if name != "-" {
			keys = append(keys, name)
		}
		if secret {
			keys = append(keys, name+fileSuffix)
		}
	}
	return keys
}

// fieldOf returns the field of the section that the key fills, and whether the key names a file with its value.
// The field is not valid where the section has no such key.
func fieldOf(section reflect.Value, key string) (field reflect.Value, fromFile bool) {
	for i := range section.NumField() {
		switch name, secret := nameOf(section.Type().Field(i)); {
		case name == key && name != "-":
			return section.Field(i), false
		case secret && name+fileSuffix == key:
			return section.Field(i), true
		}
	}
	return reflect.Value{}, false
}

// homesOf returns the paths of the sections that have the key, section itself and all within it.
func homesOf(key, path string, section reflect.Type) []string {
	var homes []string
	for i := range section.NumField() {
		name, secret := nameOf(section.Field(i))
		if path != "" && (name == key || secret && name+fileSuffix == key) {
			homes = append(homes, path)
		}
		inner := section.Field(i).Type
		if inner.Kind() == reflect.Pointer || inner.Kind() == reflect.Slice {
			inner = inner.Elem()
		}
		if inner.Kind() == reflect.Struct && inner.PkgPath() == section.PkgPath() {
			homes = append(homes, homesOf(key, join(path, name), inner)...)
		}
	}
	return homes
}
