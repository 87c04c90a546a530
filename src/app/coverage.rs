//! The cover of warned areas beside the board: it is looked at regularly, and the board learns which areas have been
//! without a unit near for a while, and which have one again.
//!
//! Every node looks, and what one has told is known to the others by the board. A node that may not know where units are
//! tells nothing, so that two of them do not contradict each other.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use tokio::sync::watch;

use super::occasions::Occasions;
use crate::{
    advice::{Advice, Moment, last_seen},
    bus::Health,
    dispatcher::{Handle, SubmitError},
    domain::{
        actor::Actor,
        board::Board,
        command::Command,
        event::Event,
        hole::{CoverageStep, Filled, Found, Nearest, Spot},
        ids::{AreaCode, UnitId},
        recommend::{Covered, Lacking, survey},
        time::Timestamp,
    },
    positions::Positions,
};

/// Whoever watches the cover.
pub(super) struct Watch {
    board: Handle,
    occasions: Occasions,
    positions: Positions,
    advice: Arc<Advice>,
    bus: watch::Receiver<Health>,
    steady: Steady,
}

/// How all areas that must have a unit near are covered at one moment.
struct Look {
    bare: BTreeMap<Spot, (Covered, Lacking)>,
    covered: BTreeMap<Spot, Option<Nearest>>,
}

impl Watch {
    pub fn new(
        board: &Handle,
        positions: &Positions,
        advice: &Arc<Advice>,
        bus: watch::Receiver<Health>,
    ) -> Self {
        Self {
            board: board.clone(),
            occasions: Occasions::new(
                board,
                Duration::from_secs(u64::from(advice.near.every_s)),
                may_change,
            ),
            positions: positions.clone(),
            advice: Arc::clone(advice),
            bus,
            steady: Steady::default(),
        }
    }

    /// Looks until the board is gone.
    pub async fn run(mut self) {
        while self.occasions.next().await.is_some() {
            match self.tell().await {
                Ok(()) => {}
                Err(SubmitError::Stopped) => return,
                Err(error) => {
                    tracing::warn!(%error, "holes in the cover are not on the record yet")
                }
            }
        }
    }

    /// Tells the board what it does not know yet and has stood long enough.
    async fn tell(&mut self) -> Result<(), SubmitError> {
        if matches!(*self.bus.borrow_and_update(), Health::Down { .. }) {
            self.steady = Steady::default();
            return Ok(());
        }
        let (now, area, known) = self.known().await?;
        let Some(look) = self.look(area, now).await? else { return Ok(()) };
        let stands = Duration::from_secs(u64::from(self.advice.near.stands_s));
        self.steady.see(look.bare.keys(), look.covered.keys(), now);
        let ability = self.advice.catalogue.find(&self.advice.near.ability);
        let (zh, en) = ability.map(|a| (a.zh.clone(), a.en.clone())).unwrap_or_default();
        for drill in [false, true] {
            let bare = look.bare.iter().filter(|(spot, _)| spot.drill == drill);
            let news = bare.filter(|(spot, _)| !known.contains(*spot)).filter_map(
                |(spot, (covered, lacking))| {
                    let since = self.steady.bare_since(spot, stands, now)?;
                    let found = Found {
                        zh: zh.clone(),
                        en: en.clone(),
                        within_s: covered.within_s,
                        nearest: nearest(covered),
                        lacking: *lacking,
                        since,
                    };
                    Some((spot.clone(), found))
                },
            );
            self.submit(area, CoverageStep::Bare(news.collect())).await?;
        }
        let filled = known.iter().filter_map(|spot| {
            let Some(nearest) = look.covered.get(spot) else {
                let over = !look.bare.contains_key(spot);
                return over.then(|| (spot.clone(), Filled::WarningOver, None));
            };
            self.steady.covered_since(spot, stands, now)?;
            Some((spot.clone(), Filled::Covered, nearest.clone()))
        });
        self.submit(area, CoverageStep::Filled(filled.collect())).await
    }

    async fn known(&self) -> Result<(Timestamp, AreaCode, BTreeSet<Spot>), SubmitError> {
        let now = self.board.now();
        let known = |board: &Board| {
            let spots: BTreeSet<Spot> = board.holes.iter().map(|hole| hole.spot.clone()).collect();
            (board.jurisdiction().unwrap_or(AreaCode::UNSET), spots)
        };
        let (area, spots) = self.board.read(known).await?;
        Ok((now, area, spots))
    }

    /// Reckons away from the sockets: a county's roads take milliseconds.
    async fn look(&self, area: AreaCode, now: Timestamp) -> Result<Option<Look>, SubmitError> {
        let (positions, advice) = (self.positions.clone(), Arc::clone(&self.advice));
        let moments = self.board.read(move |board| {
            let seen = |id: &UnitId| last_seen(board, &positions, id, now);
            let moment = |drill, apart: &BTreeSet<AreaCode>| {
                Moment::of_cover(board, (area, drill), &advice.near, now, &seen, apart)
            };
            let real = moment(false, &BTreeSet::new());
            let in_earnest = real.iter().flat_map(Moment::covers).collect();
            let drill = moment(true, &in_earnest);
            (real, drill, in_earnest)
        });
        let (real, drill, in_earnest) = moments.await?;
        let advice = Arc::clone(&self.advice);
        let reckoned = tokio::task::spawn_blocking(move || {
            let mut look = Look { bare: BTreeMap::new(), covered: BTreeMap::new() };
            if let Some(real) = &real {
                look.take(&advice, real, false, &BTreeSet::new());
            }
            if let Some(drill) = &drill {
                look.take(&advice, drill, true, &in_earnest);
            }
            look
        });
        let broke_off = |error| tracing::error!(%error, "a look at the cover broke off");
        Ok(reckoned.await.map_err(broke_off).ok())
    }

    async fn submit(&self, area: AreaCode, step: CoverageStep) -> Result<(), SubmitError> {
        let nothing = match &step {
            CoverageStep::Bare(found) => found.is_empty(),
            CoverageStep::Filled(filled) => filled.is_empty(),
        };
        if !nothing {
            self.board.submit(Actor::node(area), Command::NoteCoverage(step)).await?;
        }
        Ok(())
    }
}

impl Look {
    /// Takes in how the areas of one moment are covered, those apart that are looked at in earnest.
    fn take(&mut self, advice: &Advice, moment: &Moment, drill: bool, apart: &BTreeSet<AreaCode>) {
        let (all, bare) = advice.ask(moment, survey);
        let spot = |covered: &Covered| {
            let (area, ability) = (covered.area, covered.ability.clone());
            (!apart.contains(&area)).then_some(Spot { area, ability, drill })
        };
        let covered = all.iter().filter(|covered| !covered.is_hole());
        let covered = covered.filter_map(|covered| Some((spot(covered)?, nearest(covered))));
        self.covered.extend(covered);
        let bare = bare.into_iter().filter_map(|found| Some((spot(&found.0)?, found)));
        self.bare.extend(bare);
    }
}

fn nearest(covered: &Covered) -> Option<Nearest> {
    covered.nearest.clone().map(|(unit, eta_s)| Nearest { unit, eta_s })
}

fn may_change(event: &Event) -> bool {
    matches!(
        event,
        Event::WarningAccepted(_)
            | Event::WarningEnded(_)
            | Event::Assignment(_)
            | Event::Road(_)
            | Event::UnitSaved(_)
            | Event::UnitRemoved(_)
            | Event::AreaSaved(_)
    )
}

/// Since when each area has been bare, or covered, without a break.
#[derive(Debug, Default)]
struct Steady {
    bare: BTreeMap<Spot, Timestamp>,
    covered: BTreeMap<Spot, Timestamp>,
}

impl Steady {
    fn see<'s>(
        &mut self,
        bare: impl Iterator<Item = &'s Spot>,
        covered: impl Iterator<Item = &'s Spot>,
        now: Timestamp,
    ) {
        go_on(&mut self.bare, bare, now);
        go_on(&mut self.covered, covered, now);
    }

    /// Returns since when `spot` has been bare, once that is `stands` or longer.
    fn bare_since(&self, spot: &Spot, stands: Duration, now: Timestamp) -> Option<Timestamp> {
        stood(&self.bare, spot, stands, now)
    }

    /// Returns since when `spot` has been covered, once that is `stands` or longer.
    fn covered_since(&self, spot: &Spot, stands: Duration, now: Timestamp) -> Option<Timestamp> {
        stood(&self.covered, spot, stands, now)
    }
}

/// Keeps since when those have been so that still are.
fn go_on<'s>(
    since: &mut BTreeMap<Spot, Timestamp>,
    now_so: impl Iterator<Item = &'s Spot>,
    now: Timestamp,
) {
    let still = now_so.map(|spot| (spot.clone(), since.get(spot).copied().unwrap_or(now)));
    *since = still.collect();
}

fn stood(
    since: &BTreeMap<Spot, Timestamp>,
    spot: &Spot,
    stands: Duration,
    now: Timestamp,
) -> Option<Timestamp> {
    since.get(spot).copied().filter(|at| now.since(*at) >= stands)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_and_goes_begins_anew_each_time() {
        let spot = Spot {
            area: "990101001000".parse().unwrap(),
            ability: "boat_rescue".into(),
            drill: false,
        };
        let at = |second: i64| Timestamp::from_millis(second * 1_000);
        let (some, none): (Vec<&Spot>, Vec<&Spot>) = (vec![&spot], Vec::new());
        let stands = Duration::from_secs(60);
        let mut steady = Steady::default();
        steady.see(some.iter().copied(), none.iter().copied(), at(0));
        steady.see(some.iter().copied(), none.iter().copied(), at(59));
        assert_eq!(steady.bare_since(&spot, stands, at(59)), None, "it has not stood long enough");
        assert_eq!(steady.bare_since(&spot, stands, at(60)), Some(at(0)));
        steady.see(none.iter().copied(), some.iter().copied(), at(70));
        assert_eq!(steady.bare_since(&spot, stands, at(130)), None);
        assert_eq!(steady.covered_since(&spot, stands, at(129)), None);
        assert_eq!(steady.covered_since(&spot, stands, at(130)), Some(at(70)));
        steady.see(some.iter().copied(), none.iter().copied(), at(140));
        assert_eq!(steady.bare_since(&spot, stands, at(199)), None);
        assert_eq!(steady.bare_since(&spot, stands, at(200)), Some(at(140)));
    }
}
