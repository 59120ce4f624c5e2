package cli

import (
	"errors"

	"desklake/internal/term"
)

// questions asks the user.
func (a *app) questions() *term.Questions {
	if a.asked == nil {
		a.asked = term.NewQuestions(a.stderr)
	}
	return a.asked
}

// confirm asks for a yes. Where nobody can be asked, --yes must have been given.
func (a *app) confirm(question string) error {
	if !term.Asks() {
		return &usageError{errors.New("there is no terminal to ask on: add --yes to go on without a question")}
	}
	return a.questions().Confirm(question)
}
