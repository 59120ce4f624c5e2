package term

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// Asks reports that there is somebody to be asked: that stdin is a terminal.
func Asks() bool { return term.IsTerminal(int(os.Stdin.Fd())) }

// Questions asks the user, who answers on stdin.
type Questions struct {
	out     io.Writer
	answers *bufio.Reader
}

// NewQuestions returns Questions that are written to out. Nothing is read before the first one.
func NewQuestions(out io.Writer) *Questions {
	return &Questions{out: out, answers: bufio.NewReader(os.Stdin)}
}

// Ask asks for a line. An empty one means the default. The error is ErrNoAnswer where stdin has ended.
func (q *Questions) Ask(question, byDefault string) (string, error) {
	if byDefault != "" {
		question += " [" + byDefault + "]"
	}
	fmt.Fprint(q.out, question+" ")
	line, err := q.answers.ReadString('\n')
	if err != nil {
		fmt.Fprintln(q.out)
		return "", ErrNoAnswer
	}
	if line = strings.TrimSpace(line); line == "" {
		return byDefault, nil
	}
	return line, nil
}

// Why nothing was done that the user was asked about.
var (
	ErrNoAnswer = errors.New("there was no answer: nothing was changed")
	ErrDeclined = errors.New("nothing was changed")
)

// Confirm asks for a yes; ErrDeclined is the error of anything else.
func (q *Questions) Confirm(question string) error {
	answer, err := q.Ask(question+" (yes or no)", "no")
	if err == nil && !strings.EqualFold(answer, "yes") && !strings.EqualFold(answer, "y") {
		err = ErrDeclined
	}
	return err
}
