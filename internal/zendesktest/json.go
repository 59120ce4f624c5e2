package zendesktest

import (
	"strconv"
	"time"
)

// writer appends JSON. It sets the commas; null stands for a zero id and a zero time.
type writer struct {
	b       []byte
	base    string // of the account's own urls, up to /api/v2/
	scratch []byte // for texts on their way
	html    []byte
}

func (w *writer) comma() {
	if len(w.b) == 0 {
		return
	}
	switch w.b[len(w.b)-1] {
	case '{', '[', ':':
	default:
		w.b = append(w.b, ',')
	}
}

func (w *writer) key(name string) {
	w.comma()
	w.b = append(w.b, '"')
	w.b = append(w.b, name...)
	w.b = append(w.b, '"', ':')
}

// open starts an object or an array as an element, and returns where it begins.
func (w *writer) open(bracket byte) int {
	w.comma()
	w.b = append(w.b, bracket)
	return len(w.b) - 1
}

// under starts an object or an array under a key.
func (w *writer) under(name string, bracket byte) {
	w.key(name)
	w.b = append(w.b, bracket)
}

func (w *writer) close(bracket byte) { w.b = append(w.b, bracket) }

func (w *writer) raw(name, value string) {
	w.key(name)
	w.b = append(w.b, value...)
}

func (w *writer) null(name string) { w.raw(name, "null") }

func (w *writer) bool(name string, v bool) {
	w.key(name)
	w.b = strconv.AppendBool(w.b, v)
}

func (w *writer) int(name string, n int64) {
	w.key(name)
	w.b = strconv.AppendInt(w.b, n, 10)
}

func (w *writer) id(name string, id int64) {
	if id == 0 {
		w.null(name)
		return
	}
	w.int(name, id)
}

func (w *writer) str(name, s string) {
	w.key(name)
	w.b = appendString(w.b, s)
}

func (w *writer) time(name string, unix int64) {
	if unix == 0 {
		w.null(name)
		return
	}
	w.key(name)
	w.b = append(w.b, '"')
	w.b = time.Unix(unix, 0).UTC().AppendFormat(w.b, time.RFC3339)
	w.b = append(w.b, '"')
}

// url writes the record's own address: <base>path/id.json.
func (w *writer) url(path string, id int64) {
	w.key("url")
	w.b = append(w.b, '"')
	w.b = append(w.b, w.base...)
	w.b = append(w.b, path...)
	w.b = append(w.b, '/')
	w.b = strconv.AppendInt(w.b, id, 10)
	w.b = append(w.b, ".json\""...)
}

func (w *writer) ids(name string, ids ...int64) {
	w.under(name, '[')
	for _, id := range ids {
		w.comma()
		w.b = strconv.AppendInt(w.b, id, 10)
	}
	w.close(']')
}

func (w *writer) strs(name string, list ...string) {
	w.under(name, '[')
	for _, s := range list {
		w.comma()
		w.b = appendString(w.b, s)
	}
	w.close(']')
}

const hex = "0123456789abcdef"

func appendString[S string | []byte](b []byte, s S) []byte {
	b = append(b, '"')
	from := 0
	for i := range len(s) {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		b = append(b, s[from:i]...)
		from = i + 1
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\n':
			b = append(b, '\\', 'n')
		default:
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
	}
	return append(append(b, s[from:]...), '"')
}
