//! What the public is told of a warning: one text per outlet, made from the county's templates.
//!
//! Invariant: a text never passes its outlet's limit, always says who warns and since when, and is marked when
//! it is a drill. It is a proposal: a person approves what goes out.

mod length;
mod places;
mod sentences;
mod spoken;
mod templates;

use chrono_tz::Tz;
use compact_str::CompactString;
use serde::Serialize;

pub use templates::{Templates, TextsFault, load};

pub use crate::domain::bulletin::Outlet;

use self::{
    length::{Measure, shortened},
    places::Places,
    templates::{Piece, Slot},
};
use crate::{
    domain::{
        ids::AreaCode,
        time::Timestamp,
        warning::{Colour, Message, MessageKind, Status},
    },
    ingest::cap::china,
};

/// How an outlet counts and marks what goes out by it.
impl Outlet {
    /// Returns how long a text is: UTF-16 units, characters, or full-width characters.
    pub fn units(self, text: &str) -> usize {
        self.halves(text).div_ceil(2)
    }

    /// Measures in half units, so that half-width characters add up.
    fn halves(self, text: &str) -> usize {
        match self {
            Outlet::Sms => text.encode_utf16().count() * 2,
            Outlet::Loudspeaker => text.chars().count() * 2,
            Outlet::Banner => text.chars().map(length::width).sum(),
        }
    }

    fn is_spoken(self) -> bool {
        match self {
            Outlet::Loudspeaker => true,
            Outlet::Sms | Outlet::Banner => false,
        }
    }

    /// Returns what stands before everything that is not in earnest.
    fn mark(self, status: Status) -> &'static str {
        match (status, self.is_spoken()) {
            (Status::Actual, _) => "",
            (Status::Exercise, false) => "【演练】",
            (Status::Exercise, true) => "演练，这是演练。",
            (Status::System | Status::Test | Status::Draft, false) => "【测试】",
            (Status::System | Status::Test | Status::Draft, true) => "测试，这是测试。",
        }
    }
}

/// How the county calls what the message names by code.
#[derive(Clone, Copy)]
pub struct Names<'a> {
    pub area: &'a dyn Fn(AreaCode) -> Option<CompactString>,
    /// The sender as people know it; by default whom the headline names.
    pub sender: Option<&'a str>,
    pub zone: Tz,
}

/// A text that may go out once a person has approved it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Text {
    pub text: String,
    /// As the outlet counts; never above the template's limit.
    pub units: usize,
    /// Something that the message says had to be left out or shortened.
    pub cut: bool,
}

/// Words a message for an outlet; `None` for a message that says nothing to the public (Ack, Error).
pub fn compose(
    templates: &Templates,
    message: &Message,
    names: &Names<'_>,
    outlet: Outlet,
) -> Option<Text> {
    let form = templates.form(outlet);
    let pieces = match message.kind {
        MessageKind::Alert => &form.alert,
        MessageKind::Update => &form.update,
        MessageKind::Cancel => &form.cancel,
        MessageKind::Ack | MessageKind::Error => return None,
    };
    let mark = outlet.mark(message.status);
    let composition = Composition { outlet, message, names };
    let room = form.room(outlet).saturating_sub(outlet.halves(mark));
    let sender = composition.sender();
    let mut filled = composition.fill(pieces, room, &sender);
    if filled.cut {
        // What happens where is worth more than the sender's province and city.
        let short = composition.fill(pieces, room, length::local(&sender));
        filled = if short.says > filled.says { short } else { filled };
    }
    let Filled { text, cut, .. } = filled;
    let text = match &form.again {
        Some(again) => format!("{mark}{text}{again}{mark}{text}"),
        None => format!("{mark}{text}"),
    };
    let units = outlet.units(&text);
    Some(Text { text, units, cut })
}

/// Why a wording cannot go out as it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TextFault {
    #[error("write something, or leave the outlet out")]
    Empty,
    #[error("{units} units, and at most {limit}; shorten it")]
    TooLong { units: usize, limit: usize },
    #[error("begin with {mark:?}: nobody may take it for the real thing")]
    Unmarked { mark: &'static str },
}

/// Checks a wording by hand as the templates' own are made.
pub fn check(
    templates: &Templates,
    outlet: Outlet,
    status: Status,
    text: &str,
) -> Result<(), TextFault> {
    let (units, limit, mark) = (outlet.units(text), templates.limit(outlet), outlet.mark(status));
    if text.trim().is_empty() {
        return Err(TextFault::Empty);
    }
    if units > limit {
        return Err(TextFault::TooLong { units, limit });
    }
    if text.starts_with(mark) { Ok(()) } else { Err(TextFault::Unmarked { mark }) }
}

struct Composition<'a> {
    outlet: Outlet,
    message: &'a Message,
    names: &'a Names<'a>,
}

/// A text within its room.
struct Filled {
    text: String,
    /// Half units besides those of the sender's name.
    says: usize,
    cut: bool,
}

impl Composition<'_> {
    /// Fills the pieces that are always kept, then the others in their order as far as there is room.
    fn fill(&self, pieces: &[Piece], room: usize, sender: &str) -> Filled {
        let (sender, event, mut cut) = self.title(pieces, room, sender);
        let mut left = room;
        let mut filled: Vec<Option<String>> = pieces
            .iter()
            .map(|piece| {
                let kept = piece.flexible().is_none();
                let text = kept.then(|| self.fixed(piece, &sender, &event))?;
                left = left.saturating_sub(self.outlet.halves(&text));
                Some(text)
            })
            .collect();
        for (piece, filled) in pieces.iter().zip(&mut filled) {
            let Some(slot) = piece.flexible() else { continue };
            let with = |value: &str| {
                let value = |other| {
                    if other == slot {
                        value.to_owned()
                    } else {
                        self.value(other, &sender, &event)
                    }
                };
                piece.fill(&value)
            };
            let around = self.outlet.halves(&with(""));
            let (value, shortened) = self.flexible(slot, left.saturating_sub(around));
            let text = (!value.is_empty()).then(|| with(&value));
            left = left.saturating_sub(text.as_ref().map_or(0, |text| self.outlet.halves(text)));
            cut |= shortened;
            *filled = text;
        }
        let text: String = filled.into_iter().flatten().collect();
        let text = if self.outlet.is_spoken() { spoken::tidy(&text) } else { text };
        let says = self.outlet.halves(&text).saturating_sub(self.outlet.halves(&sender));
        Filled { text, says, cut }
    }

    /// Returns sender and event as they fit, and whether the event was cut: the sender gives way first, to
    /// the last division in its name.
    fn title(&self, pieces: &[Piece], room: usize, sender: &str) -> (String, String, bool) {
        let kept = pieces.iter().filter(|piece| piece.flexible().is_none());
        let fixed: usize = kept.map(|piece| self.outlet.halves(&self.fixed(piece, "", ""))).sum();
        let measure = Measure { outlet: self.outlet, halves: room.saturating_sub(fixed) };
        let event = self.event();
        let least = templates::SENDER_LEAST * 2;
        let for_sender = measure.halves.saturating_sub(self.outlet.halves(&event)).max(least);
        let short = shortened(sender, Measure { halves: for_sender, ..measure });
        let for_event = measure.halves.saturating_sub(self.outlet.halves(&short));
        let named = length::start(&event, Measure { halves: for_event, ..measure });
        let cut = named != event;
        (short, named, cut)
    }

    fn fixed(&self, piece: &Piece, sender: &str, event: &str) -> String {
        piece.fill(&|part| self.value(part, sender, event))
    }

    /// Returns what a placeholder that is always kept stands for.
    fn value(&self, slot: Slot, sender: &str, event: &str) -> String {
        match slot {
            Slot::Sender => sender.to_owned(),
            Slot::Event => event.to_owned(),
            Slot::Time => self.time(self.message.sent),
            Slot::Colour => self.message.colour.map_or("", Colour::zh).to_owned(),
            Slot::Level => self.message.colour.map_or("", |colour| self.level(colour)).to_owned(),
            Slot::Areas | Slot::Text | Slot::Advice | Slot::Until => String::new(),
        }
    }

    /// Returns what a placeholder that may give way stands for within `halves`, and
    /// whether some of it had to go.
    fn flexible(&self, slot: Slot, halves: usize) -> (String, bool) {
        let measure = Measure { outlet: self.outlet, halves };
        match slot {
            Slot::Areas => {
                Places::of(self.message, self.names).within(measure, self.outlet.is_spoken())
            }
            Slot::Text => {
                let grounds = sentences::without_source(china::grounds(&self.message.description));
                sentences::within(&self.said(&grounds), measure)
            }
            Slot::Advice => sentences::within(&self.said(&self.message.instruction), measure),
            Slot::Until => {
                let until = self.message.expires.map(|expires| self.time(expires));
                let until = until.unwrap_or_default();
                if measure.fits(&until) { (until, false) } else { (String::new(), true) }
            }
            Slot::Sender | Slot::Event | Slot::Time | Slot::Colour | Slot::Level => {
                (String::new(), false)
            }
        }
    }

    fn sender(&self) -> String {
        let named = self.names.sender.or_else(|| china::issuer(&self.message.headline));
        self.said(named.unwrap_or(&self.message.sender))
    }

    /// Returns the hazard without the word that the templates put after it.
    fn event(&self) -> String {
        let event = self.message.event.trim();
        let bare = ["预警信号", "预警"].iter().find_map(|word| event.strip_suffix(word));
        self.said(bare.filter(|bare| !bare.is_empty()).unwrap_or(event))
    }

    fn time(&self, at: Timestamp) -> String {
        let written = at.local(self.names.zone).format("%-m月%-d日%H:%M").to_string();
        self.said(&written)
    }

    fn level(&self, colour: Colour) -> &'static str {
        match (colour, self.outlet.is_spoken()) {
            (Colour::Red, false) => "Ⅰ级",
            (Colour::Orange, false) => "Ⅱ级",
            (Colour::Yellow, false) => "Ⅲ级",
            (Colour::Blue, false) => "Ⅳ级",
            (Colour::Red, true) => "一级",
            (Colour::Orange, true) => "二级",
            (Colour::Yellow, true) => "三级",
            (Colour::Blue, true) => "四级",
        }
    }

    /// Puts a text into the outlet's own form: words for a voice, one line for a screen.
    fn said(&self, text: &str) -> String {
        match self.outlet {
            Outlet::Loudspeaker => spoken::words(text),
            Outlet::Sms | Outlet::Banner => length::one_line(text),
        }
    }
}

#[cfg(test)]
mod tests;
