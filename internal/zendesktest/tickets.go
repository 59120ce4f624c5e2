package zendesktest

import "strconv"

// ticketJSON writes a ticket as the export gives it, with its metric set where that was asked for.
func (s *Server) ticketJSON(w *writer, t *ticket, metricSet bool) {
	r := t.seed
	asker := s.userRow(t.values[requester].n)
	from := w.open('{')
	w.url("tickets", t.id)
	w.int("id", t.id)
	w.field("external_id", external, t)
	s.via(w, t, asker)
	w.time("created_at", t.created)
	w.time("updated_at", t.updated)
	w.int("generated_timestamp", t.generated)
	w.field("type", ticketType, t)
	w.field("subject", subject, t)
	w.field("raw_subject", subject, t)
	w.key("description")
	w.scratch = s.commentText(w.scratch[:0], t, t.first)
	w.b = appendString(w.b, w.scratch)
	w.field("priority", priority, t)
	w.field("status", status, t)
	w.maybe("recipient", channels[t.channel].name == "email", "support@"+s.opts.Subdomain+".zendesk.com")
	w.field("requester_id", requester, t)
	w.field("submitter_id", requester, t)
	w.field("assignee_id", assignee, t)
	w.field("organization_id", organization, t)
	w.field("group_id", group, t)
	s.people(w, t)
	w.id("forum_topic_id", map[bool]int64{true: 36_000_666_000_041}[r>>5%97 == 0])
	w.field("problem_id", problem, t)
	w.bool("has_incidents", t.values[ticketType].n == 3)
	w.bool("is_public", true)
	w.field("due_at", due, t)
	w.field("tags", tags, t)
	w.key("custom_fields")
	list := len(w.b)
	w.customFields(t)
	end := len(w.b)
	s.satisfaction(w, t)
	w.ids("sharing_agreement_ids", [...][]int64{{}, {36_000_777_000_043}}[map[bool]int{true: 1}[r>>7%53 == 0]]...)
	w.key("fields") // the older alias
	w.b = append(w.b, w.b[list:end]...)
	if r>>8%31 == 0 {
		w.ids("followup_ids", t.id+1)
	} else {
		w.ids("followup_ids")
	}
	w.field("ticket_form_id", form, t)
	w.field("brand_id", brand, t)
	w.field("custom_status_id", customStatus, t)
	w.raw("satisfaction_probability", [...]string{"null", "0.42", "0.97"}[r>>9%3])
	w.bool("allow_channelback", false)
	w.bool("allow_attachments", true)
	w.bool("from_messaging_channel", channels[t.channel].name == "native_messaging")
	w.str("support_type", supportType(t))
	if !s.opts.Documented {
		w.str("encoded_id", encodedID(r))
		w.raw("routing_score", `{"intent":"`+contactReasons[r%6]+`","score":0.`+strconv.Itoa(int(r%90)+10)+`}`)
	}
	if metricSet {
		w.key("metric_set")
		if t.deleted() {
			w.b = append(w.b, "null"...)
		} else {
			s.metricSet(w, t)
		}
	}
	w.close('}')
	s.finish(w, "tickets", t.id, from)
}

func (s *Server) metricSet(w *writer, t *ticket) {
	from := w.metrics(t)
	s.finish(w, "ticket_metrics", metricsID(t.id), from)
}

// supportType says who handles the ticket: one in twenty-three belongs to an AI agent, and the exports hide
// those unless support_type_scope asks for them.
func supportType(t *ticket) string {
	if t.seed>>3%23 == 0 {
		return "ai_agent"
	}
	return "agent"
}

func encodedID(r uint64) string {
	var b [11]byte
	for i := range b {
		b[i] = "0123456789ABCDEFGHJKLMNPQRSTVWXYZ"[r>>(i*5)&31]
	}
	b[6] = '-'
	return string(b[:])
}

func (w *writer) field(name string, f field, t *ticket) {
	w.key(name)
	w.value(f, t.values[f])
}

func (w *writer) customFields(t *ticket) {
	w.b = append(w.b, '[')
	for k := range customKinds {
		w.open('{')
		w.int("id", customID(k))
		w.key("value")
		w.value(custom+field(k), t.values[custom+field(k)])
		w.close('}')
	}
	w.b = append(w.b, ']')
}

// people writes the collaborators: followers are agents, the copied are other customers.
func (s *Server) people(w *writer, t *ticket) {
	var followers, ccs []int64
	if t.seed>>11%6 == 0 {
		followers = append(followers, s.agentOf(0, t.seed))
	}
	if t.seed>>12%5 == 0 {
		ccs = append(ccs, userID(int64(s.opts.Agents+1)))
	}
	w.ids("collaborator_ids", append(followers[:len(followers):len(followers)], ccs...)...)
	w.ids("follower_ids", followers...)
	w.ids("email_cc_ids", ccs...)
}

func (s *Server) satisfaction(w *writer, t *ticket) {
	w.under("satisfaction_rating", '{')
	if t.rated.created == 0 {
		w.str("score", "unoffered")
	} else {
		w.str("score", t.rated.score)
		w.int("id", ratingID(t.id))
		w.maybe("comment", t.rated.comment != "", t.rated.comment)
		s.reason(w, t)
	}
	w.close('}')
}

// via writes how the ticket came in; its keys vary by channel.
func (s *Server) via(w *writer, t *ticket, asker int64) {
	w.under("via", '{')
	w.str("channel", channels[t.channel].name)
	w.under("source", '{')
	w.under("from", '{')
	switch channels[t.channel].name {
	case "email":
		first, last := s.userName(asker)
		w.str("address", s.userEmail(asker))
		w.str("name", first+" "+last)
	case "voice":
		w.str("phone", "+15550100")
		w.str("formatted_phone", "+1 555-0100")
	}
	w.close('}')
	w.under("to", '{')
	if channels[t.channel].name == "email" {
		w.str("name", "Acme Support")
		w.str("address", "support@"+s.opts.Subdomain+".zendesk.com")
	}
	w.close('}')
	if channels[t.channel].name == "voice" {
		w.str("rel", "inbound")
	} else {
		w.null("rel")
	}
	w.close('}')
	w.close('}')
}

func ratingID(ticket int64) int64 { return 42_000_000_000_000 + ticket*7 }

// reason writes why a rating is bad, where the customer said so.
func (s *Server) reason(w *writer, t *ticket) {
	if t.rated.score == "bad" && t.seed%2 == 0 {
		w.str("reason", "The issue took too long to resolve")
		w.int("reason_id", 36_000_888_000_047)
		return
	}
	w.null("reason")
	w.null("reason_id")
}

// commentText appends the plain text of a comment.
func (s *Server) commentText(dst []byte, t *ticket, c comment) []byte {
	if c.text != "" {
		return append(dst, c.text...)
	}
	w := locales[t.locale].words
	if !c.public {
		w = &english // agents talk English with each other
	}
	size := max(s.opts.TicketBytes-3100, 120)
	return appendComment(dst, w, c.byAgent, size/2+int(c.seed>>13%uint64(size)), c.seed)
}
