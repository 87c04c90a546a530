//! What a source says of one warning in several places at once: title, names, codes, text.
//!
//! Invariant: the title counts. Whatever says otherwise is noted with both, and nothing is guessed.

use compact_str::CompactString;

use super::notes::{Notes, Remark};
use crate::{
    domain::warning::{Colour, MessageKind, Status},
    ingest::cap::{event_codes, fault::excerpt, title},
};

/// What one element says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Claim<T> {
    /// The element as a person finds it, such as `SIGNALTYPE`.
    pub(super) from: String,
    pub(super) says: T,
}

impl<T> Claim<T> {
    pub(super) fn new(from: impl Into<String>, says: T) -> Self {
        Claim { from: from.into(), says }
    }
}

/// Everything that one item says about what it warns of.
#[derive(Debug, Default)]
pub(super) struct Said<'a> {
    pub(super) title: &'a str,
    pub(super) text: &'a str,
    /// Colours besides those of title and text, the most trustworthy first.
    pub(super) colours: Vec<Claim<Colour>>,
    /// Names of the hazard besides that of the title, the most trustworthy first.
    pub(super) hazards: Vec<Claim<String>>,
}

impl Said<'_> {
    /// Returns the colour, with a note where it is not the title's alone.
    pub(super) fn colour(&self, notes: &mut Notes) -> Option<Colour> {
        let of_title = title::colour(self.title).map(|says| Claim::new("the title", says));
        let of_text = title::colour(title::first_statement(self.text));
        let of_text = of_text.map(|says| Claim::new("the text", says));
        let titled = of_title.is_some();
        let mut claims = of_title.into_iter().chain(self.colours.iter().cloned()).chain(of_text);
        let Some(used) = claims.next() else {
            notes.tell("title", &Remark::NoColour);
            return None;
        };
        if !titled {
            let from = used.from.clone();
            notes.tell("title", &Remark::ColourSource { colour: used.says, from });
        }
        for Claim { from, says: other } in claims.filter(|claim| claim.says != used.says) {
            let (used, used_from) = (used.says, used.from.clone());
            notes.tell("title", &Remark::ColourConflict { used, used_from, other, from });
        }
        Some(used.says)
    }

    /// Returns the hazard in the source's words, at most as long as people call one, and its national code where the list has that name.
    pub(super) fn event(&self, notes: &mut Notes) -> (CompactString, Option<CompactString>) {
        let told = title::hazard(self.title);
        let same = |claim: &Claim<String>, told: &str| {
            event_codes::same_name(&claim.says, told) || is_after_sender(told, &claim.says)
        };
        for claim in &self.hazards {
            let Some(told) = told.filter(|told| !same(claim, told)) else { continue };
            let (from, name, title) = (claim.from.clone(), claim.says.clone(), told.to_owned());
            notes.tell("title", &Remark::HazardConflict { from, name, title });
        }
        let first = self.hazards.first();
        let name = match (told, first) {
            // A title without an act runs the sender's name into that of the hazard.
            (Some(told), Some(claim)) if is_after_sender(told, &claim.says) => &claim.says,
            (Some(told), _) => told,
            (None, Some(claim)) => {
                let (from, name) = (claim.from.clone(), claim.says.clone());
                notes.tell("title", &Remark::HazardSource { name, from });
                &claim.says
            }
            (None, None) => {
                notes.tell("title", &Remark::NoHazard);
                return ("未注明".into(), None);
            }
        };
        let listed = title::event(self.title).or_else(|| event_codes::by_name(name));
        (excerpt(name).into(), listed.map(|event| event.code.as_str().into()))
    }

    /// Returns the status by what the title is marked with: these sources have no field for it.
    pub(super) fn status(&self, notes: &mut Notes) -> Status {
        if is_marked(self.title, "演练") {
            notes.tell("title", &Remark::Drill);
            return Status::Exercise;
        }
        if is_marked(self.title, "测试") {
            notes.tell("title", &Remark::Test);
            return Status::Test;
        }
        Status::Actual
    }

    /// Returns the kind: a title that lifts a warning ends it, whatever the source's word says.
    pub(super) fn kind(&self, stated: Option<MessageKind>, notes: &mut Notes) -> MessageKind {
        match stated {
            Some(MessageKind::Alert | MessageKind::Update) | None if title::lifts(self.title) => {
                if stated.is_some() {
                    notes.tell("title", &Remark::EndedByTitle);
                }
                MessageKind::Cancel
            }
            Some(kind) => kind,
            None => MessageKind::Alert,
        }
    }
}

/// Tells whether a text is an office's name with that hazard after it; 雷暴大风 is no 大风.
fn is_after_sender(text: &str, hazard: &str) -> bool {
    const OFFICES: [&str; 8] = ["台", "局", "厅", "站", "中心", "委", "部", "所"];
    let office = text.strip_suffix(hazard).filter(|_| !hazard.is_empty());
    office.is_some_and(|name| OFFICES.iter().any(|office| name.ends_with(office)))
}

/// Notes that a message ends or changes something and does not say what.
pub(super) fn note_unnamed(kind: MessageKind, named: usize, notes: &mut Notes) {
    match kind {
        MessageKind::Cancel if named == 0 => notes.tell("references", &Remark::EndsUnnamed),
        MessageKind::Update if named == 0 => notes.tell("references", &Remark::ChangesUnnamed),
        MessageKind::Alert
        | MessageKind::Update
        | MessageKind::Cancel
        | MessageKind::Ack
        | MessageKind::Error => {}
    }
}

/// Reads a message type, misspelt as one national client does it.
pub(super) fn kind_of(word: &str, element: &str, notes: &mut Notes) -> Option<MessageKind> {
    match word.to_ascii_lowercase().as_str() {
        "alert" => Some(MessageKind::Alert),
        "update" => Some(MessageKind::Update),
        "cancel" => Some(MessageKind::Cancel),
        "cancle" => {
            notes.tell(element, &Remark::MisspeltCancel);
            Some(MessageKind::Cancel)
        }
        "ack" => Some(MessageKind::Ack),
        "error" => Some(MessageKind::Error),
        _ => None,
    }
}

/// Tells whether a title is marked with a word: at its start, or in brackets of its own. Elsewhere the
/// word may be part of another, as in 监测试验.
fn is_marked(title: &str, word: &str) -> bool {
    const BRACKETS: [(char, char); 5] =
        [('【', '】'), ('[', ']'), ('（', '）'), ('(', ')'), ('［', '］')];
    title.trim_start().starts_with(word)
        || BRACKETS.iter().any(|(open, close)| title.contains(&format!("{open}{word}{close}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_title_counts_and_what_disagrees_is_shown_with_both() {
        let said = Said {
            title: "示例县气象台发布暴雨红色预警信号",
            text: "示例县气象台发布暴雨橙色预警信号：请注意",
            colours: vec![Claim::new("LEVELCODE 01", Colour::Blue)],
            hazards: vec![Claim::new("TYPECODE 05", "大风".to_owned())],
        };
        let mut notes = Notes::default();
        assert_eq!(said.colour(&mut notes), Some(Colour::Red));
        assert_eq!(said.event(&mut notes), ("暴雨".into(), Some("11B03".into())));
        let texts = notes.into_texts();
        assert_eq!(texts.len(), 3, "{texts:?}");
        for both in [["LEVELCODE 01", "蓝色"], ["the text", "橙色"], ["TYPECODE 05", "大风"]]
        {
            assert!(texts.iter().any(|note| both.iter().all(|part| note.contains(part))));
        }
        assert!(texts[2].contains("暴雨"), "{texts:?}");
    }

    #[test]
    fn what_the_title_leaves_out_is_taken_from_elsewhere_and_said() {
        let said = Said {
            title: "天气提示",
            text: "",
            colours: vec![Claim::new("the picture", Colour::Yellow)],
            hazards: vec![Claim::new("SIGNALTYPE", "强对流".to_owned())],
        };
        let mut notes = Notes::default();
        assert_eq!(said.colour(&mut notes), Some(Colour::Yellow));
        assert_eq!(said.event(&mut notes), ("强对流".into(), None));
        assert_eq!(notes.into_texts().len(), 2);

        let mut notes = Notes::default();
        assert_eq!(Said::default().colour(&mut notes), None);
        assert_eq!(Said::default().event(&mut notes), ("未注明".into(), None));
        assert_eq!(notes.into_texts().len(), 2);
    }

    #[test]
    fn a_sender_before_the_hazard_is_told_from_a_longer_name_of_a_hazard() {
        for (title, name, conflicts) in [
            ("淇县气象台大风蓝色预警信号", "大风", 0),
            ("淇县气象台发布雷暴大风蓝色预警信号", "雷暴大风", 1),
        ] {
            let hazards = vec![Claim::new("TYPECODE 05", "大风".to_owned())];
            let mut notes = Notes::default();
            let (event, _) = Said { title, hazards, ..Said::default() }.event(&mut notes);
            assert_eq!((event.as_str(), notes.into_texts().len()), (name, conflicts), "{title}");
        }
    }

    #[test]
    fn only_a_mark_of_its_own_makes_a_drill_or_a_test() {
        let status = |title: &str| Said { title, ..Said::default() }.status(&mut Notes::default());
        assert_eq!(status("【演练】县气象台发布暴雨红色预警"), Status::Exercise);
        assert_eq!(status("演练：县气象台发布暴雨红色预警"), Status::Exercise);
        assert_eq!(status("县气象台发布暴雨红色预警（测试）"), Status::Test);
        assert_eq!(status("生态监测试验区发布暴雨红色预警"), Status::Actual);
    }

    #[test]
    fn a_title_that_lifts_ends_and_a_stated_kind_stands_otherwise() {
        let kind = |title: &str, stated| {
            Said { title, ..Said::default() }.kind(stated, &mut Notes::default())
        };
        assert_eq!(kind("县气象台解除暴雨红色预警", None), MessageKind::Cancel);
        assert_eq!(kind("县气象台解除暴雨红色预警", Some(MessageKind::Alert)), MessageKind::Cancel);
        assert_eq!(kind("县气象台解除暴雨红色预警", Some(MessageKind::Ack)), MessageKind::Ack);
        assert_eq!(
            kind("县气象台发布暴雨红色预警", Some(MessageKind::Update)),
            MessageKind::Update
        );
        assert_eq!(kind("县气象台发布暴雨红色预警", None), MessageKind::Alert);
    }
}
