package pipeline_test

import (
	"context"
	"testing"
	"testing/synctest"

	"desklake/extract"
	"desklake/pipeline"
)

// steps keeps the steps that a run tells of.
type steps struct {
	silent
	all *[]pipeline.Step
}

func (s steps) Moved(_ string, step pipeline.Step) { *s.all = append(*s.all, step) }

func TestAStepTellsOfTheQuotaThatIsScarcest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var all []pipeline.Step
		run(t, &kept{}, pipeline.Job{Progress: steps{all: &all}}, script{
			Observed: func(_ context.Context, o extract.Observer, yield func(extract.Page, error) bool) {
				o.Respond(extract.Response{Quotas: []extract.Quota{
					{Name: "account", Limit: 700, Left: 690}, {Name: "exports", Limit: 10, Left: 7}, {Name: "unknown"},
				}})
				yield(page(1, 1), nil)
			},
		})
		if len(all) == 0 || all[0].Quota == nil || all[0].Quota.Name != "exports" {
			t.Errorf("%+v", all)
		}
	})
}
