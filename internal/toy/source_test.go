package toy_test

import (
	"fmt"
	"testing"

	"desklake/extract"
	"desklake/extract/extracttest"
	"desklake/internal/toy"
)

func TestTheSmallestSourceKeepsTheContract(t *testing.T) {
	t.Parallel()
	extracttest.Run(t, func(t *testing.T, _ bool) extracttest.Account {
		zoo := new(toy.Zoo)
		toy.Zoos.Store(t.Name(), zoo)
		live := map[string]map[string]bool{"animals": {}, "kinds": {}}
		n := 0
		change := func(id int, gone bool) {
			zoo.Change(id, fmt.Sprint("n", n), gone)
			live["animals"][fmt.Sprint(id)] = !gone
		}
		grow := func() {
			var kinds []string
			for n++; len(kinds) < 35; {
				kinds = append(kinds, fmt.Sprint("kind ", n+len(kinds)))
			}
			zoo.Kinds(kinds...)
			live["kinds"] = map[string]bool{}
			for _, kind := range kinds {
				live["kinds"][kind] = true
			}
			for id := range 25 {
				change(n*20+id, id == 3)
			}
		}
		grow()
		return extracttest.Account{
			Open: func() (extract.Source, error) { return (&toy.Config{Zoo: t.Name()}).Open(extract.Env{}) },
			Keys: func(table string) (keys, lost []string) {
				for key, there := range live[table] {
					if there {
						keys = append(keys, key)
					}
				}
				return keys, nil
			},
			Change:   grow,
			Requests: func() int { return zoo.Requests },
			Refuse:   func(stream string) { zoo.Refused = stream },
			Silence:  func() { zoo.Silent = true },
			TooMany:  func() int { return 0 },
		}
	})
}
