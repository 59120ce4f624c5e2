package zendesktest

// The vocabulary: a shop for office furniture with an app, and its customers in six languages.

// locales are the languages of the customers, the first half of them English.
var locales = [...]struct {
	name, code, zone, iana string
	id                     int64
	words                  *words
}{
	{"English", "en-US", "Eastern Time (US & Canada)", "America/New_York", 1, &english},
	{"English", "en-GB", "London", "Europe/London", 1176, &english},
	{"English", "en-US", "Pacific Time (US & Canada)", "America/Los_Angeles", 1, &english},
	{"English", "en-AU", "Sydney", "Australia/Sydney", 1277, &english},
	{"English", "en-US", "Central Time (US & Canada)", "America/Chicago", 1, &english},
	{"Deutsch", "de", "Berlin", "Europe/Berlin", 8, &german},
	{"Deutsch", "de-AT", "Vienna", "Europe/Vienna", 1207, &german},
	{"Français", "fr", "Paris", "Europe/Paris", 16, &french},
	{"Español", "es", "Madrid", "Europe/Madrid", 2, &spanish},
	{"Português do Brasil", "pt-BR", "Brasilia", "America/Sao_Paulo", 19, &portuguese},
	{"日本語", "ja", "Tokyo", "Asia/Tokyo", 67, &japanese},
}

// words are the texts of one language. A # stands for a number, a ~ for a small one.
type words struct {
	subjects [5][]string // by topic
	customer []string    // sentences of a requester
	agent    []string    // sentences of an agent
	hello    []string    // how an agent begins
	bye      string
	first    []string // names
	last     []string
}

const (
	topicAccount = iota
	topicBilling
	topicTechnical
	topicOrders
	topicSales
)

// groupNames and what each is there for; the last is where tickets escalate to.
var groupNames = [...]struct {
	name, description string
	topic, weight     int
}{
	{"Customer Support", "First line for everything about accounts", topicAccount, 30},
	{"Billing", "Invoices, refunds and payment methods", topicBilling, 18},
	{"Technical Support", "The app and its integrations", topicTechnical, 24},
	{"Orders & Shipping", "Deliveries, returns, damage in transit", topicOrders, 28},
	{"Sales", "Quotes and questions before an order", topicSales, 10},
	{"Level 2 – Engineering", "Escalations: faults that need a developer", topicTechnical, 5},
}

func groupWeights(groups int) []int {
	weights := make([]int, groups)
	for i := range weights {
		weights[i] = groupNames[i%len(groupNames)].weight
	}
	return weights
}

// tagNames is the vocabulary of tags: at most 62, for a set of them is a number.
var tagNames = [...]string{"billing", "refund", "invoice", "vat", "chargeback", "shipping", "damaged", "late_delivery",
	"return", "warranty", "login", "password", "sso", "app", "ios", "android", "api", "webhook", "integration", "bug",
	"crash", "performance", "feature_request", "quote", "reseller", "education", "discount", "vip", "enterprise", "trial",
	"onboarding", "churn_risk", "escalated", "followup", "closed_by_merge", "language_de", "language_fr", "language_ja",
	"größe_falsch", "配送遅延", "réclamation", "csat_sent", "spam_check", "gdpr", "data_request", "phone", "chat", "weekend"}

const (
	tagEscalated = 1 << 32
	tagFollowup  = 1 << 33
	tagMerged    = 1 << 34
)

// topicTags are the tags that a topic brings along.
var topicTags = [...]uint64{1<<10 | 1<<11 | 1<<30, 1<<0 | 1<<1 | 1<<2, 1<<13 | 1<<16 | 1<<19, 1<<5 | 1<<6 | 1<<7, 1<<23 | 1<<26}

var contactReasons = [...]string{"wrong_item", "late", "how_to", "defect", "cancel", "praise"}

var companies = [...]string{"Northwind", "Bluebird", "Müller & Söhne", "Kaiyo", "Atelier Lumière", "Redwood", "Casa Verde",
	"Orbital", "Fjord", "Quill", "Nakamura", "Harbour", "Papaya", "Granit", "Zephyr", "Altiplano"}

var industries = [...]string{"Logistics", "Foods", "Design", "Analytics", "Robotics", "Energy", "Media", "Health", "Travel", "Bank"}

var macroTitles = [...]string{"Ask for order number", "Refund approved", "Shipping delay – apology", "Close and save",
	"Escalate to Level 2", "Send password reset", "Antwort: Rücksendung", "Thank and ask for a rating", "Take it",
	"VIP: raise priority", "Merge into parent", "配送状況のご案内"}
