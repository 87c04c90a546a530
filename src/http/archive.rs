//! The archive: warnings that were, found by what they say, where and when.
//!
//! Invariant: a question is asked a piece at a time, so that a search through years of warnings never holds up
//! the board.

use compact_str::CompactString;
use serde::Deserialize;
use utoipa::IntoParams;

use super::{Web, duty::instant, error::ApiError, request::Page, warnings::concerns};
use crate::{
    domain::{
        ids::{AreaCode, WarningId},
        time::Timestamp,
        warning::{Colour, Life, Warning},
    },
    protocol::WarningView,
};

/// Warnings looked at in one question to the board: some microseconds each.
const PIECE: usize = 500;
/// Longest text that is looked for, in characters.
const TEXT_MAX: usize = 100;

#[derive(Deserialize, IntoParams)]
pub(super) struct Filter {
    /// Only those in force.
    #[serde(default)]
    active: bool,
    /// Words that its identifier, headline, text or hazard holds; several words all of them.
    q: Option<String>,
    /// `red`, `orange`, `yellow` or `blue`.
    #[param(value_type = Option<String>)]
    colour: Option<Colour>,
    /// National code of the hazard, such as 11B03, or its beginning.
    #[param(value_type = Option<String>)]
    event: Option<CompactString>,
    /// It is about this area, something in it, or something that it lies in.
    #[param(value_type = Option<String>)]
    area: Option<AreaCode>,
    /// The login of a source that told of it.
    #[param(value_type = Option<String>)]
    source: Option<CompactString>,
    /// Sent then or later.
    #[param(value_type = Option<String>)]
    #[serde(default, deserialize_with = "instant")]
    from: Option<Timestamp>,
    /// Sent before then.
    #[param(value_type = Option<String>)]
    #[serde(default, deserialize_with = "instant")]
    to: Option<Timestamp>,
    limit: Option<usize>,
    after: Option<String>,
}

/// What is looked for, and by whom.
#[derive(Clone)]
struct Sought {
    filter: std::sync::Arc<Filter>,
    words: Vec<String>,
    area: AreaCode,
}

/// Returns at most one more than the page's limit, the newest first.
pub(super) async fn search(
    web: &Web,
    area: AreaCode,
    filter: Filter,
) -> Result<(Vec<WarningView>, usize), ApiError> {
    let page = Page { limit: filter.limit, after: filter.after.clone() };
    let (limit, mut before) = (page.limit()?, page.after::<WarningId>()?);
    let q = filter.q.as_deref().unwrap_or_default();
    if q.chars().count() > TEXT_MAX {
        return Err(ApiError::bad_field("q", format!("at most {TEXT_MAX} characters")));
    }
    let words = q.split_whitespace().map(str::to_lowercase).collect();
    let sought = Sought { filter: std::sync::Arc::new(filter), words, area };
    let mut found = Vec::new();
    loop {
        let (sought, room) = (sought.clone(), limit + 1 - found.len());
        let piece = web.board.read(move |board| {
            let looked_at = board.warnings.before(before).take(PIECE);
            let (mut hits, mut last) = (Vec::new(), None);
            for warning in looked_at {
                last = Some(warning.id);
                if sought.finds(warning) {
                    hits.push(WarningView::of(warning));
                }
                if hits.len() == room {
                    break;
                }
            }
            (hits, last)
        });
        let (hits, last) = piece.await?;
        found.extend(hits);
        match last {
            Some(last) if found.len() <= limit => before = Some(last),
            Some(_) | None => return Ok((found, limit)),
        }
    }
}

impl Sought {
    fn finds(&self, warning: &Warning) -> bool {
        let (filter, message) = (&*self.filter, &warning.message);
        let here = |area: AreaCode| {
            let mut named = warning.extent.named();
            named.any(|named| area.contains(named) || named.contains(area))
        };
        let told = |source: &CompactString| {
            warning.source == *source || warning.witnesses.iter().any(|w| w.source == *source)
        };
        let coded = |code: &CompactString| {
            message.event_code.as_ref().is_some_and(|known| known.starts_with(code.as_str()))
        };
        concerns(warning, self.area)
            && (!filter.active || warning.life == Life::Active)
            && filter.colour.is_none_or(|colour| message.colour == Some(colour))
            && filter.event.as_ref().is_none_or(coded)
            && filter.area.is_none_or(here)
            && filter.source.as_ref().is_none_or(told)
            && filter.from.is_none_or(|from| message.sent >= from)
            && filter.to.is_none_or(|to| message.sent < to)
            && self.words.iter().all(|word| says(warning, word))
    }
}

/// Tells whether a warning holds a word, in whatever case.
fn says(warning: &Warning, word: &str) -> bool {
    let message = &warning.message;
    let texts = [&*message.identifier, &message.headline, &message.description, &message.event];
    texts.into_iter().any(|text| text.to_lowercase().contains(word))
}
