package zendesktest

import (
	"fmt"
	"strings"
)

func (s *Server) userName(row int64) (first, last string) {
	w, r := locales[s.localeOf(row)].words, mix(s.opts.Seed, uint64(row), 17)
	return w.first[r%uint64(len(w.first))], w.last[r>>16%uint64(len(w.last))]
}

func (s *Server) userEmail(row int64) string {
	first, last := s.userName(row)
	name, domain := "user", "acme.example"
	if ascii(first) && ascii(last) {
		name = strings.ToLower(first + "." + last)
	}
	if row > int64(s.opts.Agents) {
		domain = "mail.example"
		if id := s.organizationOf(row); id != 0 {
			domain = organizationDomain(s.organizationRow(id))
		}
	}
	return fmt.Sprintf("%s.%d@%s", name, row, domain)
}

func (s *Server) userRole(row int64) string {
	switch {
	case row == 0:
		return "admin"
	case row <= int64(s.opts.Agents):
		return "agent"
	}
	return "end-user"
}

// user writes a user as the API gives it.
func (s *Server) user(w *writer, row int64) {
	id, role, locale := userID(row), s.userRole(row), locales[s.localeOf(row)]
	r, life := mix(s.opts.Seed, uint64(row), 19), s.users.standing(row)
	first, last := s.userName(row)
	agent := role != "end-user"

	from := w.open('{')
	w.int("id", id)
	w.url("users", id)
	w.str("name", first+" "+last)
	if email := s.userEmail(row); r%13 == 0 && !agent {
		w.null("email")
	} else {
		w.str("email", email)
	}
	w.time("created_at", life.created)
	w.time("updated_at", life.updated)
	w.str("time_zone", locale.zone)
	w.str("iana_time_zone", locale.iana)
	w.maybe("phone", r%3 == 0, fmt.Sprintf("+1555%07d", r>>8%10_000_000))
	w.raw("shared_phone_number", [...]string{"null", "false", "true"}[r>>4%3])
	if r>>5%4 == 0 {
		w.photo(id)
	} else {
		w.null("photo")
	}
	w.int("locale_id", locale.id)
	w.str("locale", locale.code)
	w.id("organization_id", s.organizationOf(row))
	w.str("role", role)
	w.bool("verified", r%7 != 0)
	w.maybe("external_id", r>>6%5 == 0, fmt.Sprintf("crm-%d", 1000+row))
	switch r >> 7 % 6 {
	case 0:
		w.strs("tags", "vip", "größe_falsch")
	case 1:
		w.strs("tags", "newsletter")
	default:
		w.strs("tags")
	}
	w.maybe("alias", r>>8%9 == 0, first)
	w.bool("active", life.ended == 0)
	w.bool("shared", false)
	w.bool("shared_agent", false)
	w.time("last_login_at", map[bool]int64{true: life.created + int64(r>>9%86_400)}[r>>10%3 != 0])
	w.raw("two_factor_auth_enabled", [...]string{"null", "false", "true"}[r>>11%3])
	w.maybe("signature", agent, "Kind regards,\n"+first)
	w.maybe("details", r>>12%6 != 1, [...]string{"", "Prefers e-mail", "Einkaufsleiter"}[r>>13%3])
	w.maybe("notes", r>>14%4 != 1, [...]string{"", "Called twice", "Asked for \"human\" support"}[(life.edits+int(r>>15%2))%3])
	s.userRights(w, row, r)
	s.userFields(w, row, r, life.edits)
	if !s.opts.Documented {
		w.bool("is_billing_admin", row == 0)
		w.raw("conversation_language", `{"code":"`+locale.code[:2]+`","confidence":0.9`+fmt.Sprint(r%10)+`}`)
	}
	w.close('}')
	s.finish(w, "users", id, from)
}

// userRights writes what an agent may do.
func (s *Server) userRights(w *writer, row int64, r uint64) {
	agent := row > 0 && row <= int64(s.opts.Agents)
	if agent {
		w.int("role_type", int64(r%6))
		w.int("custom_role_id", 36_000_555_000_037+int64(r%3))
		w.int("default_group_id", s.groupID(int(row-1)%s.opts.Groups))
	} else {
		w.null("role_type")
		w.null("custom_role_id")
		w.null("default_group_id")
	}
	w.bool("moderator", row <= int64(s.opts.Agents))
	w.maybe("ticket_restriction", r>>20%3 != 0, [...]string{"organization", "groups", "assigned", "requested"}[r>>21%4])
	w.bool("only_private_comments", agent && r>>22%8 == 0)
	w.bool("restricted_agent", row > int64(s.opts.Agents))
	w.bool("suspended", row > int64(s.opts.Agents) && r>>23%40 == 0)
	w.null("suspension_details")
	w.bool("chat_only", false)
	w.bool("report_csv", row == 0)
	w.bool("permanently_deleted", false)
}

// userFields writes the custom fields of a user, whose dates are whole timestamps.
func (s *Server) userFields(w *writer, row int64, r uint64, edits int) {
	w.under("user_fields", '{')
	w.maybe("job_title", r>>25%3 != 0, [...]string{"", "Office manager", "Directrice", "CTO"}[(r>>26+uint64(edits))%4])
	w.maybe("plan", r>>27%3 != 0, [...]string{"plan_free", "plan_team", "plan_enterprise"}[r>>28%3])
	if r>>29%2 == 0 {
		w.int("seats", int64(r>>30%500))
	} else {
		w.str("seats", fmt.Sprint(r>>30%500))
	}
	w.raw("lifetime_value", fmt.Sprintf("%d.%02d", r>>31%10_000, r>>32%100))
	w.bool("newsletter", r>>33%2 == 0)
	w.time("customer_since", map[bool]int64{true: 1_300_000_000 + int64(r>>34%3000)*day - 1_300_000_000%day}[r>>35%3 != 0])
	w.strs("interests", [...][]string{{}, {"desks"}, {"desks", "lamps"}}[r>>36%3]...)
	w.id("referred_by", map[bool]int64{true: userID(int64(s.opts.Agents + 1))}[row > int64(s.opts.Agents)+1 && r>>37%5 == 0])
	w.close('}')
}

// photo writes an attachment object with a thumbnail.
func (w *writer) photo(user int64) {
	w.under("photo", '{')
	w.attachment(user*2+1, "profile.jpg", "image/jpeg", 2587, true)
	w.under("thumbnails", '[')
	w.open('{')
	w.attachment(user*2+2, "profile_thumb.jpg", "image/jpeg", 1973, true)
	w.close('}')
	w.close(']')
	w.close('}')
}

// maybe writes the text, or null.
func (w *writer) maybe(name string, there bool, s string) {
	if there {
		w.str(name, s)
	} else {
		w.null(name)
	}
}
