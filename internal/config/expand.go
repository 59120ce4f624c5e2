package config

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"
)

var variable = regexp.MustCompile(`^\$\{([A-Za-z_][A-Za-z0-9_]*)\}`)

// expand replaces each ${NAME} in a value by the environment variable NAME. $${ stands for ${ itself; every other
// dollar is left alone, so that a password with dollars needs no care. What a variable holds is not expanded again
// and never read as YAML.
func expand(text string) (string, error) {
	var out strings.Builder
	for {
		i := strings.Index(text, "${")
		if i < 0 {
			out.WriteString(text)
			return out.String(), nil
		}
		if i > 0 && text[i-1] == '$' {
			out.WriteString(text[:i-1] + "${")
			text = text[i+2:]
			continue
		}
		out.WriteString(text[:i])
		match := variable.FindStringSubmatch(text[i:])
		if match == nil {
			return "", errors.New("has a ${ without the name of a variable and a }: for a plain ${ write $${")
		}
		value, found := os.LookupEnv(match[1])
		if !found {
			return "", fmt.Errorf("needs the environment variable %s, which is not set", match[1])
		}
		out.WriteString(value)
		text = text[i+len(match[0]):]
	}
}
