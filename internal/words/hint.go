package words

import "errors"

// Hint is what an error says can be done about it; empty where it says nothing.
func Hint(err error) string {
	var advice interface{ Hint() string }
	if !errors.As(err, &advice) {
		return ""
	}
	return advice.Hint()
}
