package web

import (
	"bytes"
	"html/template"
	"io"
	"net/http"
	"slices"
	"time"

	"desklake/internal/visible"
	"desklake/internal/words"
	"desklake/sink"
)

// pageTemplate is the page: page.html, and a file a section.
var pageTemplate = template.Must(template.New("page.html").Funcs(template.FuncMap{
	"asset": assetName, "of": of, "thousands": words.Thousands[int64], "wholes": words.Thousands[int], "count": words.Count[int], "count64": words.Count[int64], "ago": ago, "until": until, "day": day,
	"local": local, "class": func(status string) string { return runClass(sink.Status(status)) }, "span": span, "list": words.List,
	"seconds": func(s float64) string { return span(time.Duration(s * float64(time.Second))) },
}).ParseFS(files, "page/*.html"))

// view is what the page shows: the status, and what is drawn and said of it.
type view struct {
	Status
	Headline headline
	Accounts map[string]string   // by source, where sources have names
	Bars     map[string]lastRuns // by TableStatus.Key
	History  history
	Cursors  []TableStatus // one a stream that has one
	CanStart bool
	Notice   string // what became of a button that was pressed
	Refused  string // or why nothing did
	Reload   int    // seconds until a browser without scripts loads the page again
}

// page answers with the status page.
func (s *server) page(w http.ResponseWriter, r *http.Request) {
	var b bytes.Buffer
	if err := pageTemplate.Execute(&b, s.view(r, time.Now())); err != nil {
		s.Logger.Error("status page", "err", err)
		http.Error(w, "The page could not be made; the log says why.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = io.WriteString(w, visible.Text(b.String())) // whoever asked may have left
}

func (s *server) view(r *http.Request, now time.Time) view {
	service := s.Service()
	sources := look(service)
	status := newStatus(s.Version, service, sources, now)
	v := view{Status: status, Headline: newHeadline(status), Accounts: map[string]string{}, Bars: map[string]lastRuns{},
		CanStart: service.Token != "", Reload: 60}
	shown, totals := map[string]shown{}, []sink.RunReport(nil)
	for _, one := range sources {
		shown[one.Name], totals = one.shown, append(totals, one.shown.totals...)
		if one.Name != "" {
			v.Accounts[one.Name] = one.Account
		}
	}
	v.History = newHistory(totals, now)
	if status.Run != nil {
		v.Reload = 5
	}
	for _, t := range status.Tables {
		v.Bars[t.Key()] = shown[t.Source].barsOf(t.Table)
		known := slices.ContainsFunc(v.Cursors, func(o TableStatus) bool { return o.Source == t.Source && o.Stream == t.Stream })
		if t.Cursor != "" && !known {
			v.Cursors = append(v.Cursors, t)
		}
	}
	v.Notice, v.Refused = answered(r, service)
	return v
}

// refusals are what the page says when a button did nothing, by what run put into the address.
var refusals = map[string]string{
	"disabled": "Nothing was started: jobs can be started from here once serve.token is set in the configuration.",
	"origin":   "Nothing was started: the request came from another site.",
	"token":    "Nothing was started: that is not the token. It is the value of serve.token in the configuration.",
	"job":      "Nothing was started: there is no such job.",
	"busy":     "Nothing was started: the scheduler takes no job. It may be about to end.",
}

// answered is what became of the button whose answer led here. Nothing of the address itself is shown.
func answered(r *http.Request, service Service) (notice, refused string) {
	q := r.URL.Query()
	if job := q.Get("job"); slices.ContainsFunc(service.Jobs, func(j Job) bool { return j.Name == job }) {
		notice = "The job " + job + " was started. It begins at once, or after the run under way."
	}
	return notice, refusals[q.Get("refused")]
}
