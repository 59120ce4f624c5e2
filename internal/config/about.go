package config

// fact is what the structs can't say of a key.
type fact struct {
	doc   string   // one or two sentences
	needs []string // of a section: the keys that must be there
	oneOf []string // of a section: exactly one of these keys must be there
}

// The ways to log in.
var authKeys = []string{"oauth_client", "oauth_user", "access_token", "api_token"}

// The places of a login.
var loginStores = []string{"file", "keyring"}

// about has every key by its path; [] stands for the entries of a list. Schema and `desklake config schema` show it.
var about = map[string]fact{
	"":       {needs: []string{"source", "sink"}},
	"source": {doc: "The helpdesk account.", needs: []string{"type", "start_date", "auth"}, oneOf: []string{"subdomain", "url"}},

	"source.type":               {doc: "The type of the helpdesk."},
	"source.subdomain":          {doc: "What stands before .zendesk.com in the address of the helpdesk."},
	"source.url":                {doc: "The whole address instead of the subdomain, for a proxy or a test."},
	"source.start_date":         {doc: "From when on to read, in UTC: what changed since then, however old it is."},
	"source.auth":               {doc: "How to log in.", oneOf: authKeys},
	"source.audits":             {doc: "How ticket_audits and ticket_comments are read: from the ticket event export, or ticket by ticket. Default: events."},
	"source.rate_limit":         {doc: "What desklake leaves of the account's quota to others."},
	"source.rate_limit.reserve": {doc: "The part of the account's requests a minute that is left to everyone else, as 30% or 0.3. Default: 30%."},
	"source.give_up_after":      {doc: "For how long one request is tried, all its repetitions and page sizes together, before its table is given up for this run. Default: 1h."},
	"source.overlap":            {doc: "How much of what was read last is read again, where the helpdesk can deliver late. Default: 5m."},

	"source.auth.oauth_client":               {doc: "A confidential OAuth client.", needs: []string{"client_id"}, oneOf: []string{"client_secret", "client_secret_file"}},
	"source.auth.oauth_client.client_id":     {doc: "The identifier of the OAuth client."},
	"source.auth.oauth_client.client_secret": {doc: "The secret of the OAuth client."},
	"source.auth.oauth_user":                 {doc: "A user who logs in with desklake login, through an OAuth client.", needs: []string{"client_id"}},
	"source.auth.oauth_user.client_id":       {doc: "The identifier of the OAuth client."},
	"source.auth.oauth_user.client_secret":   {doc: "The secret of a confidential OAuth client; a public one has none."},
	"source.auth.oauth_user.redirect_url":    {doc: "Where the browser is sent after the login, as it stands in the OAuth client. Default: http://127.0.0.1:19284/callback."},
	"source.auth.oauth_user.token_file":      {doc: "The file in which the login is kept. Default: the name of this file with .tokens.json at its end, beside it."},
	"source.auth.oauth_user.store":           {doc: "Where the login is kept: in token_file, or in the keyring of the operating system where there is one. Default: file."},
	"source.auth.access_token":               {doc: "An OAuth access token that was made elsewhere.", oneOf: []string{"token", "token_file"}},
	"source.auth.access_token.token":         {doc: "The access token."},
	"source.auth.api_token":                  {doc: "An API token. Zendesk ends these on 30 April 2027.", needs: []string{"email"}, oneOf: []string{"token", "token_file"}},
	"source.auth.api_token.email":            {doc: "The e-mail address of the user."},
	"source.auth.api_token.token":            {doc: "The API token."},

	"tables": {doc: "The tables to sync: all, or a list. Default: all."},

	"sink":              {doc: "Where to write to.", needs: []string{"type", "path"}},
	"sink.type":         {doc: "The type of the destination."},
	"sink.path":         {doc: "The file or folder to write to. It is made where there is none."},
	"sink.lock_wait":    {doc: "How long to wait while another process has the destination; 0s not to wait. Default: 10m."},
	"sink.memory_limit": {doc: "The memory that DuckDB may use, such as 512MB."},
	"sink.history":      {doc: "How long runs, loads and issues are kept, such as 400d; 0s for ever. Default: 400d."},

	"sink.publish":       {doc: "A copy of the DuckDB file for analysts, who may keep it open. It is replaced in one step after each run that changed something."},
	"sink.publish_guard": {doc: "What a table may lose of its rows from one copy to the next; where it loses more, the old copy is kept. Default: 20%."},

	"jobs":            {doc: "What desklake serve runs, and when."},
	"jobs[]":          {needs: []string{"name", "cron"}},
	"jobs[].name":     {doc: "The name of the job: letters, digits, - and _."},
	"jobs[].cron":     {doc: "Minute, hour, day of the month, month, day of the week; or a word such as @daily."},
	"jobs[].timezone": {doc: "The IANA time zone of the schedule, such as Europe/Berlin. Default: UTC."},
	"jobs[].tables":   {doc: "The tables of the job. Default: those of the configuration."},
	"jobs[].jitter":   {doc: "How much later than its time a run may begin, by chance. Default: 0s."},
	"jobs[].catch_up": {doc: "Whether a run that was missed while the machine slept or the program was down, or that was broken off, is made up once. Default: true."},

	"serve":        {doc: "The status page of desklake serve."},
	"serve.listen": {doc: "The address and port of the status page. Who can reach it can read it. Default: 127.0.0.1:8465, which is this machine only."},
	"serve.token":  {doc: "What starts a job from the status page or through its API, 16 characters or more. Without one neither can."},

	"notify":                   {doc: "Who is told how the runs go."},
	"notify.webhooks":          {doc: "Addresses that are sent messages."},
	"notify.webhooks[]":        {oneOf: []string{"url", "url_file"}},
	"notify.webhooks[].url":    {doc: "The address, https but for this machine. It is a secret: whoever knows it can write there."},
	"notify.webhooks[].format": {doc: "What the address takes: a JSON object, or a message for Slack. Default: json."},
	"notify.webhooks[].on":     {doc: "What it is sent: failure, recovery and staleness. Default: all of them."},
	"notify.heartbeat_url":     {doc: "The address that is asked for after each run that succeeded, for a service that raises an alarm when it no longer is."},
	"notify.stale_after":       {doc: "The age from which on a table counts as stale. Default: 26h."},
}
