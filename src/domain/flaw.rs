//! Flaws of the roster (排班问题): times to come in which a post is held by nobody, or by somebody who cannot be there.
//! A gap found at the hour it begins is found too late, so whoever keeps the roster is called to mend it before.
//!
//! Invariant: a flaw is told of once, and once more when its time is near. While somebody is still called about flaws of
//! the same kind of haste, another joins instead of calling him again.

use std::collections::{BTreeMap, BTreeSet};

use compact_str::{CompactString, format_compact};
use serde::{Deserialize, Serialize};

use super::{
    actor::{Actor, Capability},
    area::Extent,
    board::{Board, require},
    callout::{obligation::Bearer, open::obliged_posts, policy::CalloutKind},
    decision::Draft,
    event::{FlawEvent, RosterFlawFound, RosterFlawMended},
    ids::{AreaCode, Level, ObligationId, PersonId, PostId},
    person::Channel,
    rejection::Rejection,
    roster::{Defect, Finding, Inspection, Source, Staffing},
    task::Upon,
    time::{Seconds, Timestamp},
    verification::{Doubt, Freshness},
    warning::Colour,
};

/// Flaws that a call names; the roster's page shows all of them.
const NAMED_MAX: usize = 10;

/// How far ahead the roster has to be right, and when what is wrong is in haste.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Care {
    /// Whose posts are looked at.
    pub levels: BTreeSet<Level>,
    /// 1 to 366.
    pub ahead_days: u16,
    /// A flaw that begins within this time is in haste.
    pub soon_s: Seconds,
    /// How long before a shift begins whoever has it is told of it; nobody is where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remind_s: Option<Seconds>,
    /// How recently the numbers of who stands on the roster have to have been shown to work; it is not asked where it is
    /// left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verified: Option<Freshness>,
}

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FlawKind {
    /// Nobody holds the post.
    Gap,
    /// Somebody is on duty at another post in the same time.
    TwoPosts,
    /// Somebody on the roster is on leave.
    OnLeave,
    /// Somebody on the roster has no number to be called by.
    NoTelephone,
    /// Somebody on the roster has a number that does not exist, said the carrier.
    DeadNumber,
    /// Somebody on the roster has a number on which nobody has answered for too long, or ever.
    Unverified,
}

/// Where something is wrong, and what.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    pub post: PostId,
    pub flaw: FlawKind,
}

/// The first time in which it is so, and with whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct First {
    pub from: Timestamp,
    pub to: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
    /// How many such times lie ahead.
    pub times: u32,
}

/// A flaw that is not mended yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flaw {
    #[serde(flatten)]
    pub place: Place,
    #[serde(flatten)]
    pub first: First,
    /// It begins soon, and that has been told.
    pub soon: bool,
    pub since: Timestamp,
    /// By which whoever keeps the roster is called; several flaws share one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told: Option<ObligationId>,
}

/// All flaws, by post and kind.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Flaws(Vec<Flaw>);

impl Flaws {
    pub fn get(&self, place: &Place) -> Option<&Flaw> {
        let at = self.0.binary_search_by(|flaw| flaw.place.cmp(place)).ok()?;
        Some(&self.0[at])
    }

    pub fn iter(&self) -> impl Iterator<Item = &Flaw> {
        self.0.iter()
    }

    pub(super) fn apply(&mut self, event: &FlawEvent, at: Timestamp) {
        match event {
            FlawEvent::RosterFlawFound(found) => {
                let RosterFlawFound { place, first, soon, told } = found.clone();
                match self.0.binary_search_by(|flaw| flaw.place.cmp(&place)) {
                    Ok(known) => {
                        let since = self.0[known].since;
                        self.0[known] = Flaw { place, first, soon, since, told };
                    }
                    Err(next) => {
                        self.0.insert(next, Flaw { place, first, soon, since: at, told });
                    }
                }
            }
            FlawEvent::RosterFlawMended(mended) => {
                self.0.retain(|flaw| flaw.place != mended.place);
            }
        }
    }
}

/// What whoever looks ahead over the roster has found: all there is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookAhead {
    pub found: BTreeMap<Place, First>,
}

impl LookAhead {
    /// Gathers what `inspection` found of the posts that `care` covers, by post and kind.
    pub fn of(inspection: Inspection, care: &Care) -> Self {
        let mut found: BTreeMap<Place, First> = BTreeMap::new();
        let cared_for = |finding: &Finding| care.levels.contains(&finding.post.area.level());
        for finding in inspection.findings.into_iter().filter(cared_for) {
            let (flaw, person) = match finding.defect {
                Defect::Gap => (FlawKind::Gap, None),
                Defect::TwoPosts { person, .. } => (FlawKind::TwoPosts, Some(person)),
                Defect::NoTelephone { person } => (FlawKind::NoTelephone, Some(person)),
                Defect::OnLeave { person } => (FlawKind::OnLeave, Some(person)),
                Defect::DeadNumber { person } => (FlawKind::DeadNumber, Some(person)),
                Defect::Unverified { person } => (FlawKind::Unverified, Some(person)),
            };
            let (from, to) = (finding.from, finding.to);
            // Findings come by time.
            let place = Place { post: finding.post, flaw };
            let first = found.entry(place).or_insert(First { from, to, person, times: 0 });
            first.times += 1;
        }
        Self { found }
    }

    /// Tells whether the board knows all of it already.
    pub fn is_known(&self, board: &Board, now: Timestamp) -> bool {
        let soon = board.soon();
        let news = |(place, first): (&Place, &First)| board.news(place, first, soon, now).is_some();
        !self.found.iter().any(news)
            && board.flaws.iter().all(|flaw| self.found.contains_key(&flaw.place))
    }
}

/// What is new about a flaw.
#[derive(Clone, Copy, PartialEq, Eq)]
enum News {
    /// Whoever keeps the roster has to hear of it.
    ToTell { soon: bool },
    /// Only the record is set right: the time that was told of has gone by or was mended, and a later one is left.
    Later,
}

impl Board {
    fn soon(&self) -> std::time::Duration {
        let care = self.callouts.policies().and_then(|set| set.roster.as_ref());
        care.map(|care| care.soon_s.duration()).unwrap_or_default()
    }

    fn news(
        &self,
        place: &Place,
        first: &First,
        soon: std::time::Duration,
        now: Timestamp,
    ) -> Option<News> {
        let soon = first.from <= now + soon;
        let Some(known) = self.flaws.get(place) else { return Some(News::ToTell { soon }) };
        let other = first.from == known.first.from && first.person != known.first.person;
        if soon && !known.soon || first.from < known.first.from || other {
            return Some(News::ToTell { soon: soon || known.soon });
        }
        // What runs already begins at every look anew.
        let later = now < first.from && first.from != known.first.from;
        (known.first.to <= now || later).then_some(News::Later)
    }
}

/// Decides what has been seen ahead; what is known is no news.
pub(super) fn decide(
    board: &Board,
    actor: &Actor,
    look: &LookAhead,
    draft: &mut Draft<'_>,
) -> Result<(), Rejection> {
    require(actor, Capability::ReportReadings)?;
    let (soon, now) = (board.soon(), draft.now);
    let mut to_tell: BTreeMap<bool, Vec<(&Place, &First)>> = BTreeMap::new();
    for (place, first) in &look.found {
        // The roster may have changed since the look was taken.
        if !board.is_so(place, first, now) {
            continue;
        }
        match board.news(place, first, soon, now) {
            Some(News::ToTell { soon }) => to_tell.entry(soon).or_default().push((place, first)),
            Some(News::Later) => {
                let known = board.flaws.get(place);
                let told = known.and_then(|flaw| flaw.told);
                let soon = first.from <= now + soon;
                draft.push(RosterFlawFound {
                    place: place.clone(),
                    first: first.clone(),
                    soon,
                    told,
                });
            }
            None => {}
        }
    }
    for (soon, flaws) in to_tell {
        draft.tell_of_flaws(soon, flaws);
    }
    draft.mend(look);
    Ok(())
}

impl Draft<'_> {
    /// Calls whoever keeps the roster of each area, once for all that is new there.
    fn tell_of_flaws(&mut self, soon: bool, flaws: Vec<(&Place, &First)>) {
        let board = self.board;
        let mut by_keeper: BTreeMap<Option<PostId>, Vec<(&Place, &First)>> = BTreeMap::new();
        let mut keepers: BTreeMap<AreaCode, Option<PostId>> = BTreeMap::new();
        for (place, first) in flaws {
            let keeper = keepers.entry(place.post.area);
            let keeper = keeper.or_insert_with_key(|area| board.keeper(*area, self.now)).clone();
            by_keeper.entry(keeper).or_default().push((place, first));
        }
        for (keeper, flaws) in by_keeper {
            let told = keeper.and_then(|keeper| {
                board
                    .told_already(&keeper, soon)
                    .or_else(|| self.call_keeper(&keeper, soon, &flaws))
            });
            for (place, first) in flaws {
                let (place, first) = (place.clone(), first.clone());
                self.push(RosterFlawFound { place, first, soon, told });
            }
        }
    }

    fn call_keeper(
        &mut self,
        keeper: &PostId,
        soon: bool,
        flaws: &[(&Place, &First)],
    ) -> Option<ObligationId> {
        let board = self.board;
        let mut flaws: Vec<&(&Place, &First)> = flaws.iter().collect();
        flaws.sort_by_key(|(place, first)| (first.from, *place));
        let (place, first) = flaws.first()?;
        let haste = if soon { "临近" } else { "" };
        let subject = match flaws.len() {
            1 => format_compact!("{haste}排班问题：{}", board.told_of(place, first)),
            count => {
                format_compact!("{haste}排班问题 {count} 处，最早：{}", board.told_of(place, first))
            }
        };
        let named = flaws.iter().take(NAMED_MAX);
        let named = named.map(|(place, first)| board.told_of(place, first)).collect::<Vec<_>>();
        let rest = flaws.len().saturating_sub(NAMED_MAX);
        let rest =
            if rest > 0 { format!("；另有 {rest} 处，见排班页") } else { String::new() };
        let upon = Upon {
            kind: CalloutKind::Roster,
            subject: subject.chars().take(120).collect(),
            text: format!("{}{rest}", named.join("；")),
            severity: Some(if soon { Colour::Yellow } else { Colour::Blue }),
            drill: false,
        };
        let task = CompactString::from("改正排班，并确认知道");
        let called = self.call_upon(&upon, vec![(Bearer::holder(keeper), task)]).ok()?;
        called.first().map(|(_, obligation)| *obligation)
    }

    /// Strikes what is right again; whoever is still called about nothing else is let go.
    fn mend(&mut self, look: &LookAhead) {
        let board = self.board;
        let now = self.now;
        let (left, mended): (Vec<&Flaw>, Vec<&Flaw>) = board.flaws.iter().partition(|flaw| {
            let still = || now < flaw.first.to && board.is_so(&flaw.place, &flaw.first, now);
            look.found.contains_key(&flaw.place) || still()
        });
        let still: BTreeSet<ObligationId> = left.iter().filter_map(|flaw| flaw.told).collect();
        let mut settled = BTreeSet::new();
        for flaw in mended {
            self.push(RosterFlawMended { place: flaw.place.clone() });
            let over = flaw.told.filter(|told| !still.contains(told) && settled.insert(*told));
            if let Some(told) = over {
                self.settle(told);
            }
        }
    }
}

impl Board {
    /// Tells whether an obligation is about flaws that are not mended yet.
    pub(super) fn is_told_of_flaws(&self, obligation: ObligationId) -> bool {
        self.flaws.iter().any(|flaw| flaw.told == Some(obligation))
    }

    /// Returns whoever keeps the roster of `area`: of the posts that the policy names, the nearest that somebody holds.
    fn keeper(&self, area: AreaCode, now: Timestamp) -> Option<PostId> {
        let set = self.callouts.policies()?;
        let policy = set.choose(CalloutKind::Roster, None, None)?;
        let extent = Extent { partly: [area].into(), ..Extent::default() };
        let posts = obliged_posts(self, policy, &extent).into_iter().rev();
        let mut posts = posts.map(|(post, _)| post);
        posts.find(|post| {
            let staffing = self.roster.get(post);
            staffing.is_some_and(|staffing| !self.on_duty(staffing, now).people.is_empty())
        })
    }

    /// Returns the obligation by which `keeper` is still called about flaws of the same haste.
    fn told_already(&self, keeper: &PostId, soon: bool) -> Option<ObligationId> {
        let told = self.flaws.iter().filter(|flaw| flaw.soon == soon).filter_map(|flaw| flaw.told);
        let told: BTreeSet<ObligationId> = told.collect();
        told.into_iter().find(|id| {
            let obligation = self.callouts.obligation(*id);
            obligation.is_some_and(|known| known.post == *keeper && known.state.is_open())
        })
    }

    /// Tells whether something is wrong at the beginning of `first`, as the roster stands now.
    fn is_so(&self, place: &Place, first: &First, now: Timestamp) -> bool {
        let Some(staffing) = self.roster.get(&place.post) else { return false };
        let duty = self.on_duty(staffing, first.from);
        let Some(person) = &first.person else { return duty.people.is_empty() };
        let known = self.people.get(person);
        let elsewhere = |other: &Staffing| {
            let duty = self.on_duty(other, first.from);
            duty.source != Some(Source::Permanent) && duty.people.contains(&person)
        };
        let doubt = || self.doubt(person, self.verification_needed_since(now)?);
        duty.people.contains(&person)
            && match place.flaw {
                FlawKind::Gap => false,
                FlawKind::OnLeave => self.leaves.of(person, first.from, first.to).is_some(),
                FlawKind::NoTelephone => known.is_none_or(|known| !known.has(Channel::Voice)),
                FlawKind::DeadNumber => doubt() == Some(Doubt::Dead),
                FlawKind::Unverified => doubt() == Some(Doubt::Unverified),
                FlawKind::TwoPosts => {
                    self.roster.iter().any(|other| other.post.id != place.post && elsewhere(other))
                }
            }
    }

    /// Words a flaw: 青石镇值班员 11月25日 08:00 无人值班.
    fn told_of(&self, place: &Place, first: &First) -> String {
        let staffing = self.roster.get(&place.post);
        let title = staffing.map(|staffing| staffing.post.title.clone()).unwrap_or_default();
        let at = first.from.local(self.timezone()).format("%-m月%-d日 %H:%M");
        let person = first.person.as_ref().and_then(|person| self.people.get(person));
        let name = person.map(|person| person.name.as_str()).unwrap_or_default();
        match place.flaw {
            FlawKind::Gap => format!("{title} {at} 无人值班"),
            FlawKind::TwoPosts => format!("{title} {at} {name}同时在另一岗"),
            FlawKind::OnLeave => format!("{title} {at} {name}已请假"),
            FlawKind::NoTelephone => format!("{title} {at} {name}没有电话"),
            FlawKind::DeadNumber => format!("{title} {at} {name}的号码打不通"),
            FlawKind::Unverified => format!("{title} {at} {name}的号码未核验"),
        }
    }
}
