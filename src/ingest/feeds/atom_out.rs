//! An Atom feed (RFC 4287) of this county's warnings, for those who poll.

use crate::{
    domain::{ids::WarningId, time::Timestamp, warning::Message},
    ingest::cap::{markup::Xml, xml::Namespace},
};

/// Where on a node the feed and its warnings are.
const FEED: &str = "/api/v1/warnings.atom";
const WARNINGS: &str = "/api/v1/warnings/";
const CAP: &str = "application/cap+xml";

/// Whose feed it is. `base` goes into the names of all entries, so it must stay what it is.
#[derive(Debug, Clone, Copy)]
pub struct Head<'a> {
    /// Such as 示例县预警.
    pub title: &'a str,
    /// Who publishes it, such as 示例县应急管理局.
    pub author: &'a str,
    /// Where readers reach this node, such as `https://county.example`.
    pub base: &'a str,
    /// When anything in it last changed.
    pub updated: Timestamp,
}

/// One warning of the feed.
#[derive(Debug, Clone, Copy)]
pub struct Item<'a> {
    pub id: WarningId,
    pub message: &'a Message,
    /// When the warning was accepted, or its life last changed.
    pub updated: Timestamp,
}

/// Writes a feed of these warnings in their order, which is the newest first by custom.
pub fn write<'a>(head: &Head<'_>, items: impl IntoIterator<Item = Item<'a>>) -> String {
    let mut xml = Xml::new();
    let base = head.base.trim_end_matches('/');
    let feed = format!("{base}{FEED}");
    let root = format!("feed xmlns=\"{}\" xml:lang=\"zh-CN\"", Namespace::ATOM);
    xml.group(&root, |xml| {
        xml.leaf("id", &feed);
        xml.leaf("title", filled(head.title, "预警"));
        xml.leaf("updated", time(head.updated));
        xml.group("author", |xml| xml.leaf("name", filled(head.author, "未注明")));
        let media_type = "application/atom+xml";
        xml.empty("link", &[("rel", "self"), ("type", media_type), ("href", &feed)]);
        for item in items {
            xml.group("entry", |xml| entry(xml, base, &item));
        }
    });
    xml.finish()
}

fn entry(xml: &mut Xml, base: &str, item: &Item<'_>) {
    let message = item.message;
    let address = format!("{base}{WARNINGS}{}", item.id);
    xml.leaf("id", &address);
    xml.leaf("title", filled(&message.headline, filled(&message.event, "预警")));
    xml.leaf("updated", time(item.updated));
    xml.leaf("published", time(message.sent));
    let cap = format!("{address}.cap");
    xml.empty("link", &[("rel", "alternate"), ("type", CAP), ("href", &cap)]);
    if !message.event.trim().is_empty() {
        xml.empty("category", &[("term", &message.event)]);
    }
    // An entry without content needs a summary only when it is one: an empty text says nothing.
    if !message.description.trim().is_empty() {
        xml.leaf("summary", &message.description);
    }
}

/// RFC 4287 wants these texts to say something.
fn filled<'a>(text: &'a str, otherwise: &'a str) -> &'a str {
    if text.trim().is_empty() { otherwise } else { text }
}

fn time(at: Timestamp) -> String {
    at.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::warning::{MessageKind, Status},
        ingest::{
            cap::xml::{self, Element},
            feeds::atom::{self, Cap},
        },
    };

    #[test]
    fn what_is_written_is_a_valid_feed_that_reads_back() {
        let messages = [message("暴雨", "县气象台发布<暴雨>红色预警 & 更多"), message("", "")];
        let written = write(&head(), items(&messages));
        let root = xml::parse(&written).unwrap();
        check_feed(&root);
        let feed = atom::read(written.as_bytes(), "https://county.example/").unwrap();
        let links: Vec<_> = feed.entries.iter().map(|entry| entry.clone().unwrap().cap).collect();
        assert_eq!(
            links,
            [
                Cap::At("https://county.example/api/v1/warnings/w-1.cap".into()),
                Cap::At("https://county.example/api/v1/warnings/w-2.cap".into()),
            ]
        );
        assert_eq!(feed.title, "示例县预警");
    }

    #[test]
    fn a_feed_without_warnings_is_valid_too() {
        check_feed(&xml::parse(&write(&head(), [])).unwrap());
    }

    /// Holds a feed against the rules of RFC 4287, 4.1.1 and 4.1.2, and that no element is of another kind.
    fn check_feed(feed: &Element) {
        assert_eq!((&*feed.name, feed.namespace), ("feed", Namespace::Atom));
        for (name, count) in [("id", 1), ("title", 1), ("updated", 1), ("author", 1)] {
            assert_eq!(of(feed, name).len(), count, "{name} of the feed");
        }
        assert_eq!(of(of(feed, "author")[0], "name").len(), 1);
        let mut ids: Vec<&str> = Vec::new();
        for entry in of(feed, "entry") {
            for name in ["id", "title", "updated", "published"] {
                assert_eq!(of(entry, name).len(), 1, "{name} of an entry");
                assert!(!of(entry, name)[0].text.trim().is_empty(), "{name} is blank");
            }
            let alternate = of(entry, "link");
            assert_eq!(alternate.len(), 1, "an entry without content has an alternate");
            assert!(of(entry, "summary").len() <= 1);
            for name in ["updated", "published"] {
                assert!(of(entry, name)[0].text.parse::<Timestamp>().is_ok());
            }
            ids.push(&of(entry, "id")[0].text);
        }
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), of(feed, "entry").len(), "every entry has a name of its own");
        let known = ["id", "title", "updated", "author", "link", "entry"];
        assert!(feed.children.iter().all(|child| known.contains(&&*child.name)));
    }

    fn of<'e>(element: &'e Element, name: &str) -> Vec<&'e Element> {
        let own = |child: &&Element| child.name == name && child.namespace == Namespace::Atom;
        element.children.iter().filter(own).collect()
    }

    fn head() -> Head<'static> {
        Head {
            title: "示例县预警",
            author: "示例县应急管理局",
            base: "https://county.example/",
            updated: "2026-07-21T18:00:00+08:00".parse().unwrap(),
        }
    }

    fn items(messages: &[Message]) -> Vec<Item<'_>> {
        let mut items: Vec<_> = (1..)
            .zip(messages)
            .map(|(number, message)| {
                let updated = message.sent + std::time::Duration::from_secs(number);
                Item { id: WarningId(number), message, updated }
            })
            .collect();
        items.reverse();
        items
    }

    fn message(event: &str, headline: &str) -> Message {
        let sent = "2026-07-21T18:00:00+08:00".parse().unwrap();
        Message {
            identifier: "a".into(),
            sender: "b".into(),
            sent,
            status: Status::Actual,
            kind: MessageKind::Alert,
            references: vec![],
            event: event.into(),
            event_code: None,
            colour: None,
            headline: headline.into(),
            description: headline.into(),
            instruction: String::new(),
            effective: sent,
            onset: None,
            expires: None,
            areas: vec![],
            notes: vec![],
        }
    }
}
