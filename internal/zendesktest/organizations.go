package zendesktest

import (
	"fmt"
	"strings"
)

func (s *Server) organizationRow(id int64) int64 {
	if id >= beyondFloat {
		return (id - beyondFloat - 2_000_000_000) / 2
	}
	return (id - 41_200_000_000_007) / 53
}

func organizationName(row int64) string {
	company := companies[row%int64(len(companies))]
	industry := industries[row/int64(len(companies))%int64(len(industries))]
	if n := row / int64(len(companies)*len(industries)); n > 0 {
		return fmt.Sprintf("%s %s %d", company, industry, n+1)
	}
	return company + " " + industry
}

func organizationDomain(row int64) string {
	name := companies[row%int64(len(companies))]
	if !ascii(name) {
		name = "org"
	}
	return fmt.Sprintf("%s-%d.example", strings.ToLower(name), row)
}

// organization writes an organization. The export has deleted_at, the list has no such field.
func (s *Server) organization(w *writer, row int64, export bool) {
	id, r, life := organizationID(row), mix(s.opts.Seed, uint64(row), 23), s.organizations.standing(row)
	from := w.open('{')
	w.url("organizations", id)
	w.int("id", id)
	w.str("name", organizationName(row))
	w.bool("shared_tickets", r%5 == 0)
	w.bool("shared_comments", r%10 == 0)
	w.maybe("external_id", r>>3%2 == 0, fmt.Sprintf("erp-%05d", row))
	w.time("created_at", life.created)
	w.time("updated_at", life.updated)
	if export {
		w.time("deleted_at", life.ended)
	}
	w.strs("domain_names", [...][]string{{organizationDomain(row)}, {organizationDomain(row), "www." + organizationDomain(row)}, {}}[r>>4%3]...)
	w.maybe("details", r>>6%4 != 0, [...]string{"", "12 Harbour Street", "Königsallee 1, Düsseldorf"}[r>>7%3])
	w.maybe("notes", r>>9%4 != 0, [...]string{"", "Renewal in spring", "Net 30", "Key account"}[(r>>10+uint64(life.edits))%4])
	w.id("group_id", map[bool]int64{true: s.groupID(int(r >> 12 % uint64(s.opts.Groups)))}[r>>13%4 == 0])
	w.strs("tags", [...][]string{{}, {"enterprise"}, {"reseller", "vip"}}[r>>14%3]...)
	w.under("organization_fields", '{')
	w.maybe("tier", r>>16%4 != 0, [...]string{"gold", "silver", "bronze"}[r>>17%3])
	w.int("employees", int64(r>>18%5_000))
	w.bool("partner", r>>19%6 == 0)
	w.maybe("contract_until", r>>20%3 == 0, fmt.Sprintf("20%02d-01-31T00:00:00+00:00", 20+r>>21%12))
	w.maybe("account_code", r>>22%3 != 0, "")
	w.close('}')
	if !s.opts.Documented {
		w.null("ticket_restriction")
		w.int("health_score", int64(r>>24%101))
	}
	w.close('}')
	s.finish(w, "organizations", id, from)
}
