package setup

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"desklake/extract/zendesk"
)

// A login is replaced by the next one: two sources must not have one file.
func TestEachSourceHasItsOwnLogin(t *testing.T) {
	t.Parallel()
	c := mustLoad(t, testdata+"/sources.good.yaml")
	for i, want := range []string{"sources.good.acme.tokens.json", "sources.good.acme_us.tokens.json"} {
		if got := c.Sources[i].Section.(*zendesk.Config).Auth.OAuthUser.TokenFile; got != filepath.Join(testdata, want) {
			t.Errorf("source %d: %s, want %s", i, got, want)
		}
	}
}

func TestAJobReadsOfEachOfItsSourcesWhatIsSelectedThere(t *testing.T) {
	t.Parallel()
	c := mustLoad(t, testdata+"/sources.good.yaml")
	for i, want := range []string{"acme: tickets users; acme_us: tickets tags", "acme_us: tags", "acme: users"} {
		tasks, err := c.TasksOf(c.Jobs[i])
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, task := range tasks {
			got = append(got, task.Name+": "+strings.Join(task.Tables, " "))
			if schedule := task.Schedule(c.Jobs[i]); strings.Join(schedule.Tables, " ") != strings.Join(task.Tables, " ") {
				t.Errorf("%s: the schedule of %s has the tables %v", c.Jobs[i].Name, task.Name, schedule.Tables)
			}
			if !task.Named {
				t.Errorf("%s: tables that are named by the configuration are not", task.Name)
			}
		}
		if strings.Join(got, "; ") != want {
			t.Errorf("%s: %q, want %s", c.Jobs[i].Name, got, want)
		}
	}
	if n := len(c.EverySource()[0].Schedules(c.Jobs)); n != 2 {
		t.Errorf("acme is read by %d jobs", n)
	}
}

func TestTablesThatAreNamedAreReadWhereTheyAreSelected(t *testing.T) {
	t.Parallel()
	c := mustLoad(t, testdata+"/sources.good.yaml")
	for named, want := range map[string]string{
		"tickets":        "acme [tickets] acme_us [tickets]",
		"users tags":     "acme [users] acme_us [tags]",
		"ticket_metrics": `no source has the table "ticket_metrics" selected: name one with --source`,
		"tickts":         `there is no table "tickts", did you mean "tickets"?`,
	} {
		tasks, err := Tasks(c.EverySource(), strings.Fields(named))
		got := fmt.Sprint(err)
		if err == nil {
			var all []string
			for _, task := range tasks {
				all = append(all, fmt.Sprint(task.Name, " ", task.Tables))
			}
			got = strings.Join(all, " ")
		}
		if got != want {
			t.Errorf("%s: %s, want %s", named, got, want)
		}
	}
	// Whoever names the source may have what is not selected.
	chosen, err := c.Choose("acme_us")
	if err != nil {
		t.Fatal(err)
	}
	if tasks, err := Tasks(chosen, []string{"ticket_metrics"}); err != nil || len(tasks) != 1 {
		t.Errorf("%d tasks, %v", len(tasks), err)
	}
}

func TestASourceIsFoundByItsName(t *testing.T) {
	t.Parallel()
	several, only := mustLoad(t, testdata+"/sources.good.yaml"), mustLoad(t, testdata+"/oauth_client.good.yaml")
	if s, err := several.One("acme_us"); err != nil || s.Name != "acme_us" || s.Account() != "acme-us.zendesk.com" {
		t.Errorf("%+v, %v", s, err)
	}
	if s, err := only.One(""); err != nil || s.Name != "" {
		t.Errorf("%+v, %v", s, err)
	}
	for want, err := range map[string]error{
		`this is for one source: name it with --source`:                           second(several.One("")),
		`there is no source "acme_u", did you mean "acme_us"?`:                    second(several.One("acme_u")),
		`there is no source "acme": the configuration has one, which has no name`: second(only.One("acme")),
		`there is no source "zzzzzzzzzzzz"`:                                       second(several.One("zzzzzzzzzzzz")),
	} {
		if fmt.Sprint(err) != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

func second[T any](_ T, err error) error { return err }
