package config

import (
	"fmt"
	"net/netip"
	"reflect"
	"slices"
	"strings"
)

// Report is where a section says what is wrong with it. Keys are relative to the section, such as auth.token or on[1]; an empty
// one is the section itself.
type Report struct {
	r    *reader
	path string
}

// Problem reports what is wrong with the value of a key. One problem a key is told, and none within a section that has one.
func (r Report) Problem(key, format string, args ...any) { r.r.report(r.at(key), format, args...) }

// Missing reports that the file has nothing at a key, and what to write there, unless a wrong key was meant for it.
func (r Report) Missing(key, what string) { r.r.missing(r.at(key), what) }

// Word reports a value that is none of the words.
func (r Report) Word(key, value string, words []string) {
	if value != "" && !slices.Contains(words, value) {
		r.Problem(key, "unknown value %q%s", r.Raw(key), instead(value, words))
	}
}

// Names reports names that are empty as a list, are none of the words, or stand there twice. What they name is a noun.
func (r Report) Names(key, noun string, names, words []string) {
	if names != nil && len(names) == 0 {
		r.Problem(key, "names no %s: name some, or write all", noun)
	}
	for i, name := range names {
		switch at := Entry(key, i); {
		case !slices.Contains(words, name):
			r.Problem(at, "unknown %s %q%s", noun, r.Raw(at), instead(name, words))
		case slices.Index(names, name) < i:
			r.Problem(at, "%s %q stands here twice", noun, r.Raw(at))
		}
	}
}

// Path makes the path of a file complete: a relative one counts from the folder of the configuration. An empty one stays empty.
func (r Report) Path(key string, path *string) {
	if *path == "" {
		return
	}
	if strings.HasPrefix(*path, "~") {
		r.Problem(key, "a leading ~ is not expanded: write ${HOME} for it")
	}
	*path = r.r.resolve(*path)
}

// Raw is the value of a key as the file has it, before variables were expanded: what a message may show, if it is no secret.
// Empty where the file has none.
func (r Report) Raw(key string) string { return r.r.places[r.at(key)].raw }

// Line is the line of the value of a key, from 1; 0 where the file has none.
func (r Report) Line(key string) int { return r.r.places[r.at(key)].line }

// Words are those of Vocabulary.Words of this name.
func (r Report) Words(name string) []string { return r.r.known.Words[name] }

// File is the name of the configuration file, without its folder.
func (r Report) File() string { return r.r.name }

// Name is the name of the entry of a list in which the section is, such as that of sources[1]; empty where it is in none.
func (r Report) Name() string {
	for path := r.path; path != ""; path = parent(path) {
		if strings.HasSuffix(path, "]") {
			name, _ := expand(r.r.places[join(path, "name")].raw)
			return name
		}
	}
	return ""
}

// Claim reports a value that no other section may have too, and one has.
func (r Report) Claim(key, value string) {
	if first, taken := r.r.claimed[value]; taken {
		r.Problem(key, "%s has the same: give each its own", first)
		return
	}
	r.r.claimed[value] = r.at(key)
}

// Within is the report of a section within this one.
func (r Report) Within(key string) Report { return Report{r.r, r.at(key)} }

func (r Report) at(key string) string { return join(r.path, key) }

// Entry is the key of an entry of a list, such as jobs[1].
func Entry(key string, i int) string { return fmt.Sprintf("%s[%d]", key, i) }

// Loopback reports that a host is this machine.
func Loopback(host string) bool {
	address, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && address.IsLoopback()
}

// check checks what the tags and the section itself say, from within.
func (r *reader) check(path string, section reflect.Value) {
	if kinds, choice := choiceOf(section); kinds != "" && choice.Field(1).IsNil() {
		r.known.choose(section, "") // to say what it takes
	}
	report := Report{r, path}
	for _, k := range r.known.keys(section) {
		at := join(path, k.name)
		words := r.known.words(k)
		within, list := inner(k.value)
		if what := k.tags.Get("need"); (what != "" || k.tags.Get("kinds") != "") && !within.IsValid() && r.empty(at, k.value) { // a section says itself what it lacks
			if words != nil {
				what = oneOf(words)
			}
			r.missing(at, what)
		}
		switch {
		case list:
			for i := range k.value.Len() {
				r.check(Entry(at, i), k.value.Index(i))
			}
		case within.IsValid() && !(k.value.Kind() == reflect.Pointer && k.value.IsNil()):
			r.check(at, within)
		case words != nil && k.value.Kind() == reflect.String:
			report.Word(k.name, k.value.String(), words)
		case words != nil && k.value.Kind() == reflect.Slice && k.tags.Get("enum") != "":
			for i := range k.value.Len() {
				report.Word(Entry(k.name, i), k.value.Index(i).String(), words)
			}
		}
	}
	if _, choice := choiceOf(section); choice.IsValid() {
		if chosen := choice.Field(1); !chosen.IsNil() {
			checkOwn(chosen.Elem().Elem(), report)
		}
	}
	checkOwn(section, report)
}

func checkOwn(section reflect.Value, report Report) {
	if c, ok := section.Addr().Interface().(Checker); ok {
		c.Check(report)
	}
}

// empty reports that neither the file nor a default gives a key a value.
func (r *reader) empty(path string, value reflect.Value) bool {
	return value.IsZero() && r.places[path].raw == ""
}
