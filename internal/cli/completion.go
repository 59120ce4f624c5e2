package cli

import (
	_ "embed" // for the scripts
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

type completionCommand struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"bash, zsh or fish."`
}

//go:embed completion/completion.bash
var bashCompletion string

//go:embed completion/completion.zsh
var zshCompletion string

//go:embed completion/completion.fish
var fishCompletion string

// Help is shown by --help.
func (*completionCommand) Help() string {
	return `Example: source <(desklake completion bash)

For every new shell: put that line into ~/.bashrc; for zsh, source <(desklake completion zsh) into ~/.zshrc behind compinit;
for fish, desklake completion fish > ~/.config/fish/completions/desklake.fish`
}

// Run prints the script, which asks the program itself for the words that fit.
func (c *completionCommand) Run(a *app) error {
	scripts := map[string]string{"bash": bashCompletion, "zsh": zshCompletion, "fish": fishCompletion}
	_, err := io.WriteString(a.stdout, scripts[c.Shell])
	return err
}

// completeCommand is what the scripts call.
type completeCommand struct {
	Words []string `arg:"" optional:"" help:"The words so far, the last one being what is completed."`
}

// Run prints the words that fit, a line each.
func (c *completeCommand) Run(a *app) error {
	for _, word := range a.complete(c.Words) {
		fmt.Fprintln(a.stdout, word)
	}
	return nil
}

// complete returns what the last of the words can become. Nothing where a file or a value of the user's is expected.
func (a *app) complete(words []string) (fitting []string) {
	if len(words) == 0 {
		words = []string{""}
	}
	node, last := a.model.Node, words[len(words)-1]
	for i := 0; i < len(words)-1; i++ {
		if flag := flagOf(node, words[i]); flag != nil && !flag.IsBool() {
			if i++; words[i] == "=" && i < len(words)-1 { // bash takes --flag=value apart
				i++
			}
			if i == len(words)-1 {
				return starting(strings.TrimPrefix(last, "="), a.values(flag))
			}
			continue
		}
		if at := slices.IndexFunc(node.Children, func(n *kong.Node) bool { return n.Name == words[i] }); at >= 0 {
			node = node.Children[at]
		}
	}
	if name, value, joined := strings.Cut(last, "="); joined {
		if flag := flagOf(node, name); flag != nil {
			for _, word := range starting(value, a.values(flag)) {
				fitting = append(fitting, name+"="+word)
			}
		}
		return fitting
	}
	return starting(last, a.candidates(node, strings.HasPrefix(last, "-")))
}

// starting are those of the words that begin with this.
func starting(with string, words []string) (fitting []string) {
	for _, word := range words {
		if strings.HasPrefix(word, with) {
			fitting = append(fitting, word)
		}
	}
	return fitting
}

// values are what a flag can be set to, where there are a few words for it.
func (a *app) values(flag *kong.Flag) []string {
	switch {
	case flag.Enum != "":
		return flag.EnumSlice()
	case flag.Name == "auth":
		return logins
	case flag.Name == "sink":
		return a.Drivers.SinkTypes()
	}
	return nil
}

// candidates are the words that can stand behind a command.
func (a *app) candidates(node *kong.Node, flags bool) (words []string) {
	if flags {
		for _, group := range node.AllFlags(true) {
			for _, f := range group {
				words = append(words, "--"+f.Name)
			}
		}
		return words
	}
	for _, child := range node.Children {
		if !child.Hidden {
			words = append(words, child.Name)
		}
	}
	for _, p := range node.Positional {
		switch {
		case p.Name == "table":
			words = append(words, a.Drivers.Tables()...)
		case p.Enum != "":
			words = append(words, p.EnumSlice()...)
		}
	}
	return words
}

// flagOf is the flag that a word is, if its value is not in the same word.
func flagOf(node *kong.Node, word string) *kong.Flag {
	for _, group := range node.AllFlags(false) {
		for _, f := range group {
			if word == "--"+f.Name || f.Short != 0 && word == "-"+string(f.Short) {
				return f
			}
		}
	}
	return nil
}
