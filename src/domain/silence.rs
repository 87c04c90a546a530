//! Silence: a gauge or a source of warnings that should be heard and is not. No news is not good news, so a
//! silence is an alarm of its own.
//!
//! Invariant: a voice is silent once until it is heard. While a callout about silent gauges, or about silent
//! sources, is open, another that falls silent joins it instead of calling the same people again.

use std::{collections::BTreeMap, fmt};

use compact_str::{CompactString, format_compact};
use serde::{Deserialize, Serialize};

use super::{
    actor::{Actor, Capability},
    area::Extent,
    board::{Board, require},
    callout::policy::{CalloutKind, Terms},
    decision::Draft,
    event::{CalloutOpened, CloseReason, Event, SilenceBegan, SilenceEnded},
    ids::{AreaCode, CalloutId, SiteId},
    rejection::Rejection,
    time::Timestamp,
    warning::Colour,
};

/// Silent voices that an alarm names; the board shows all of them.
const NAMED_MAX: usize = 10;

/// Somebody who should be heard regularly.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Voice {
    Gauge(SiteId),
    /// A source of warnings, by its name in the settings.
    Source(CompactString),
}

impl fmt::Display for Voice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Voice::Gauge(id) => write!(f, "{id}"),
            Voice::Source(name) => write!(f, "{name}"),
        }
    }
}

/// When somebody was heard last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastHeard {
    pub voice: Voice,
    pub at: Timestamp,
}

/// A silence that lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Silence {
    pub heard_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub callout: Option<CalloutId>,
}

/// All that are silent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Silences {
    gauges: BTreeMap<SiteId, Silence>,
    sources: BTreeMap<CompactString, Silence>,
}

impl Silences {
    pub fn get(&self, voice: &Voice) -> Option<Silence> {
        match voice {
            Voice::Gauge(id) => self.gauges.get(id).copied(),
            Voice::Source(name) => self.sources.get(name).copied(),
        }
    }

    /// Returns the silent gauges, in order of id.
    pub fn gauges(&self) -> impl Iterator<Item = (&SiteId, Silence)> {
        self.gauges.iter().map(|(id, silence)| (id, *silence))
    }

    /// Returns the silent sources, in order of name.
    pub fn sources(&self) -> impl Iterator<Item = (&CompactString, Silence)> {
        self.sources.iter().map(|(name, silence)| (name, *silence))
    }

    pub(super) fn begin(&mut self, began: &SilenceBegan) {
        let silence = Silence { heard_at: began.heard_at, callout: began.callout };
        match &began.voice {
            Voice::Gauge(id) => drop(self.gauges.insert(id.clone(), silence)),
            Voice::Source(name) => drop(self.sources.insert(name.clone(), silence)),
        }
    }

    pub(super) fn end(&mut self, voice: &Voice) {
        match voice {
            Voice::Gauge(id) => drop(self.gauges.remove(id)),
            Voice::Source(name) => drop(self.sources.remove(name)),
        }
    }

    /// Returns the callouts about silent voices of the same sort as `voice`.
    fn callouts(&self, voice: &Voice) -> Vec<CalloutId> {
        let (gauges, sources) = (self.gauges.values(), self.sources.values());
        let silences: Vec<_> = match voice {
            Voice::Gauge(_) => gauges.collect(),
            Voice::Source(_) => sources.collect(),
        };
        silences.into_iter().filter_map(|silence| silence.callout).collect()
    }
}

/// Decides that some have fallen silent; those of whom it is known, and gauges that are no more, are no news.
pub(super) fn begin(
    board: &Board,
    actor: &Actor,
    silent: &[LastHeard],
    draft: &mut Draft<'_>,
) -> Result<(), Rejection> {
    require(actor, Capability::ReportReadings)?;
    let is_source = |heard: &&LastHeard| matches!(heard.voice, Voice::Source(_));
    let (sources, gauges): (Vec<_>, Vec<_>) = silent.iter().partition(is_source);
    for silent in [sources, gauges] {
        let news = silent.into_iter().filter(|heard| board.silences.get(&heard.voice).is_none());
        let news: Vec<_> =
            news.filter_map(|heard| Some((heard, place(board, &heard.voice)?))).collect();
        let Some((first, _)) = news.first() else { continue };
        let of_these = board.silences.callouts(&first.voice);
        let open = of_these.into_iter().find(|id| {
            board.callouts.get(*id).is_some_and(super::callout::callouts::Callout::is_open)
        });
        let callout = open.or_else(|| draft.raise_alarm(&news));
        for (heard, (area, _)) in news {
            let (voice, heard_at) = (heard.voice.clone(), heard.at);
            draft.push(Event::SilenceBegan(SilenceBegan { voice, area, heard_at, callout }));
        }
        // A command opens one callout at most: whoever watches says the others again.
        break;
    }
    Ok(())
}

/// Decides that some are heard again; when the last of those that an alarm is about is, the alarm is over.
pub(super) fn end(
    board: &Board,
    actor: &Actor,
    heard: &[LastHeard],
    draft: &mut Draft<'_>,
) -> Result<(), Rejection> {
    require(actor, Capability::ReportReadings)?;
    let mut left = board.silences.clone();
    for heard in heard {
        let Some(silence) = left.get(&heard.voice).filter(|silence| heard.at > silence.heard_at)
        else {
            continue;
        };
        let Some((area, _)) = place(board, &heard.voice) else { continue };
        left.end(&heard.voice);
        let (voice, heard_at) = (heard.voice.clone(), heard.at);
        draft.push(Event::SilenceEnded(SilenceEnded { voice, area, heard_at }));
        let callout = silence.callout.filter(|id| !left.callouts(&heard.voice).contains(id));
        let callout = callout.and_then(|id| board.callouts.get(id));
        if let Some(callout) = callout.filter(|callout| callout.is_open()) {
            draft.end_callout(callout, CloseReason::Cancelled, CompactString::default());
        }
    }
    Ok(())
}

/// Returns where a voice is heard from and its name; `None` for a gauge that is no more.
fn place(board: &Board, voice: &Voice) -> Option<(AreaCode, CompactString)> {
    match voice {
        Voice::Gauge(id) => board.sites.get(id).map(|site| (site.area, site.name.clone())),
        Voice::Source(name) => board.jurisdiction().map(|area| (area, name.clone())),
    }
}

impl Draft<'_> {
    /// Calls whoever has to look into it; `None` where no policy says who.
    fn raise_alarm(
        &mut self,
        news: &[(&LastHeard, (AreaCode, CompactString))],
    ) -> Option<CalloutId> {
        let area = self.board.jurisdiction()?;
        let set = self.board.callouts.policies()?;
        let policy = set.choose(CalloutKind::Alarm, None, None)?;
        let (first, (_, name)) = news.first()?;
        let what = match first.voice {
            Voice::Gauge(_) => "监测站失联",
            Voice::Source(_) => "预警信息源中断",
        };
        let subject = match news.len() {
            1 => format_compact!("{what}：{name}"),
            count => format_compact!("{what}：{name}等 {count} 个"),
        };
        let named = news.iter().take(NAMED_MAX).map(|(heard, (_, name))| {
            format!("{name}（最后 {}）", &heard.at.to_string()[5..16].replace('T', " "))
        });
        let id = self.take_callout();
        let opened = CalloutOpened {
            id,
            kind: CalloutKind::Alarm,
            subject,
            text: named.collect::<Vec<_>>().join("、"),
            severity: policy.severity.unwrap_or(Colour::Yellow),
            drill: false,
            extent: Extent { partly: [area].into(), ..Extent::default() },
            policy: policy.id.clone(),
            warning: None,
            parent: None,
        };
        self.open_callout(opened, Terms { set, policy });
        Some(id)
    }
}
