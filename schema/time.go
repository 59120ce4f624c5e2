package schema

import (
	"bytes"
	"time"

	"desklake/internal/jsonscan"
)

// The first and the last second of the years 1 to 9999, since 1970-01-01T00:00:00Z: what every sink can hold.
const (
	firstSecond = -62135596800
	lastSecond  = 253402300799
)

// The seconds since 1970 of 9 or 10 digits are those of the years 1973 to 2286. Fewer digits in a string are as likely a
// date, and more are milliseconds.
const fewestDigits, mostDigits = 9, 10

// parseTime parses a date-time by RFC 3339, such as 2011-05-05T10:38:52Z, into microseconds since
// 1970-01-01T00:00:00Z, and what is harmlessly near to it: a space in place of the T, +0000 or UTC in place of Z, a space in
// front of these; and seconds since 1970 as digits. Whole is false where the microseconds do not say all of it: where there
// are digits beyond them, which are cut off, another offset than zero, or digits alone. ok is false where there is no such
// time, leap seconds and times outside of the years 1 to 9999 included.
func parseTime(text []byte) (micros int64, whole, ok bool) {
	if seconds := number(text); seconds > 0 && len(text) >= fewestDigits && len(text) <= mostDigits {
		return int64(seconds) * 1e6, false, true
	}
	if len(text) < len("2006-01-02T15:04:05Z") ||
		text[4] != '-' || text[7] != '-' || text[10]|0x20 != 't' && text[10] != ' ' || text[13] != ':' || text[16] != ':' {
		return 0, false, false
	}
	year, month, day := number(text[0:4]), number(text[5:7]), number(text[8:10])
	hour, minute, second := number(text[11:13]), number(text[14:16]), number(text[17:19])
	if year < 0 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month) ||
		hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59 {
		return 0, false, false
	}
	fraction, rest, whole, ok := parseFraction(text[19:])
	if !ok {
		return 0, false, false
	}
	offset, ok := parseOffset(bytes.TrimPrefix(rest, []byte(" ")))
	if !ok {
		return 0, false, false
	}
	seconds := days(year, month, day)*86400 + int64(hour*3600+minute*60+second-offset)
	if seconds < firstSecond || seconds > lastSecond {
		return 0, false, false
	}
	return seconds*1e6 + fraction, whole && offset == 0, true
}

// Instant reads a value as a column of type Time reads a string, and one of type Unix a number: UTC. ok is false where neither holds it.
func Instant(v jsonscan.Value) (at time.Time, ok bool) {
	if v.Kind == jsonscan.Number {
		seconds, ok := v.Whole()
		return time.Unix(seconds, 0).UTC(), ok && seconds >= firstSecond && seconds <= lastSecond
	}
	micros, _, ok := parseTime(v.Text())
	return time.UnixMicro(micros).UTC(), ok && v.Kind == jsonscan.String
}

// parseFraction parses a decimal point with digits, if there is one, into microseconds.
func parseFraction(text []byte) (micros int64, rest []byte, whole, ok bool) {
	if text[0] != '.' {
		return 0, text, true, true
	}
	digits := text[1:]
	n := 0
	for n < len(digits) && '0' <= digits[n] && digits[n] <= '9' {
		if n < 6 {
			micros = micros*10 + int64(digits[n]-'0')
		}
		n++
	}
	for i := n; i < 6; i++ {
		micros *= 10
	}
	return micros, digits[n:], n <= 6, n > 0
}

// parseOffset parses Z, UTC, or an offset such as +01:00 or +0100, into seconds.
func parseOffset(text []byte) (seconds int, ok bool) {
	if len(text) == 1 {
		return 0, text[0]|0x20 == 'z'
	}
	if string(text) == "UTC" {
		return 0, true
	}
	if len(text) == len("+01:00") && text[3] == ':' {
		text = []byte{text[0], text[1], text[2], text[4], text[5]}
	}
	if len(text) != len("+0100") || text[0] != '+' && text[0] != '-' {
		return 0, false
	}
	hours, minutes := number(text[1:3]), number(text[3:5])
	if hours < 0 || hours > 23 || minutes < 0 || minutes > 59 {
		return 0, false
	}
	seconds = hours*3600 + minutes*60
	if text[0] == '-' {
		seconds = -seconds
	}
	return seconds, true
}

// number is what the digits write, or less than zero where one is no digit.
func number(digits []byte) int {
	n := 0
	for _, c := range digits {
		if c < '0' || c > '9' {
			return -1
		}
		n = n*10 + int(c-'0')
	}
	return n
}

func daysIn(year, month int) int {
	if month == 2 && year%4 == 0 && (year%100 != 0 || year%400 == 0) {
		return 29
	}
	return [...]int{0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}[month]
}

// days counts the days from 1970-01-01 to a date of the Gregorian calendar, with years that begin in March, so
// that the leap day is a year's last.
func days(year, month, day int) int64 {
	if month < 3 {
		year--
		month += 12
	}
	return int64(365*year+year/4-year/100+year/400+(153*(month-3)+2)/5+day-1) - 719468
}
