//! The county's wording of public texts, from `config/texts.toml`: checked whole before any of it is used.

use serde::Deserialize;

use super::Outlet;
use crate::domain::warning::Status;

/// Units that are kept free for the names of sender and hazard, whatever else a text holds.
pub(super) const SENDER_LEAST: usize = 8;
const EVENT_LEAST: usize = 4;
/// The longest that the other placeholders which are always kept can become, as written and as spoken.
const TIME_WRITTEN: &str = "12月30日23:59";
const TIME_SPOKEN: &str = "十二月二十七日二十三时五十九分";
const COLOUR: &str = "红色";
const LEVEL: &str = "Ⅳ级";
/// Signs that a voice cannot read.
const BRACKETS: [char; 14] =
    ['【', '】', '（', '）', '(', ')', '[', ']', '《', '》', '“', '”', '<', '>'];

/// Why the texts cannot be used as written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TextsFault {
    #[error("{0}")]
    Syntax(String),
    #[error("{place}: there is no placeholder {{{name}}}; known are {KNOWN}")]
    Unknown { place: String, name: String },
    #[error("{place}: a {{ has no }}")]
    Unclosed { place: String },
    #[error("{place}: {{{name}}} stands there twice")]
    Twice { place: String, name: &'static str },
    #[error("{place}: {{{name}}} is missing; it belongs in a piece that is always kept")]
    Missing { place: String, name: &'static str },
    #[error("{place}: {first} and {{{second}}} both give way; put them in pieces of their own")]
    BothGiveWay { place: String, first: String, second: &'static str },
    #[error("{place}: {found:?} cannot be heard")]
    Unheard { place: String, found: char },
    #[error("{place}: {found:?} does not belong on one line")]
    NotALine { place: String, found: char },
    #[error("{place}: the limit is {limit}, and at most {most}")]
    Limit { place: String, limit: usize, most: usize },
    #[error("{place}: the fixed words leave no room within {limit} units for the names")]
    NoRoom { place: String, limit: usize },
    #[error("{place} is only for the loudspeaker")]
    Again { place: String },
}

const KNOWN: &str = "sender, time, event, colour, level, areas, text, advice, until";

/// What stands for something of the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slot {
    Sender,
    Time,
    Event,
    Colour,
    Level,
    Areas,
    Text,
    Advice,
    Until,
}

impl Slot {
    const ALL: [(Slot, &'static str); 9] = [
        (Slot::Sender, "sender"),
        (Slot::Time, "time"),
        (Slot::Event, "event"),
        (Slot::Colour, "colour"),
        (Slot::Level, "level"),
        (Slot::Areas, "areas"),
        (Slot::Text, "text"),
        (Slot::Advice, "advice"),
        (Slot::Until, "until"),
    ];

    fn name(self) -> &'static str {
        Slot::ALL.iter().find(|(slot, _)| *slot == self).map_or("", |(_, name)| name)
    }

    /// Tells whether its piece may be left out.
    fn gives_way(self) -> bool {
        match self {
            Slot::Areas | Slot::Text | Slot::Advice | Slot::Until => true,
            Slot::Sender | Slot::Time | Slot::Event | Slot::Colour | Slot::Level => false,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Words(String),
    Slot(Slot),
}

/// A piece of a text, kept or left out as one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    parts: Vec<Part>,
}

impl Piece {
    /// Returns the placeholder that the piece stands or falls with; `None` for one that is always kept.
    pub(super) fn flexible(&self) -> Option<Slot> {
        self.slots().find(|slot| slot.gives_way())
    }

    /// Fills the piece.
    pub(super) fn fill(&self, value: &dyn Fn(Slot) -> String) -> String {
        let filled = self.parts.iter().map(|part| match part {
            Part::Words(words) => words.clone(),
            Part::Slot(slot) => value(*slot),
        });
        filled.collect()
    }

    fn slots(&self) -> impl Iterator<Item = Slot> {
        self.parts.iter().filter_map(|part| match part {
            Part::Slot(slot) => Some(*slot),
            Part::Words(_) => None,
        })
    }
}

/// The texts of one outlet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Form {
    limit: usize,
    /// Said between the two times that a text is read out; `None` for what is not.
    pub(super) again: Option<String>,
    pub(super) alert: Vec<Piece>,
    pub(super) update: Vec<Piece>,
    pub(super) cancel: Vec<Piece>,
}

impl Form {
    /// Returns what one reading of a text may take, in half units.
    pub(super) fn room(&self, outlet: Outlet) -> usize {
        match &self.again {
            Some(again) => (self.limit * 2).saturating_sub(outlet.halves(again)) / 2,
            None => self.limit * 2,
        }
    }
}

/// The wording of all outlets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Templates {
    sms: Form,
    loudspeaker: Form,
    banner: Form,
}

impl Templates {
    /// Returns the most units that a text may have.
    pub fn limit(&self, outlet: Outlet) -> usize {
        self.form(outlet).limit
    }

    pub(super) fn form(&self, outlet: Outlet) -> &Form {
        match outlet {
            Outlet::Sms => &self.sms,
            Outlet::Loudspeaker => &self.loudspeaker,
            Outlet::Banner => &self.banner,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    sms: FormText,
    loudspeaker: FormText,
    banner: FormText,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FormText {
    limit: usize,
    again: Option<String>,
    alert: Vec<String>,
    update: Vec<String>,
    cancel: Vec<String>,
}

/// Reads the texts and checks each.
pub fn load(text: &str) -> Result<Templates, TextsFault> {
    let file: File = toml::from_str(text).map_err(|error| TextsFault::Syntax(error.to_string()))?;
    Ok(Templates {
        sms: form(Outlet::Sms, "sms", file.sms)?,
        loudspeaker: form(Outlet::Loudspeaker, "loudspeaker", file.loudspeaker)?,
        banner: form(Outlet::Banner, "banner", file.banner)?,
    })
}

fn form(outlet: Outlet, name: &str, text: FormText) -> Result<Form, TextsFault> {
    // What one message bears, what anybody listens to, and what is read in passing.
    let most = match outlet {
        Outlet::Sms => 70,
        Outlet::Loudspeaker => 1_000,
        Outlet::Banner => 40,
    };
    if text.limit == 0 || text.limit > most {
        let place = format!("{name}.limit");
        return Err(TextsFault::Limit { place, limit: text.limit, most });
    }
    let again = match (text.again, outlet.is_spoken()) {
        (None, false) => None,
        (Some(again), true) => Some(again),
        (Some(_), false) => return Err(TextsFault::Again { place: format!("{name}.again") }),
        (None, true) => Some(String::new()),
    };
    if let Some(again) = &again {
        check_words(outlet, &format!("{name}.again"), again)?;
    }
    let pieces = |kind: &str, texts: Vec<String>| pieces(outlet, &format!("{name}.{kind}"), texts);
    let form = Form {
        limit: text.limit,
        again,
        alert: pieces("alert", text.alert)?,
        update: pieces("update", text.update)?,
        cancel: pieces("cancel", text.cancel)?,
    };
    for (kind, pieces) in
        [("alert", &form.alert), ("update", &form.update), ("cancel", &form.cancel)]
    {
        check_room(outlet, &format!("{name}.{kind}"), pieces, &form)?;
    }
    Ok(form)
}

fn pieces(outlet: Outlet, place: &str, texts: Vec<String>) -> Result<Vec<Piece>, TextsFault> {
    let mut pieces = Vec::with_capacity(texts.len());
    for (number, text) in (1..).zip(&texts) {
        pieces.push(piece(outlet, &format!("{place}[{number}]"), text)?);
    }
    let place = || place.to_owned();
    let all: Vec<Slot> = pieces.iter().flat_map(Piece::slots).collect();
    for (slot, name) in Slot::ALL {
        if all.iter().filter(|found| **found == slot).count() > 1 {
            return Err(TextsFault::Twice { place: place(), name });
        }
    }
    let kept = pieces.iter().filter(|piece| piece.flexible().is_none());
    let kept: Vec<Slot> = kept.flat_map(Piece::slots).collect();
    for slot in [Slot::Sender, Slot::Time] {
        if !kept.contains(&slot) {
            return Err(TextsFault::Missing { place: place(), name: slot.name() });
        }
    }
    Ok(pieces)
}

fn piece(outlet: Outlet, place: &str, text: &str) -> Result<Piece, TextsFault> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((words, after)) = rest.split_once('{') {
        let Some((name, after)) = after.split_once('}') else {
            return Err(TextsFault::Unclosed { place: place.to_owned() });
        };
        let known = Slot::ALL.iter().find(|(_, known)| *known == name);
        let Some((slot, _)) = known else {
            return Err(TextsFault::Unknown { place: place.to_owned(), name: name.to_owned() });
        };
        check_words(outlet, place, words)?;
        parts.extend([Part::Words(words.to_owned()), Part::Slot(*slot)]);
        rest = after;
    }
    check_words(outlet, place, rest)?;
    parts.push(Part::Words(rest.to_owned()));
    let piece = Piece { parts };
    if let Some(first) = piece.flexible() {
        let second = piece.slots().find(|slot| slot.gives_way() && *slot != first);
        if let Some(second) = second {
            let (place, first) = (place.to_owned(), format!("{{{}}}", first.name()));
            return Err(TextsFault::BothGiveWay { place, first, second: second.name() });
        }
    }
    Ok(piece)
}

fn check_words(outlet: Outlet, place: &str, words: &str) -> Result<(), TextsFault> {
    let place = || place.to_owned();
    if let Some(found) = words.chars().find(|c| c.is_control()) {
        return Err(TextsFault::NotALine { place: place(), found });
    }
    // A voice reads 3 as it likes: numbers belong in words.
    let unheard = |c: &char| outlet.is_spoken() && (BRACKETS.contains(c) || c.is_ascii_digit());
    match words.chars().find(unheard) {
        Some(found) => Err(TextsFault::Unheard { place: place(), found }),
        None => Ok(()),
    }
}

/// Checks that the names of sender and hazard have room in the worst case, a drill of the longest date.
fn check_room(
    outlet: Outlet,
    place: &str,
    pieces: &[Piece],
    form: &Form,
) -> Result<(), TextsFault> {
    let longest = |slot: Slot| match slot {
        Slot::Time if outlet.is_spoken() => TIME_SPOKEN.to_owned(),
        Slot::Time => TIME_WRITTEN.to_owned(),
        Slot::Colour => COLOUR.to_owned(),
        Slot::Level => LEVEL.to_owned(),
        Slot::Sender => "台".repeat(SENDER_LEAST),
        Slot::Event => "雨".repeat(EVENT_LEAST),
        Slot::Areas | Slot::Text | Slot::Advice | Slot::Until => String::new(),
    };
    let kept = pieces.iter().filter(|piece| piece.flexible().is_none());
    let fixed: usize = kept.map(|piece| outlet.halves(&piece.fill(&longest))).sum();
    let mark = outlet.halves(outlet.mark(Status::Exercise));
    if fixed + mark <= form.room(outlet) {
        return Ok(());
    }
    Err(TextsFault::NoRoom { place: place.to_owned(), limit: form.limit })
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = include_str!("../../config/texts.toml");

    #[test]
    fn the_texts_that_come_with_the_program_are_good() {
        let templates = load(GOOD).unwrap();
        assert_eq!(templates.sms.limit, 70);
        assert_eq!(templates.loudspeaker.again.as_deref(), Some("现在再播送一遍。"));
    }

    #[test]
    fn a_fault_names_its_place() {
        for (from, to, fault) in [
            ("limit = 70", "limit = 71", "sms.limit: the limit is 71, and at most 70"),
            ("limit = 40", "limit = 0", "banner.limit: the limit is 0, and at most 40"),
            ("limit = 40", "limit = 25", "banner.alert: the fixed words leave no room within 25"),
            ("{colour}", "{color}", "sms.alert[2]: there is no placeholder {color}"),
            ("{advice}\"]", "{advice\"]", "sms.alert[6]: a { has no }"),
            (
                "\"{text}\", ",
                "\"{text}{areas}\", ",
                "sms.alert[5]: {text} and {areas} both give way",
            ),
            ("，影响{areas}", "，影响{event}", "sms.alert: {event} stands there twice"),
            ("【{sender}】", "", "sms.alert: {sender} is missing"),
            ("\"{time}发布", "\"{until}{time}发布", "sms.alert: {time} is missing"),
            ("影响地区：", "影响（地区）：", "loudspeaker.alert[2]: '（' cannot be heard"),
            ("再播送一遍", "再播送1遍", "loudspeaker.again: '1' cannot be heard"),
            ("\"：{areas}\"]", "\"：\\n{areas}\"]", "banner.alert[2]: '\\n' does not belong"),
            ("limit = 70", "limit = 70\nagain = \"x\"", "sms.again is only for the loudspeaker"),
            ("[sms]", "[sms]\ncolour = 1", "unknown field"),
            ("[banner]", "[screen]", "unknown field"),
            ("again = ", "limit = ", "duplicate"),
        ] {
            let broken = GOOD.replacen(from, to, 1);
            assert_ne!(broken, GOOD, "{from}");
            let told = load(&broken).expect_err(to).to_string();
            assert!(told.contains(fault), "{told}");
        }
    }
}
