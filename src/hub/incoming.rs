//! Bytes from a client become frames here. An answer that cannot be read is refused with the field at
//! fault, as HTTP refuses it; any other frame that cannot be read ends the session.

use compact_str::CompactString;
use serde::Deserialize;
use serde_json::Value;

use super::{
    outgoing::Refusal,
    session::{AnswerFrame, ClientFrame},
};
use crate::protocol::named_field;

/// What came from a client.
#[derive(Debug, PartialEq)]
pub(super) enum Heard {
    Frame(ClientFrame),
    Misread(Misread),
    Unreadable,
}

/// An answer that cannot be read, though whose reply it waits for is plain.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Misread {
    pub id: CompactString,
    pub refusal: Refusal,
}

/// As much of an answer as its refusal needs.
#[derive(Deserialize)]
struct Envelope {
    r#type: CompactString,
    id: CompactString,
}

/// Reads one text.
pub(super) fn read(text: &str) -> Heard {
    match serde_json::from_str(text) {
        Ok(frame) => Heard::Frame(frame),
        Err(error) => misread(text, &error).map_or(Heard::Unreadable, Heard::Misread),
    }
}

/// Returns what is wrong with an answer; nothing for a frame that is none.
fn misread(text: &str, error: &serde_json::Error) -> Option<Misread> {
    let Envelope { r#type, id } = serde_json::from_str(text).ok()?;
    if r#type != "answer" {
        return None;
    }
    // Which frame it is has been settled, so the fields are read once more by themselves: reading by
    // the type forgets where the fault is.
    let mut fields: Value = serde_json::from_str(text).ok()?;
    fields.as_object_mut()?.remove("type");
    let (message, field) = match serde_path_to_error::deserialize::<_, AnswerFrame>(fields) {
        Ok(_) => (error.to_string(), None),
        Err(fault) => {
            let path = fault.path().to_string();
            let message = fault.into_inner().to_string();
            let field = named_field(&message).or_else(|| (path != ".").then_some(path));
            (message, field)
        }
    };
    Some(Misread { id, refusal: Refusal { code: "field.invalid", message, field } })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_answer_is_refused_with_the_field_at_fault() {
        for (fields, field) in [
            (r#""obligation":"o-1","answer":"maybe""#, Some("answer")),
            (r#""obligation":"zzz","answer":"declined""#, Some("obligation")),
            (r#""obligation":7,"answer":"declined""#, Some("obligation")),
            (r#""obligation":"o-1""#, Some("answer")),
            (r#""answer":"declined""#, Some("obligation")),
            (r#""obligation":"o-1","answer":"declined","notes":"x""#, Some("notes")),
            (r#""obligation":"o-1","answer":"declined","note":1"#, Some("note")),
            (r#""obligation":"o-1","obligation":"o-2","answer":"declined""#, None),
        ] {
            let text = format!(r#"{{"type":"answer","id":"4",{fields}}}"#);
            let Heard::Misread(Misread { id, refusal }) = read(&text) else { panic!("{text}") };
            assert_eq!((id.as_str(), refusal.code), ("4", "field.invalid"));
            assert_eq!(refusal.field.as_deref(), field, "{text}: {}", refusal.message);
        }
    }

    #[test]
    fn what_is_no_answer_or_waits_for_no_reply_cannot_be_read() {
        for text in [
            "no json",
            "[]",
            r#"["answer","4"]"#,
            r#"{"type":"answer","id":4,"obligation":"o-1","answer":"declined"}"#,
            r#"{"type":"answer","obligation":"o-1","answer":"declined"}"#,
            r#"{"type":"answer","id":"4","obligation":"o-1","#,
            r#"{"type":"received","id":"4","attempt":"zzz"}"#,
            r#"{"type":"gossip","id":"4"}"#,
        ] {
            assert_eq!(read(text), Heard::Unreadable, "{text}");
        }
    }
}
