package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/term"
)

// asks reports that there is somebody to be asked. Questions go to stderr.
func asks() bool { return term.IsTerminal(int(os.Stdin.Fd())) }

// ask asks for a line. An empty one means the default.
func (a *app) ask(question, byDefault string) (string, error) {
	if byDefault != "" {
		question += " [" + byDefault + "]"
	}
	fmt.Fprint(a.stderr, question+" ")
	if a.answers == nil {
		a.answers = bufio.NewReader(os.Stdin)
	}
	line, err := a.answers.ReadString('\n')
	if err != nil {
		fmt.Fprintln(a.stderr)
		return "", errNoAnswer
	}
	if line = strings.TrimSpace(line); line == "" {
		return byDefault, nil
	}
	return line, nil
}

var (
	errNoAnswer = errors.New("there was no answer: nothing was changed")
	errDeclined = errors.New("nothing was changed")
)

// confirm asks for a yes. Where nobody can be asked, --yes must have been given.
func (a *app) confirm(question string) error {
	if !asks() {
		return &usageError{errors.New("there is no terminal to ask on: add --yes to go on without a question")}
	}
	answer, err := a.ask(question+" (yes or no)", "no")
	if err == nil && !strings.EqualFold(answer, "yes") && !strings.EqualFold(answer, "y") {
		err = errDeclined
	}
	return err
}
