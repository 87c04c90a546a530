//! What a warning suggests: a response level, posts to be on duty, teams to stand by, risk points to look at.
//!
//! Invariant: a suggestion does nothing. What was suggested, by which rule, and what a person decided is on the
//! record, and a decision is made once. The response among it is a proposal as well, decided with it or by itself.

use std::collections::BTreeMap;

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::{
    actor::{Actor, Capability},
    board::{Board, require},
    command::{DecideSuggestion, Reply},
    decision::{Decision, Draft},
    event::{Entry, Event, SuggestionDecided, SuggestionRulesAdopted},
    ids::{AreaCode, Duty, PostId, SiteId, UnitId, WarningId},
    rejection::Rejection,
    response,
    site::{Facts, Hazard},
    time::Timestamp,
    warning::{Colour, Life, Message, Warning},
};

/// Longest note, in characters.
const NOTE_LIMIT: usize = 1_000;
/// Rules of one county.
const RULES_MAX: usize = 200;

/// One rule; see `config/suggestions.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    pub id: CompactString,
    /// National codes of hazards, or their beginnings.
    pub events: Vec<CompactString>,
    pub colours: Vec<Colour>,
    /// 1 (Ⅰ, gravest) to 4.
    pub response: u8,
    #[serde(default)]
    pub duties: Vec<Duty>,
    /// Capabilities of units.
    #[serde(default)]
    pub teams: Vec<CompactString>,
    #[serde(default)]
    pub hazards: Vec<Hazard>,
    pub why: String,
}

/// All rules; the first that fits counts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    pub rules: Vec<Rule>,
}

impl Rules {
    /// Returns the first thing that cannot be, naming the rule.
    pub fn fault(&self) -> Option<String> {
        let mut ids: Vec<_> = self.rules.iter().map(|rule| &rule.id).collect();
        ids.sort_unstable();
        let twice = ids.windows(2).find(|two| two[0] == two[1]);
        let rule = |rule: &Rule| {
            let says = match rule {
                Rule { id, .. } if id.trim().is_empty() => "give every rule an id",
                Rule { response, .. } if !(1..=4).contains(response) => "response: use 1 to 4",
                Rule { events, .. } if events.is_empty() => "events: name at least one code",
                Rule { colours, .. } if colours.is_empty() => "colours: name at least one",
                Rule { why, .. } if why.trim().is_empty() => "why: say from which plan it is",
                Rule { .. } => return None,
            };
            Some(format!("{}: {says}", rule.id))
        };
        let many = (self.rules.len() > RULES_MAX).then(|| format!("at most {RULES_MAX} rules"));
        let twice = twice.map(|two| format!("{}: two rules have this id", two[0]));
        self.rules.iter().find_map(rule).or(twice).or(many)
    }

    /// Returns the rule for what a warning says.
    pub(super) fn fitting(&self, message: &Message) -> Option<&Rule> {
        let (code, colour) = (message.event_code.as_ref()?, message.colour?);
        self.rules.iter().find(|rule| {
            rule.colours.contains(&colour)
                && rule.events.iter().any(|event| code.starts_with(event.as_str()))
        })
    }
}

/// What one rule suggests for one warning, in the county as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Suggestion {
    pub rule: CompactString,
    pub why: String,
    pub response: u8,
    pub posts: Vec<PostId>,
    pub teams: Vec<UnitId>,
    pub risk_points: Vec<SiteId>,
}

/// A part of a suggestion that somebody takes up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    Response,
    Posts,
    Teams,
    RiskPoints,
}

/// What somebody decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided {
    pub suggestion: Suggestion,
    /// What of it was taken up; nothing: it was turned down.
    pub taken: Vec<Part>,
    pub note: CompactString,
    pub by: CompactString,
    pub at: Timestamp,
}

/// The rules, and what was decided of each warning's suggestion.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suggestions {
    rules: Rules,
    decided: BTreeMap<WarningId, Decided>,
}

impl Suggestions {
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    pub fn decided(&self, warning: WarningId) -> Option<&Decided> {
        self.decided.get(&warning)
    }

    pub(super) fn adopt(&mut self, adopted: &SuggestionRulesAdopted) {
        self.rules = adopted.rules.clone();
    }

    pub(super) fn decide(&mut self, decided: &SuggestionDecided, entry: &Entry) {
        let SuggestionDecided { warning, suggestion, taken, note } = decided.clone();
        let (by, at) = (entry.actor.clone(), entry.at);
        self.decided.insert(warning, Decided { suggestion, taken, note, by, at });
    }
}

impl Board {
    /// Returns what a warning suggests as the county is now; `None` where no rule fits.
    pub fn suggestion(&self, warning: &Warning) -> Option<Suggestion> {
        let rule = self.suggestions.rules.fitting(&warning.message)?;
        let near = |area: AreaCode| {
            let mut whole = warning.extent.whole.iter();
            whole.any(|named| named.contains(area) || area.contains(*named))
                || warning.extent.partly.contains(&area)
        };
        let posts = self.roster.iter().map(|staffing| &staffing.post.id);
        let posts = posts.filter(|post| rule.duties.contains(&post.duty) && near(post.area));
        let able = |unit: &&super::unit::Unit| {
            unit.capabilities.iter().any(|can| rule.teams.contains(can)) && near(unit.area)
        };
        let points = self.sites.iter().filter(|site| match &site.facts {
            Facts::RiskPoint(point) => {
                !point.repaired && rule.hazards.contains(&point.hazard) && near(site.area)
            }
            Facts::Base | Facts::Depot | Facts::Shelter(_) | Facts::Gauge(_) => false,
        });
        Some(Suggestion {
            rule: rule.id.clone(),
            why: rule.why.clone(),
            response: rule.response,
            posts: posts.cloned().collect(),
            teams: self.units.iter().filter(able).map(|unit| unit.id.clone()).collect(),
            risk_points: points.map(|site| site.id.clone()).collect(),
        })
    }
}

/// Why a suggestion cannot be decided, or rules cannot be adopted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SuggestionFault {
    #[error("no warning {0}; see GET /api/v1/warnings")]
    UnknownWarning(WarningId),
    #[error("warning {0} suggests nothing: it is over, or no rule is for it")]
    Nothing(WarningId),
    #[error("what warning {0} suggests has been decided; the first decision stands")]
    Decided(WarningId),
    #[error("suggestions: {0}")]
    Rules(String),
}

impl SuggestionFault {
    pub(super) fn code(&self) -> &'static str {
        match self {
            SuggestionFault::UnknownWarning(_) => "warning.unknown",
            SuggestionFault::Nothing(_) => "suggestion.none",
            SuggestionFault::Decided(_) => "suggestion.decided",
            SuggestionFault::Rules(_) => "suggestion.rules",
        }
    }
}

/// Decides that these are the rules; the same again are no news.
pub(super) fn adopt(
    board: &Board,
    actor: &Actor,
    rules: &Rules,
    draft: &mut Draft<'_>,
) -> Result<(), Rejection> {
    require(actor, Capability::Administer)?;
    if let Some(fault) = rules.fault() {
        return Err(SuggestionFault::Rules(fault).into());
    }
    if board.suggestions.rules != *rules {
        draft.push(Event::SuggestionRulesAdopted(SuggestionRulesAdopted { rules: rules.clone() }));
    }
    Ok(())
}

/// Decides what of a suggestion somebody takes up.
pub(super) fn decide(
    board: &Board,
    actor: &Actor,
    wanted: &DecideSuggestion,
    mut draft: Draft<'_>,
) -> Result<Decision, Rejection> {
    require(actor, Capability::DecideSuggestions)?;
    let id = wanted.warning;
    let warning = board.warnings.get(id).ok_or(SuggestionFault::UnknownWarning(id))?;
    if let Some(area) = warning.extent.named().find(|area| !actor.sees(*area)) {
        return Err(Rejection::OutsideArea(area));
    }
    if board.suggestions.decided(id).is_some() {
        return Err(SuggestionFault::Decided(id).into());
    }
    if wanted.note.chars().count() > NOTE_LIMIT {
        return Err(Rejection::TooLong { field: "note", limit: NOTE_LIMIT });
    }
    let suggestion = board.suggestion(warning).filter(|_| warning.life == Life::Active);
    let suggestion = suggestion.ok_or(SuggestionFault::Nothing(id))?;
    let mut taken = wanted.taken.clone();
    taken.sort_unstable();
    taken.dedup();
    let note: CompactString = wanted.note.trim().into();
    let start = taken.contains(&Part::Response).then_some(wanted.response.as_ref());
    let decided = SuggestionDecided { warning: id, suggestion, taken, note: note.clone() };
    draft.push(Event::SuggestionDecided(decided));
    response::take_up(board, actor, (id, start, &note), &mut draft)?;
    Ok(draft.finish(Reply::Done))
}
