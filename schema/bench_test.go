package schema_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"desklake/internal/jsonscan"
	"desklake/schema"
)

// BenchmarkDecode decodes pages of a thousand tickets of about 3.6 KB and 42 columns.
func BenchmarkDecode(b *testing.B) {
	const rows = 1000
	page := ticketPage(rows)
	d := schema.NewDecoder(ticketTable())
	defer d.Release()
	metricSet := d.Capture("metric_set")
	b.SetBytes(int64(len(page)))
	b.ReportAllocs()
	for b.Loop() {
		d.Page(time.Unix(1_700_000_000, 0), "01JD0000000000000000000000")
		s := jsonscan.New(page)
		for s.Object(); s.Field(); {
			if string(s.Key().Text()) != "tickets" {
				continue
			}
			for s.Array(); s.Element(); {
				if !d.Decode(s) || metricSet.Kind != jsonscan.Object {
					b.Fatal("a ticket has no row")
				}
			}
		}
		if err := s.End(); err != nil {
			b.Fatal(err)
		}
		batches, issues := d.Flush()
		if len(batches) != 1 || batches[0].Rows() != rows || len(issues) != 0 {
			b.Fatalf("%d batches, issues %v", len(batches), issues)
		}
		batches[0].Release()
	}
	b.ReportMetric(float64(len(page))/rows, "B/ticket")
	b.ReportMetric(rows*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

// ticketTable is a table with as many columns of each type as a ticket has.
func ticketTable() *schema.Table {
	t := &schema.Table{
		Name: "tickets", Key: "id", Version: "generated_timestamp",
		Deleted: schema.Marker{Column: "status", Value: "deleted"},
		Aliases: map[string]string{"fields": "custom_fields"},
	}
	for _, group := range []struct {
		kind  schema.Type
		names string
	}{
		{schema.Int, "id custom_status_id requester_id submitter_id assignee_id organization_id group_id brand_id " +
			"forum_topic_id problem_id ticket_form_id via_followup_source_id"},
		{schema.Text, "url encoded_id external_id type subject raw_subject description priority status recipient support_type"},
		{schema.Time, "created_at updated_at due_at"},
		{schema.Unix, "generated_timestamp"},
		{schema.Bool, "has_incidents is_public allow_channelback allow_attachments from_messaging_channel"},
		{schema.Ints, "collaborator_ids follower_ids email_cc_ids sharing_agreement_ids followup_ids macro_ids"},
		{schema.Texts, "tags"},
		{schema.JSON, "via custom_fields"},
	} {
		for name := range strings.FieldsSeq(group.names) {
			t.Columns = append(t.Columns, schema.Column{Name: name, Type: group.kind})
		}
	}
	t.Columns = append(t.Columns, schema.Column{Name: "satisfaction_rating", Type: schema.Struct, Fields: []schema.Column{
		{Name: "score", Type: schema.Text}, {Name: "id", Type: schema.Int}, {Name: "comment", Type: schema.Text},
	}})
	return t
}

// ticketPage is an answer of the ticket export, compact and in one order of keys, as Zendesk sends it.
func ticketPage(rows int) []byte {
	r := rand.New(rand.NewPCG(1, 2))
	words := strings.Fields("the printer on my desk does not answer since Monday please help order refund café naïve \\n\\n \\\"urgent\\\"")
	text := func(n int) string {
		var b strings.Builder
		for range n {
			b.WriteString(words[r.IntN(len(words))])
			b.WriteByte(' ')
		}
		return b.String()
	}
	id := func() int64 { return 46_000_000_000_000 + r.Int64N(1_000_000_000_000) }
	stamp := func() string { return time.Unix(1_600_000_000+r.Int64N(1e8), 0).UTC().Format(time.RFC3339) }
	var b bytes.Buffer
	b.WriteString(`{"tickets":[`)
	for i := range rows {
		if i > 0 {
			b.WriteByte(',')
		}
		var fields []string
		for range 19 {
			value := "null"
			if r.IntN(2) == 0 {
				value = `"` + words[r.IntN(10)] + `_option"`
			}
			fields = append(fields, fmt.Sprintf(`{"id":%d,"value":%s}`, id(), value))
		}
		custom := "[" + strings.Join(fields, ",") + "]"
		subject := text(8)
		fmt.Fprintf(&b, `{"url":"https://acme.zendesk.com/api/v2/tickets/%d.json","id":%d,"external_id":null,`, i, i+1)
		fmt.Fprintf(&b, `"via":{"channel":"email","source":{"from":{"address":"a%d@example.com","name":"Ann"},"to":{"name":"Acme","address":"support@acme.example"},"rel":null}},`, i)
		fmt.Fprintf(&b, `"created_at":"%s","updated_at":"%s","generated_timestamp":%d,"type":"question",`, stamp(), stamp(), 1_600_000_000+r.Int64N(1e8))
		fmt.Fprintf(&b, `"subject":"%s","raw_subject":"%s","description":"%s","priority":"normal","status":"open","recipient":null,`, subject, subject, text(60+r.IntN(60)))
		fmt.Fprintf(&b, `"requester_id":%d,"submitter_id":%d,"assignee_id":%d,"organization_id":null,"group_id":%d,`, id(), id(), id(), id())
		fmt.Fprintf(&b, `"collaborator_ids":[%d,%d],"follower_ids":[],"email_cc_ids":[%d],"forum_topic_id":null,"problem_id":null,`, id(), id(), id())
		fmt.Fprintf(&b, `"has_incidents":false,"is_public":true,"due_at":null,"tags":["alpha","beta_%d","customer"],"custom_fields":%s,`, r.IntN(100), custom)
		fmt.Fprintf(&b, `"satisfaction_rating":{"score":"unoffered"},"sharing_agreement_ids":[],"custom_status_id":%d,"encoded_id":"7WEDXZ-65X7X","fields":%s,"followup_ids":[],`, id(), custom)
		fmt.Fprintf(&b, `"ticket_form_id":%d,"brand_id":%d,"allow_channelback":false,"allow_attachments":true,"from_messaging_channel":false,`, id(), id())
		fmt.Fprintf(&b, `"metric_set":{"url":"https://acme.zendesk.com/api/v2/ticket_metrics/%d.json","id":%d,"ticket_id":%d,"reply_time_in_minutes":{"calendar":%d,"business":%d},"solved_at":null}}`, i, id(), i+1, r.IntN(9999), r.IntN(9999))
	}
	b.WriteString(`],"after_cursor":"MTczNTEwODQzNC4wfHwyM3w=","end_of_stream":false}`)
	return b.Bytes()
}
