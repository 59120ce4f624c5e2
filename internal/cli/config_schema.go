package cli

type configCommand struct {
	Schema configSchemaCommand `cmd:"" help:"Print the JSON Schema of the configuration, for editors."`
}

type configSchemaCommand struct{}

// Help is shown by --help.
func (*configSchemaCommand) Help() string {
	return `Example: desklake config schema > config.schema.json

Editors with a YAML language server complete keys and underline mistakes in a file that begins with
# yaml-language-server: $schema=config.schema.json`
}

// Run prints the schema.
func (*configSchemaCommand) Run(a *app) error {
	schema, err := a.Drivers.Schema()
	if err == nil {
		_, err = a.stdout.Write(schema)
	}
	return err
}
