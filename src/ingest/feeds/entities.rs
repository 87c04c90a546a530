//! HTML in a text: references of characters become the characters, and line breaks become lines.

use std::borrow::Cow;

/// The named references that weather texts were seen or can be expected to hold.
const NAMED: [(&str, &str); 22] = [
    ("amp", "&"),
    ("lt", "<"),
    ("gt", ">"),
    ("quot", "\""),
    ("apos", "'"),
    ("nbsp", " "),
    ("ensp", " "),
    ("emsp", " "),
    ("thinsp", ""),
    ("zwnj", ""),
    ("zwj", ""),
    ("ldquo", "“"),
    ("rdquo", "”"),
    ("lsquo", "‘"),
    ("rsquo", "’"),
    ("hellip", "…"),
    ("mdash", "—"),
    ("ndash", "–"),
    ("middot", "·"),
    ("deg", "°"),
    ("times", "×"),
    ("permil", "‰"),
];
/// The longest name, and the digits of the last character.
const LONGEST: usize = 8;
const BREAKS: [&str; 4] = ["<br>", "<br/>", "<br />", "<BR>"];

/// Returns the text as it would be shown. What is no reference stays as it is.
pub(super) fn decode(text: &str) -> Cow<'_, str> {
    if !text.contains(['&', '<']) {
        return Cow::Borrowed(text);
    }
    let broken = BREAKS.iter().fold(text.to_owned(), |text, tag| text.replace(tag, "\n"));
    let mut shown = String::with_capacity(broken.len());
    let mut rest = broken.as_str();
    while let Some(at) = rest.find('&') {
        shown.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let end = rest.bytes().take(LONGEST + 1).position(|byte| byte == b';');
        match end.and_then(|end| Some((character(&rest[..end])?, end))) {
            Some((character, end)) => {
                shown.push_str(&character);
                rest = &rest[end + 1..];
            }
            None => shown.push('&'),
        }
    }
    shown.push_str(rest);
    Cow::Owned(shown)
}

fn character(name: &str) -> Option<Cow<'static, str>> {
    let Some(number) = name.strip_prefix('#') else {
        let (_, character) = NAMED.iter().find(|(known, _)| *known == name)?;
        return Some(Cow::Borrowed(character));
    };
    let number = match number.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
        None => number.parse().ok()?,
    };
    let shown = char::from_u32(number).filter(|c| !c.is_control() || *c == '\n')?;
    Some(Cow::Owned(shown.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_become_characters_and_the_rest_stays() {
        for (text, shown) in [
            ("阵风7&#65374;8级", "阵风7～8级"),
            ("&ldquo;温比亚&rdquo;&nbsp;&#x6765;", "“温比亚” 来"),
            ("1 &lt; 2 &amp;&amp; 3", "1 < 2 && 3"),
            ("A&B;C & D &unknown; &#xD800; &#0;", "A&B;C & D &unknown; &#xD800; &#0;"),
            ("第一行<br/>第二行", "第一行\n第二行"),
            ("&", "&"),
            ("&暴雨暴雨暴雨;", "&暴雨暴雨暴雨;"),
            ("", ""),
        ] {
            assert_eq!(decode(text), shown, "{text}");
        }
    }

    #[test]
    fn what_was_escaped_twice_is_read_once() {
        assert_eq!(decode("&amp;lt;"), "&lt;");
    }
}
