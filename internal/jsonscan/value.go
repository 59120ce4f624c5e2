package jsonscan

// Kind is what a value is.
type Kind uint8

// The kinds of values. None is the kind of the zero Value: there is no value.
const (
	None Kind = iota
	Null
	Bool
	Number
	String
	Array
	Object
)

// Value is a valid JSON value as it stands in the text.
type Value struct {
	Raw  []byte // its bytes, without white space around it
	Kind Kind

	met flags

	// Depth is how deep arrays and objects are nested in it: 0 for a scalar, 1 for an array of scalars.
	Depth int32
}

// Escaped reports a string in it, or a key, with an escape.
func (v Value) Escaped() bool { return v.met&escaped != 0 }

// Lone reports a string in it, or a key, with an escape of half a surrogate pair, such as "\ud800". It stands for
// no character; strict parsers refuse it, Text and AppendJSON put U+FFFD in its place.
func (v Value) Lone() bool { return v.met&lone != 0 }

// Repaired reports that the text it is from was not UTF-8. See Scanner.Repaired.
func (v Value) Repaired() bool { return v.met&repaired != 0 }

// IsNull reports that the value is null or that there is none.
func (v Value) IsNull() bool { return v.Kind <= Null }

// Bool returns the value of a boolean. ok is false for every other kind.
func (v Value) Bool() (b, ok bool) { return v.Kind == Bool && v.Raw[0] == 't', v.Kind == Bool }

// Text returns the characters of a string: a part of Raw where there is no escape, else a copy. It is nil for
// every other kind.
func (v Value) Text() []byte {
	if v.Kind == String && !v.Escaped() {
		return v.Raw[1 : len(v.Raw)-1]
	}
	return v.AppendText(nil)
}

// Scanner returns a scanner over the value itself.
func (v Value) Scanner() Scanner { return Scanner{buf: v.Raw, met: v.met & repaired} }
