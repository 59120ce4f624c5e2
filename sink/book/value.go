package book

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"desklake/sink"
)

// value reads a field.
func value(field any) any {
	switch p := field.(type) {
	case *string:
		return strings.ToValidUTF8(*p, "\uFFFD")
	case *sink.Status:
		return string(*p)
	case *sink.Outcome:
		return string(*p)
	case *int64:
		return *p
	case *time.Duration:
		return p.Seconds()
	case *time.Time:
		if p.IsZero() {
			return nil
		}
		return p.UTC()
	case *[]string:
		return *p
	case *map[string]int64:
		if len(*p) == 0 {
			return ""
		}
		text, _ := json.Marshal(*p) // of texts and numbers
		return string(text)
	}
	panic(fmt.Sprintf("book: no way to store a %T", field))
}

// set writes a field; nil leaves it empty.
func set(field, v any) {
	switch p := field.(type) {
	case *string:
		*p, _ = v.(string)
	case *sink.Status:
		text, _ := v.(string)
		*p = sink.Status(text)
	case *sink.Outcome:
		text, _ := v.(string)
		*p = sink.Outcome(text)
	case *int64:
		*p, _ = v.(int64)
	case *time.Duration:
		seconds, _ := v.(float64)
		*p = time.Duration(seconds * float64(time.Second))
	case *time.Time:
		at, _ := v.(time.Time)
		*p = at.UTC()
	case *[]string:
		*p, _ = v.([]string)
	case *map[string]int64:
		text, _ := v.(string)
		*p = nil
		_ = json.Unmarshal([]byte(text), p) // what is no such text is of nobody's making, and says nothing
	default:
		panic(fmt.Sprintf("book: no way to read a %T", field))
	}
}
