package zendesktest

import "strconv"

// A generated subject is a number: locale, topic, variant, and the number that the text mentions.
func subjectCode(locale, topic int, r uint64) int64 {
	return int64(1<<50 | r%89_999<<16 | (r>>40)%16<<8 | uint64(topic)<<4 | uint64(locale))
}

func appendSubject(dst []byte, code uint64) []byte {
	list := locales[code&15].words.subjects[code>>4&15]
	return appendSentence(dst, list[code>>8&255%uint64(len(list))], code>>16&(1<<20-1)+10_001)
}

// appendSentence appends the sentence with its # replaced by the number, or its ~ by a small one.
func appendSentence(dst []byte, sentence string, number uint64) []byte {
	for i := range len(sentence) {
		switch sentence[i] {
		case '~':
			number = 2 + number%58
			fallthrough
		case '#':
			return append(strconv.AppendUint(append(dst, sentence[:i]...), number, 10), sentence[i+1:]...)
		}
	}
	return append(dst, sentence...)
}

// appendComment appends a message of about size bytes, in paragraphs.
func appendComment(dst []byte, w *words, byAgent bool, size int, seed uint64) []byte {
	list, start := w.customer, len(dst)
	if byAgent {
		list = w.agent
		dst = append(append(dst, w.hello[seed%uint64(len(w.hello))]...), "\n\n"...)
	}
	for n := uint64(0); ; n++ {
		dst = appendSentence(dst, list[(seed>>8+n)%uint64(len(list))], (seed>>20+n*7919)%90_000+1_000)
		if len(dst)-start >= size {
			break
		}
		if n%4 == 3 {
			dst = append(dst, "\n\n"...)
		} else {
			dst = append(dst, ' ')
		}
	}
	if byAgent {
		dst = append(append(dst, "\n\n"...), w.bye...)
	}
	return dst
}

// appendHTML appends plain text as Zendesk renders it.
func appendHTML(dst, text []byte) []byte {
	dst = append(dst, `<div class="zd-comment" dir="auto"><p dir="auto">`...)
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\n' && i+1 < len(text) && text[i+1] == '\n':
			dst = append(dst, `</p><p dir="auto">`...)
			i++
		case c == '\n':
			dst = append(dst, "<br>"...)
		case c == '<':
			dst = append(dst, "&lt;"...)
		case c == '>':
			dst = append(dst, "&gt;"...)
		case c == '&':
			dst = append(dst, "&amp;"...)
		default:
			dst = append(dst, c)
		}
	}
	return append(dst, "</p></div>"...)
}
