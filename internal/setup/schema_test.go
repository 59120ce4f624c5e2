package setup

import (
	"bytes"
	"desklake/internal/config"
	"os"
	"path/filepath"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"
)

func compiledSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	text, err := known.Schema()
	if err != nil {
		t.Fatal(err)
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("config.schema.json", document); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("config.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// validate says what an editor would of a file.
func validate(t *testing.T, s *jsonschema.Schema, path string) error {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var root yaml.Node
	if err := yaml.Load(content, &root); err != nil {
		return err
	}
	return s.Validate(plainValue(root.Content[0]))
}

// plainValue is a node as editors see it: times are strings.
func plainValue(n *yaml.Node) any {
	switch n.Kind {
	case yaml.MappingNode:
		object := map[string]any{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			object[n.Content[i].Value] = plainValue(n.Content[i+1])
		}
		return object
	case yaml.SequenceNode:
		list := []any{}
		for _, entry := range n.Content {
			list = append(list, plainValue(entry))
		}
		return list
	}
	if n.Tag == "!!null" {
		return nil
	}
	if n.Tag == "!!bool" {
		return n.Value == "true"
	}
	if n.Tag == "!!float" || n.Tag == "!!int" {
		var number float64
		if n.Decode(&number) == nil {
			return number
		}
	}
	return n.Value
}

func TestTheSchemaTakesEveryGoodFile(t *testing.T) {
	t.Parallel()
	s := compiledSchema(t)
	files, err := filepath.Glob(testdata + "/*.good.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal("no good files", err)
	}
	for _, file := range append(files, example) {
		if err := validate(t, s, file); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
}

// An editor must find what is misspelt, misplaced or of the wrong kind. What only Load can know is left to it.
func TestTheSchemaRefusesWhatAnEditorCanKnow(t *testing.T) {
	t.Parallel()
	s := compiledSchema(t)
	for _, name := range []string{
		"unknown_key", "unknown_key_at_the_top", "unknown_key_in_a_job", "key_in_the_wrong_section", "type_misspelt", "audits_misspelt",
		"auth_missing", "auth_twice", "auth_without_anything", "auth_without_the_secret", "start_date_missing", "subdomain_missing",
		"subdomain_and_url", "sink_path_missing", "sink_type_misspelt", "tables_unknown", "tables_in_words", "tables_none", "tables_twice",
		"job_without_a_name", "job_without_cron", "jobs_not_a_list", "text_for_a_section", "list_for_a_duration", "duration_without_a_unit",
		"reserve_in_words", "secret_and_file", "section_for_a_text", "list_at_the_top", "token_in_place_of_the_section",
		"webhook_without_an_address", "webhook_format_misspelt", "webhook_on_success", "webhook_on_nothing",
	} {
		if err := validate(t, s, filepath.Join(testdata, name+".bad.yaml")); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

func TestEveryKeyIsExplained(t *testing.T) {
	t.Parallel()
	if paths := config.Unexplained(&Config{}, known.vocabulary()); paths != nil {
		t.Errorf("without a help text: %v", paths)
	}
}
