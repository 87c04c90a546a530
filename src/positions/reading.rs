//! Text as positions: one object or an array of them. An item that is none spoils no other.

use serde_json::value::RawValue;

use super::report::Report;

/// One item of a text.
pub type Item = Result<Report, Unreadable>;

/// An item that is no position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// The field at fault, where one is.
    pub field: Option<String>,
    pub message: String,
}

/// Why a text is no positions at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotPositions {
    #[error("this is not JSON: {0}")]
    NotJson(String),
    #[error("send an array of positions, or one position")]
    NotAList,
}

/// Reads the items of a text.
pub fn read(text: &[u8]) -> Result<Vec<Item>, NotPositions> {
    // The usual case costs one pass over the text.
    if let Ok(reports) = serde_json::from_slice::<Vec<Report>>(text) {
        return Ok(reports.into_iter().map(Ok).collect());
    }
    match items(text) {
        Err(NotPositions::NotJson(why)) => match without_nan(text) {
            Some(mended) => items(&mended),
            None => Err(NotPositions::NotJson(why)),
        },
        found => found,
    }
}

fn items(text: &[u8]) -> Result<Vec<Item>, NotPositions> {
    let not_json = |error: serde_json::Error| NotPositions::NotJson(error.to_string());
    let whole: &RawValue = serde_json::from_slice(text).map_err(not_json)?;
    match whole.get().as_bytes().first() {
        Some(b'[') => {
            let all: Vec<&RawValue> = serde_json::from_str(whole.get()).map_err(not_json)?;
            Ok(all.into_iter().map(item).collect())
        }
        Some(b'{') => Ok(vec![item(whole)]),
        Some(_) | None => Err(NotPositions::NotAList),
    }
}

fn item(text: &RawValue) -> Item {
    let mut reader = serde_json::Deserializer::from_str(text.get());
    serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = error.path().to_string();
        let message = error.into_inner().to_string();
        // The message ends in a place within the item, which the sender does not know.
        let message = message.split(" at line ").next().unwrap_or_default().to_owned();
        let named = message.strip_prefix("missing field `").map(|rest| rest.replace('`', ""));
        let field = if path == "." { named } else { Some(path) };
        Unreadable { field, message }
    })
}

/// Writes `null` for the NaN and Infinity that some programs send although JSON has none; `None` when there
/// is none of them.
fn without_nan(text: &[u8]) -> Option<Vec<u8>> {
    const WORDS: [&[u8]; 3] = [b"-Infinity", b"Infinity", b"NaN"];
    let (mut mended, mut rest, mut found) = (Vec::with_capacity(text.len()), text, false);
    let mut quoted = false;
    while let Some((&byte, after)) = rest.split_first() {
        let word = WORDS.iter().find(|word| !quoted && rest.starts_with(word));
        if let Some(word) = word {
            mended.extend_from_slice(b"null");
            rest = &rest[word.len()..];
            found = true;
            continue;
        }
        mended.push(byte);
        rest = after;
        match byte {
            b'"' => quoted = !quoted,
            b'\\' if quoted => {
                let Some((&escaped, after)) = rest.split_first() else { break };
                mended.push(escaped);
                rest = after;
            }
            _ => {}
        }
    }
    found.then_some(mended)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"{"unit":"v-1","lon":114.1,"lat":35.1,"at":"2026-07-21T18:00:00+08:00"}"#;

    #[test]
    fn one_position_or_an_array_of_them_is_read() {
        assert_eq!(read(GOOD.as_bytes()).unwrap().len(), 1);
        let two = read(format!("[{GOOD},{GOOD}]").as_bytes()).unwrap();
        assert!(two.len() == 2 && two.iter().all(Result::is_ok));
        assert_eq!(read(b"[]").unwrap(), []);
    }

    #[test]
    fn a_bad_item_names_its_field_and_spoils_no_other() {
        for (bad, field) in [
            (r#"{"unit":"v"}"#, Some("lon")),
            (r#"{"unit":"v","lon":"114","lat":35,"at":"2026-07-21T18:00:00+08:00"}"#, Some("lon")),
            (r#"{"unit":"v","lon":114,"lat":35,"at":"yesterday"}"#, Some("at")),
            (r#"{"unit":"v","lon":114,"lat":35,"at":"2026-07-21T18:00:00"}"#, Some("at")),
            (r#"{"unit":7,"lon":114,"lat":35,"at":"2026-07-21T18:00:00Z"}"#, Some("unit")),
            (r#"{"unit":"v","lon":1e999,"lat":35,"at":"2026-07-21T18:00:00Z"}"#, Some("lon")),
            (
                r#"{"unit":"v","lon":1,"lat":35,"at":"2026-07-21T18:00:00Z","crs":"moon"}"#,
                Some("crs"),
            ),
            ("7", None),
            ("null", None),
            ("[]", None),
        ] {
            let items = read(format!("[{GOOD},{bad},{GOOD}]").as_bytes()).unwrap();
            assert!(items[0].is_ok() && items[2].is_ok(), "{bad}");
            let refused = items[1].as_ref().unwrap_err();
            assert_eq!(refused.field.as_deref(), field, "{bad}: {refused:?}");
            assert!(!refused.message.contains("line"), "{refused:?}");
        }
    }

    #[test]
    fn nan_is_a_number_that_is_no_place() {
        for word in ["NaN", "Infinity", "-Infinity", "null"] {
            let bad = GOOD.replace("114.1", word).replace("v-1", "NaN \\\" NaN");
            let items = read(format!("[{bad},{GOOD}]").as_bytes()).unwrap();
            let report = items[0].as_ref().unwrap();
            assert!(report.lon.is_nan(), "{word}");
            assert_eq!(report.unit, "NaN \" NaN");
            assert!(items[1].is_ok());
        }
    }

    #[test]
    fn a_text_that_is_no_list_is_refused_whole() {
        for text in ["", "[", "[1,", "garbage", "\u{0}", "[NaN", "{\"unit\":", "[] []"] {
            let refused = read(text.as_bytes());
            assert!(matches!(refused, Err(NotPositions::NotJson(_))), "{text}: {refused:?}");
        }
        for text in ["7", "\"v-1\"", "null", "true"] {
            assert_eq!(read(text.as_bytes()), Err(NotPositions::NotAList), "{text}");
        }
        let deep = "[".repeat(100_000);
        assert!(matches!(read(deep.as_bytes()), Err(NotPositions::NotJson(_))));
    }
}
