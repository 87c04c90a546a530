//! JSON that others wrote: read leniently in form, strictly in size, and every fault with its place.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::{
    Fault, Problem,
    notes::{Notes, Remark},
    time,
};
use crate::{domain::time::Timestamp, ingest::cap::fault::excerpt};

/// The largest answer.
const MAX_BYTES: usize = 10 * 1024 * 1024;
/// Longest text of one field, in characters; a longer one is cut, since nobody reads it in a flood.
pub(super) const MAX_TEXT: usize = 10_000;
/// Longest title, in characters: all of it is read out and shown on a wall.
pub(super) const MAX_TITLE: usize = 500;

/// Reads an answer that is one JSON value.
pub(super) fn json(bytes: &[u8]) -> Result<Value, Fault> {
    let text = text(bytes)?;
    value(text)
}

/// Reads an answer that is a script which gives one JSON value a name, such as `var alarminfo={…};`.
pub(super) fn script(bytes: &[u8]) -> Result<Value, Fault> {
    let text = text(bytes)?;
    let assigned = match text.split_once('=') {
        Some((name, rest)) if !name.contains(['{', '[', '"']) => rest,
        Some(_) | None => text,
    };
    value(assigned.trim().trim_end_matches([';', ' ', '\n', '\r', '\t']))
}

fn text(bytes: &[u8]) -> Result<&str, Fault> {
    if bytes.len() > MAX_BYTES {
        let problem = Problem::TooLarge { what: "bytes", limit: MAX_BYTES };
        return Err(Fault::of_all("/", problem));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| Fault::of_all("/", Problem::Encoding))?;
    Ok(text.trim_start_matches('\u{FEFF}'))
}

fn value(text: &str) -> Result<Value, Fault> {
    serde_json::from_str(text)
        .map_err(|error| Fault::of_all("/", Problem::Json { detail: error.to_string() }))
}

/// One JSON object and where it stands.
#[derive(Debug)]
pub(super) struct Fields<'j> {
    /// What faults call the item.
    pub(super) item: String,
    path: String,
    object: &'j Map<String, Value>,
}

impl<'j> Fields<'j> {
    /// Takes the root of an answer.
    pub(super) fn root(value: &'j Value) -> Result<Self, Fault> {
        Self::new(value, "all".to_owned(), String::new())
    }

    /// Takes the item of that number, from 1, called by the first of its fields that says something.
    pub(super) fn item(
        value: &'j Value,
        path: &str,
        number: usize,
        names: &[&str],
    ) -> Result<Self, Fault> {
        let path = format!("{path}[{number}]");
        let named = names.iter().find_map(|name| value.get(name)?.as_str());
        let named = named.map(str::trim).filter(|name| !name.is_empty()).map(excerpt);
        Self::new(value, named.unwrap_or_else(|| format!("item {number}")), path)
    }

    fn new(value: &'j Value, item: String, path: String) -> Result<Self, Fault> {
        match value {
            Value::Object(object) => Ok(Fields { item, path, object }),
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_) => {
                let element = if path.is_empty() { "/".to_owned() } else { path };
                Err(Fault { item, element, problem: Problem::Shape { expected: "an object" } })
            }
        }
    }

    /// Returns an object inside; none where it is absent or null.
    pub(super) fn inside(&self, name: &str) -> Result<Option<Fields<'j>>, Fault> {
        match self.object.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => {
                Self::new(value, self.item.clone(), format!("{}/{name}", self.path)).map(Some)
            }
        }
    }

    /// Returns a list inside and its path; empty where it is absent or null.
    pub(super) fn list(&self, name: &str) -> Result<(&'j [Value], String), Fault> {
        let path = format!("{}/{name}", self.path);
        match self.object.get(name) {
            None | Some(Value::Null) => Ok((&[], path)),
            Some(Value::Array(list)) => Ok((list, path)),
            Some(Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_)) => {
                Err(self.fault(name, Problem::Shape { expected: "a list" }))
            }
        }
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.object.contains_key(name)
    }

    /// Returns a text, trimmed; none where it is absent, null or blank. A number is a text too.
    pub(super) fn text(&self, name: &str) -> Result<Option<Cow<'j, str>>, Fault> {
        let text = match self.object.get(name) {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::String(text)) => Cow::Borrowed(text.trim()),
            Some(Value::Number(number)) => Cow::Owned(number.to_string()),
            Some(Value::Bool(_) | Value::Array(_) | Value::Object(_)) => {
                return Err(self.fault(name, Problem::Shape { expected: "a text" }));
            }
        };
        Ok(Some(text).filter(|text| !text.is_empty()))
    }

    /// Returns a text that must be there.
    pub(super) fn need(&self, name: &str) -> Result<Cow<'j, str>, Fault> {
        self.text(name)?.ok_or_else(|| self.fault(name, Problem::Missing))
    }

    /// Returns a text for people, without the marks of HTML.
    pub(super) fn prose(&self, name: &str, notes: &mut Notes) -> Result<String, Fault> {
        let text = self.text(name)?.unwrap_or_default();
        Ok(bounded(name, &super::entities::decode(&text), MAX_TEXT, notes))
    }

    /// Returns a title, which must be there.
    pub(super) fn title(&self, name: &str, notes: &mut Notes) -> Result<String, Fault> {
        let text = self.need(name)?;
        Ok(bounded(name, &super::entities::decode(&text), MAX_TITLE, notes))
    }

    /// Returns a time that must be there.
    pub(super) fn need_time(&self, name: &str) -> Result<Timestamp, Fault> {
        let text = self.need(name)?;
        let problem = || Problem::Time { text: excerpt(&text) };
        time::parse(&text).ok_or_else(|| self.fault(name, problem()))
    }

    /// Returns a time that may be there; one that cannot be read is noted and left out.
    pub(super) fn time(&self, name: &str, notes: &mut Notes) -> Result<Option<Timestamp>, Fault> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        let read = time::parse(&text);
        if read.is_none() {
            notes.tell(name, &Remark::NotATime { text: excerpt(&text) });
        }
        Ok(read)
    }

    pub(super) fn fault(&self, name: &str, problem: Problem) -> Fault {
        Fault { item: self.item.clone(), element: format!("{}/{name}", self.path), problem }
    }
}

/// Cuts a text that is longer than any that people read.
pub(super) fn bounded(element: &str, text: &str, limit: usize, notes: &mut Notes) -> String {
    let text = text.trim();
    match text.char_indices().nth(limit) {
        Some((end, _)) => {
            notes.tell(element, &Remark::Cut { limit });
            text[..end].to_owned()
        }
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_is_read_without_its_name() {
        for text in [
            "var alarminfo={\"a\":\"b=c\"};",
            "\u{FEFF}var alarminfo = {\"a\":\"b=c\"} ;\r\n",
            "{\"a\":\"b=c\"}",
        ] {
            assert_eq!(script(text.as_bytes()).unwrap()["a"], "b=c", "{text}");
        }
        assert_eq!(script(b"var alarminfo=").unwrap_err().code(), "feed.json");
    }

    #[test]
    fn what_is_no_answer_is_refused_as_a_whole() {
        for (bytes, code) in [
            (b"<html>".as_slice(), "feed.json"),
            (b"", "feed.json"),
            (b"{\"a\":\"\xB1\xA9\"}", "feed.encoding"),
            (&[b' '; MAX_BYTES + 1], "feed.too_large"),
            (b"{\"a\":".repeat(200).as_slice(), "feed.json"),
        ] {
            let fault = json(bytes).unwrap_err();
            assert_eq!((fault.code(), fault.item.as_str()), (code, "all"));
            assert!(!fault.remedy().is_empty());
        }
    }

    #[test]
    fn a_title_that_nobody_could_read_is_cut_and_said() {
        let value = serde_json::json!({"title": "雨".repeat(MAX_TITLE + 1), "blank": " "});
        let fields = Fields::item(&value, "", 1, &[]).unwrap();
        let mut notes = Notes::default();
        assert_eq!(fields.title("title", &mut notes).unwrap(), "雨".repeat(MAX_TITLE));
        assert_eq!(notes.into_texts(), ["title: the text was cut after 500 characters"]);
        let fault = fields.title("blank", &mut Notes::default()).unwrap_err();
        assert_eq!(fault.code(), "feed.missing_element");
    }

    #[test]
    fn a_text_may_be_a_number_and_blank_is_absent() {
        let value = serde_json::json!({"a": 7, "b": " ", "c": null, "d": [], "e": " x "});
        let fields = Fields::item(&value, "/list", 3, &["z"]).unwrap();
        let texts = ["a", "b", "c", "e", "f"].map(|name| fields.text(name).unwrap());
        assert_eq!(
            texts.map(|text| text.map(String::from)),
            [Some("7".to_owned()), None, None, Some("x".to_owned()), None]
        );
        let fault = fields.text("d").unwrap_err();
        assert_eq!((fault.item.as_str(), fault.element.as_str()), ("item 3", "/list[3]/d"));
    }
}
