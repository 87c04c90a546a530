//! The list of warnings in force of nmc.cn (`rest/findAlarm`): titles with a time to the minute, no text
//! and no end. `alertid` is the national identifier.

use serde_json::Value;

use super::{
    Fault, Items, Problem,
    codes::{self, Family},
    each,
    fields::{self, Fields},
    identity::Identity,
    notes::{Notes, Remark},
    said::{self, Claim, Said},
};
use crate::domain::warning::Message;

const SOURCE: &str = "nmc.cn";

/// Reads one page of the list.
pub fn read(bytes: &[u8]) -> Items {
    let answer = fields::json(bytes)?;
    let (list, path) = listed(&answer)?;
    Ok(each(list, &path, |value, number| item(value, &path, number), Value::to_string))
}

fn listed(answer: &Value) -> Result<(&[Value], String), Fault> {
    let root = Fields::root(answer)?;
    let code = root.text("code")?;
    if code.as_ref().is_some_and(|code| code != "0") {
        let answer = root.text("msg")?.or(code).unwrap_or_default().into_owned();
        return Err(root.fault("code", Problem::Refused { answer }));
    }
    let data = root.inside("data")?.ok_or_else(|| root.fault("data", Problem::Missing))?;
    let page = data.inside("page")?.ok_or_else(|| data.fault("page", Problem::Missing))?;
    if !page.has("list") {
        return Err(page.fault("list", Problem::Missing));
    }
    page.list("list")
}

fn item(value: &Value, path: &str, number: usize) -> Result<Message, Fault> {
    let fields = Fields::item(value, path, number, &["alertid", "title"])?;
    let mut notes = Notes::default();
    let title = fields.title("title", &mut notes)?;
    let sent = fields.need_time("issuetime")?;
    notes.tell("issuetime", &Remark::MinuteOnly);
    notes.tell("issuetime", &Remark::NoEnd);
    let given = fields.text("alertid")?;
    let issued = fields.need("issuetime")?;
    let identity =
        Identity::of(SOURCE, given.as_deref(), &[&title, &issued], "alertid", &mut notes);
    let picture = fields.text("pic")?.unwrap_or_default();
    let said = pictured(Said { title: &title, ..Said::default() }, &picture, &mut notes);
    let kind = said.kind(None, &mut notes);
    said::note_unnamed(kind, 0, &mut notes);
    let (event, event_code) = said.event(&mut notes);
    Ok(Message {
        sender: identity.sender.clone(),
        sent,
        status: said.status(&mut notes),
        kind,
        references: Vec::new(),
        event,
        event_code,
        colour: said.colour(&mut notes),
        description: String::new(),
        instruction: String::new(),
        effective: sent,
        onset: None,
        expires: None,
        areas: vec![identity.area_of_sender("", &mut notes)],
        identifier: identity.identifier,
        notes: notes.into_texts(),
        headline: title,
    })
}

/// Adds what the picture shows, by the family of codes that pictures are named after.
fn pictured<'a>(mut said: Said<'a>, picture: &str, notes: &mut Notes) -> Said<'a> {
    let Some((code, colour)) = codes::of_picture(picture) else { return said };
    let from = format!("p{code} of {}", Family::CmaP);
    said.colours.extend(colour.map(|colour| Claim::new(from.clone(), colour)));
    match codes::name(Family::CmaP, code) {
        Some(name) => said.hazards.push(Claim::new(from, name.to_owned())),
        // 0000 is the picture of every type without one.
        None if code == "0000" => {}
        None => {
            let code = format!("p{code}");
            notes.tell("pic", &Remark::UnknownCode { code, family: Family::CmaP });
        }
    }
    said
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        domain::warning::{Colour, MessageKind},
        ingest::feeds::MAX_ITEMS,
    };

    #[test]
    fn an_item_is_a_warning_with_the_senders_area_and_no_end() {
        let read = one(json!({
            "alertid": "99010141600000_20260721180012",
            "issuetime": "2026/07/21 18:00",
            "title": "示例省示例市示例县气象台发布暴雨红色预警信号",
            "pic": "http://image.example/p0002001.png",
        }));
        assert_eq!(read.identifier, "99010141600000_20260721180012");
        assert_eq!(read.sender, "99010141600000");
        assert_eq!(read.sent, "2026-07-21T18:00:00+08:00".parse().unwrap());
        assert_eq!((read.colour, read.expires), (Some(Colour::Red), None));
        assert_eq!((read.event.as_str(), read.event_code.as_deref()), ("暴雨", Some("11B03")));
        assert_eq!(read.areas[0].codes, ["990101".parse().unwrap()]);
        let told = ["minute only", "no end", "first six digits"];
        assert!(told.iter().zip(&read.notes).all(|(part, note)| note.contains(part)), "{read:?}");
        assert_eq!(read.notes.len(), 3);
    }

    #[test]
    fn a_picture_that_shows_something_else_is_told_and_the_title_counts() {
        let read = one(json!({
            "alertid": "99010141600000_20260721180012",
            "issuetime": "2026/07/21 18:00",
            "title": "示例县气象台发布暴雨红色预警信号",
            "pic": "p0007004.png",
        }));
        assert_eq!((read.colour, read.event.as_str()), (Some(Colour::Red), "暴雨"));
        let conflicts = read.notes.iter().filter(|note| note.contains("p0007")).count();
        assert_eq!(conflicts, 2, "{:?}", read.notes);
    }

    #[test]
    fn an_item_without_an_identifier_is_named_by_what_it_says() {
        let item =
            json!({"issuetime": "2026/07/21 18:00", "title": "示例县气象台解除暴雨红色预警信号"});
        let read = one(item.clone());
        assert_eq!(read.kind, MessageKind::Cancel);
        assert!(read.identifier.starts_with("nmc.cn-"), "{}", read.identifier);
        assert_eq!(read.identifier, one(item).identifier);
        assert_eq!((read.areas[0].codes.len(), read.areas[0].description.as_str()), (0, "未注明"));
        let told = ["no national identifier", "does not name which", "no area by code"];
        for part in told {
            assert!(read.notes.iter().any(|note| note.contains(part)), "{:?}", read.notes);
        }
    }

    #[test]
    fn one_bad_item_does_not_lose_the_others() {
        let good =
            json!({"issuetime": "2026/07/21 18:00", "title": "示例县气象台发布暴雨红色预警信号"});
        let late = json!({"alertid": "99010141600000_20260721180012", "issuetime": "yesterday", "title": "x"});
        let read =
            read(&answer(json!([good, 7, late, {"issuetime": "2026/07/21 18:00"}, good]))).unwrap();
        let faults: Vec<_> = read.iter().filter_map(|item| item.as_ref().err()).collect();
        let told: Vec<_> =
            faults.iter().map(|fault| (&*fault.item, &*fault.element, fault.code())).collect();
        assert_eq!(
            told,
            [
                ("item 2", "/data/page/list[2]", "feed.shape"),
                ("99010141600000_20260721180012", "/data/page/list[3]/issuetime", "feed.time"),
                ("item 4", "/data/page/list[4]/title", "feed.missing_element"),
            ]
        );
        assert_eq!(read.len(), 5);
    }

    #[test]
    fn an_answer_that_is_no_list_is_a_fault_of_the_source() {
        for (text, code) in [
            ("{\"msg\":\"too many requests\",\"code\":429}", "feed.refused"),
            ("{\"code\":0,\"data\":{}}", "feed.missing_element"),
            ("{\"code\":0,\"data\":{\"page\":{\"list\":{}}}}", "feed.shape"),
            ("[]", "feed.shape"),
            ("<html></html>", "feed.json"),
        ] {
            assert_eq!(read(text.as_bytes()).unwrap_err().code(), code, "{text}");
        }
        assert_eq!(read(&answer(json!([]))).unwrap(), []);
    }

    #[test]
    fn more_items_than_there_can_be_are_cut_and_said() {
        let many = vec![json!({}); MAX_ITEMS + 1];
        let read = read(&answer(json!(many))).unwrap();
        assert_eq!(read.len(), MAX_ITEMS + 1);
        assert_eq!(read.last().unwrap().as_ref().unwrap_err().code(), "feed.too_large");
    }

    fn one(item: Value) -> Message {
        read(&answer(json!([item]))).unwrap().remove(0).unwrap().message
    }

    fn answer(list: Value) -> Vec<u8> {
        json!({"msg": "success", "code": 0, "data": {"page": {"list": list}}}).to_string().into()
    }
}
