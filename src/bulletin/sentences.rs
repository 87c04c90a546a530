//! Texts that end where a sentence does.

use super::length::Measure;

/// Signs that end a sentence.
pub(super) const ENDS: [char; 7] = ['。', '！', '？', '；', '!', '?', ';'];
/// What may follow such a sign and still belongs to the sentence.
const CLOSING: [char; 6] = ['”', '’', '）', ')', '】', '」'];

/// Returns as many whole sentences from the start as fit, and whether some do not.
pub(super) fn within(text: &str, measure: Measure) -> (String, bool) {
    let mut taken = String::new();
    for sentence in sentences(text) {
        let longer = format!("{taken}{sentence}");
        if !measure.fits(&finished(&longer)) {
            return (finished(&taken), true);
        }
        taken = longer;
    }
    (finished(&taken), false)
}

/// Ends the last sentence with a full stop: something else may follow it.
fn finished(text: &str) -> String {
    let text = text.trim_end_matches(['；', ';', '，', '、', ' ']);
    let last = text.trim_end_matches(CLOSING).chars().next_back();
    match last {
        None => String::new(),
        Some(last) if ENDS.contains(&last) => text.to_owned(),
        Some(_) => format!("{text}。"),
    }
}

/// Splits a text after each sentence. A sign inside brackets ends none.
fn sentences(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut depth = 0_usize;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '（' | '(' => depth += 1,
            '）' | ')' => depth = depth.saturating_sub(1),
            _ if ENDS.contains(&c) && depth == 0 => {
                let mut end = at + c.len_utf8();
                while let Some((at, closing)) = chars.next_if(|(_, next)| CLOSING.contains(next)) {
                    end = at + closing.len_utf8();
                }
                found.push(&text[start..end]);
                start = end;
            }
            _ => {}
        }
    }
    found.push(&text[start..]);
    found.into_iter().map(str::trim).filter(|sentence| !sentence.is_empty()).collect()
}

/// Drops `（预警信息来源：…）`, which says nothing to the public.
pub(super) fn without_source(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find('（') {
        let Some(length) = rest[open..].find('）') else { break };
        let end = open + length + '）'.len_utf8();
        let inside = &rest[open..end];
        kept.push_str(&rest[..open]);
        if !inside.contains("来源") {
            kept.push_str(inside);
        }
        rest = &rest[end..];
    }
    kept.push_str(rest);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bulletin::Outlet;

    #[test]
    fn a_text_is_cut_after_a_whole_sentence() {
        let text = "预计有3.5毫米雨。请（注意。小心）防范！不要外出";
        for (units, expected, cut) in [
            (30, "预计有3.5毫米雨。请（注意。小心）防范！不要外出。", false),
            (26, "预计有3.5毫米雨。请（注意。小心）防范！不要外出。", false),
            (25, "预计有3.5毫米雨。请（注意。小心）防范！", true),
            (21, "预计有3.5毫米雨。请（注意。小心）防范！", true),
            (20, "预计有3.5毫米雨。", true),
            (9, "", true),
            (0, "", true),
        ] {
            assert_eq!(short(text, units), (expected.to_owned(), cut), "{units}");
        }
        assert_eq!(short("", 10), (String::new(), false));
        assert_eq!(short("一；二；", 3), ("一。".to_owned(), true));
    }

    #[test]
    fn the_note_of_the_source_is_dropped_and_other_notes_are_not() {
        let text = "注意防范（详见附件）。（预警信息来源：国家预警信息发布中心）";
        assert_eq!(without_source(text), "注意防范（详见附件）。");
        assert_eq!(without_source("（未闭合的来源"), "（未闭合的来源");
    }

    fn short(text: &str, units: usize) -> (String, bool) {
        within(text, Measure { outlet: Outlet::Sms, halves: units * 2 })
    }
}
