package config

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// Share is a part of a whole, at least 0 and less than 1. In a file it is 30% or 0.3.
type Share float64

// Tables are the tables that were named. Nil is all: all there are, or in a job all that Config.Tables has.
type Tables []string

// set parses the text of one value into the field that into points to. Its error never holds the text, which may
// be a secret.
func set(into any, text string) (err error) {
	switch into := into.(type) {
	case *string:
		*into = text
	case *Secret:
		*into, err = parseSecret(text)
	case *bool:
		if *into = text == "true"; !*into && text != "false" {
			return errors.New("is neither true nor false")
		}
	case *Share:
		*into, err = parseShare(text)
	case *time.Time:
		*into, err = ParseTime(text)
	case *time.Duration:
		*into, err = parseDuration(text)
	case *Tables:
		if *into = nil; text != "all" {
			return errors.New("is neither all nor a list: write all or, for example, [tickets, users]")
		}
	default:
		panic(fmt.Sprintf("config: no value of type %T", into))
	}
	return err
}

// parseSecret refuses what no HTTP header can carry: the mark of a wrong file or a broken copy.
func parseSecret(text string) (Secret, error) {
	if text == "" {
		return "", errors.New("is empty")
	}
	if strings.ContainsFunc(text, func(c rune) bool { return unicode.IsSpace(c) || unicode.IsControl(c) }) {
		return "", errors.New("holds a space, a line break or a control character: copy the secret alone")
	}
	return Secret(text), nil
}

// parseDuration reads a duration, also one in whole days.
func parseDuration(text string) (time.Duration, error) {
	if days, found := strings.CutSuffix(text, "d"); found {
		if n, err := strconv.ParseUint(days, 10, 16); err == nil {
			return time.Duration(n) * 24 * time.Hour, nil
		}
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		return 0, errors.New("is not a duration: write a number and a unit, such as 30s, 10m, 1h30m or 400d")
	}
	return d, nil
}

func parseShare(text string) (Share, error) {
	number, percent := strings.CutSuffix(text, "%")
	share, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
	if percent {
		share /= 100
	}
	if err != nil || math.IsNaN(share) || share < 0 || share >= 1 {
		return 0, errors.New("is not a share from 0% to less than 100%: write for example 30% or 0.3")
	}
	return Share(share), nil
}

// ParseTime reads a point in time with its zone, such as 2017-01-25T00:00:00Z. The error does not repeat the text.
func ParseTime(text string) (time.Time, error) {
	at, err := time.Parse(time.RFC3339, strings.Replace(text, " ", "T", 1))
	if err == nil {
		return at.UTC(), nil
	}
	for _, layout := range []string{"2006-01-02", "2006-01-02T15:04", "2006-01-02T15:04:05"} {
		if _, err := time.Parse(layout, strings.Replace(text, " ", "T", 1)); err == nil {
			return time.Time{}, errors.New("has no time zone: write the time too and Z for UTC, as in 2017-01-25T00:00:00Z")
		}
	}
	return time.Time{}, errors.New("is not a point in time: write it as 2017-01-25T00:00:00Z")
}
