// Package desklake is the top of the repository, for the one file of it that the program carries along.
package desklake

import _ "embed" // for ExampleConfig

// ExampleConfig is config.example.yaml: every key with its explanation and its default. `desklake init` fills it in.
//
//go:embed config.example.yaml
var ExampleConfig string
