//! The position plane beside the board: it learns from commits which units there are, and the record learns
//! from it who enters and leaves a warned area.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use tokio::sync::broadcast::{Receiver, error::RecvError};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::exchange::Shared;
use crate::{
    bus::redis,
    clock::Clock,
    config::Config,
    dispatcher::{Commit, Handle, SubmitError},
    domain::{
        actor::Actor,
        board::Board,
        command::Command,
        event::Event,
        fence::Crossing,
        ids::{AreaCode, UnitId},
        unit::Unit,
    },
    positions::{
        Fix, Ground, Keeper, Known, Positions, Staleness, Store,
        fence::{Crossed, Fences},
    },
};

/// How often crossings are looked for that no further fix has confirmed.
const ELAPSE_EVERY: Duration = Duration::from_secs(1);
/// Crossings in one command: a red warning over the county finds hundreds of units inside at once.
const CROSSINGS_MAX: usize = 1_000;

/// Starts the position plane and returns the way to it and to its tracks.
pub(super) async fn start(
    config: &Config,
    board: &Handle,
    clock: &Arc<dyn Clock>,
    shared: Option<Arc<redis::LastPositions>>,
    tasks: &TaskTracker,
    stop: &CancellationToken,
) -> anyhow::Result<(Positions, Store)> {
    let positions = Positions::new(config.positions.clone());
    let store = Store::open(&config.data_dir)?;
    let watch = board.watch();
    let units = Units::read(board, &positions).await?;
    let keeper = Keeper {
        positions: positions.clone(),
        store: store.clone(),
        last: match shared {
            Some(shared) => Arc::new(Shared(shared)),
            None => Arc::new(store.clone()),
        },
        clock: Arc::clone(clock),
    };
    keeper.restore().await;
    tasks.spawn(keeper.run(stop.clone()));
    tasks.spawn(stopped_by(stop.clone(), units.follow(watch)));
    let fences = Watch::new(board.clone(), positions.clone());
    tasks.spawn(stopped_by(stop.clone(), fences.run()));
    Ok((positions, store))
}

pub(super) async fn stopped_by(stop: CancellationToken, work: impl Future<Output = ()>) {
    stop.run_until_cancelled(work).await;
}

/// The units of the board, as the position plane knows them.
struct Units {
    board: Handle,
    positions: Positions,
    by_id: BTreeMap<UnitId, Known>,
    ground: Option<Ground>,
}

impl Units {
    async fn read(board: &Handle, positions: &Positions) -> Result<Self, SubmitError> {
        let (by_id, ground) = board.read(all).await?;
        let units = Self { board: board.clone(), positions: positions.clone(), by_id, ground };
        units.tell();
        Ok(units)
    }

    fn tell(&self) {
        self.positions.know(self.by_id.values().cloned().collect(), self.ground);
    }

    /// Keeps the list as the board has it.
    async fn follow(mut self, mut watch: Receiver<Commit>) {
        loop {
            let news = match watch.recv().await {
                Ok(commit) => commit.iter().map(|told| self.on_event(&told.entry.event)).max(),
                Err(RecvError::Lagged(_)) => Some(News::Board),
                Err(RecvError::Closed) => return,
            };
            match news {
                Some(News::None) | None => {}
                Some(News::Units) => self.tell(),
                Some(News::Board) => {
                    let Ok((by_id, ground)) = self.board.read(all).await else { return };
                    (self.by_id, self.ground) = (by_id, ground);
                    self.tell();
                }
            }
        }
    }

    fn on_event(&mut self, event: &Event) -> News {
        if let Event::UnitSaved(saved) = event {
            self.by_id.insert(saved.unit.id.clone(), known(&saved.unit));
            return News::Units;
        }
        if let Event::UnitRemoved(removed) = event {
            self.by_id.remove(&removed.id);
            return News::Units;
        }
        let elsewhere = matches!(event, Event::AreaSaved(_) | Event::JurisdictionSet(_));
        if elsewhere { News::Board } else { News::None }
    }
}

/// How much of the list a commit changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum News {
    None,
    /// Units, which the events themselves tell.
    Units,
    /// What has to be read from the board.
    Board,
}

fn all(board: &Board) -> (BTreeMap<UnitId, Known>, Option<Ground>) {
    let units = board.units.iter().map(|unit| (unit.id.clone(), known(unit))).collect();
    (units, board.jurisdiction().and_then(|area| Ground::of(&board.areas, area)))
}

fn known(unit: &Unit) -> Known {
    Known {
        id: unit.id.clone(),
        area: unit.area,
        reports_every_s: unit.reports_every_s,
        terminal: unit.terminal.clone(),
        contact: unit.contact.clone(),
    }
}

/// The fences, and the record that learns of crossings.
struct Watch {
    board: Handle,
    positions: Positions,
    fences: Fences,
    actor: Actor,
}

impl Watch {
    fn new(board: Handle, positions: Positions) -> Self {
        let (fences, actor) = (Fences::default(), Actor::node(AreaCode::UNSET));
        Self { board, positions, fences, actor }
    }

    async fn run(mut self) {
        let (mut commits, mut fixes) = (self.board.watch(), self.positions.subscribe());
        let mut every = tokio::time::interval(ELAPSE_EVERY);
        if self.draw().await.is_err() {
            return;
        }
        let mut crossed = Vec::new();
        loop {
            tokio::select! {
                commit = commits.recv() => match commit {
                    Ok(commit) if !self.learn(&commit) => continue,
                    Ok(_) | Err(RecvError::Lagged(_)) => {
                        if self.draw().await.is_err() {
                            return;
                        }
                        self.look_at_all(&mut crossed);
                    }
                    Err(RecvError::Closed) => return,
                },
                heard = fixes.recv() => match heard {
                    Ok(fixes) => self.look(&fixes, &mut crossed),
                    Err(RecvError::Lagged(_)) => self.look_at_all(&mut crossed),
                    Err(RecvError::Closed) => return,
                },
                _ = every.tick() => self.fences.elapse(self.board.now(), &mut crossed),
            }
            for crossed in crossed.chunks(CROSSINGS_MAX) {
                self.note(crossed).await;
            }
            crossed.clear();
        }
    }

    /// Learns who crossed on another node; tells whether the borders themselves have changed.
    fn learn(&mut self, commit: &Commit) -> bool {
        let registry = self.positions.registry();
        let mut redraw = false;
        for published in commit.iter() {
            if let Event::FenceCrossed(crossed) = &published.entry.event
                && let Some(unit) = registry.by_id(crossed.unit.as_str())
            {
                self.fences.learn(unit, crossed.warning, crossed.entered);
            }
            redraw |= matches!(
                &published.entry.event,
                Event::WarningAccepted(_)
                    | Event::WarningEnded(_)
                    | Event::AreaSaved(_)
                    | Event::JurisdictionSet(_)
            );
        }
        redraw
    }

    /// Draws the borders of the warnings in force, with those inside whom the record has there.
    async fn draw(&mut self) -> Result<(), SubmitError> {
        let (mut fences, registry) = (std::mem::take(&mut self.fences), self.positions.registry());
        let drawn = self.board.read(move |board| {
            let inside = board.active_warnings().flat_map(|warning| {
                let units = board.fences.inside(warning.id);
                let numbers = units.filter_map(|unit| registry.by_id(unit.as_str()));
                numbers.map(|number| (number, warning.id)).collect::<Vec<_>>()
            });
            let inside = inside.collect();
            fences.draw(&board.areas, board.active_warnings(), inside);
            (fences, board.jurisdiction())
        });
        let (fences, jurisdiction) = drawn.await?;
        (self.fences, self.actor) = (fences, Actor::node(jurisdiction.unwrap_or(AreaCode::UNSET)));
        Ok(())
    }

    /// Looks at every unit whose place is known now: where one was before it fell silent is no place.
    fn look_at_all(&mut self, crossed: &mut Vec<Crossed>) {
        let (registry, now) = (self.positions.registry(), self.board.now());
        let mut fixes = self.positions.latest();
        fixes.retain(|fix| {
            let period_s = registry.get(fix.unit).map_or(0, |known| known.period_s());
            Staleness::of(fix.at, now, period_s) != Staleness::Lost
        });
        self.look(&fixes, crossed);
    }

    fn look(&mut self, fixes: &[Fix], crossed: &mut Vec<Crossed>) {
        fixes.iter().for_each(|fix| self.fences.on_fix(fix, crossed));
    }

    /// Has crossings written down. Those that cannot be are seen again with the units' next fixes.
    async fn note(&mut self, crossed: &[Crossed]) {
        let registry = self.positions.registry();
        let seen = crossed.iter().filter_map(|crossed| {
            let Crossed { warning, area, entered, fix } = *crossed;
            let unit = registry.get(fix.unit)?.id.clone();
            Some(Crossing { unit, warning, area, entered, at: fix.at, lon: fix.lon, lat: fix.lat })
        });
        let command = Command::NoteCrossings(seen.collect());
        if let Err(error) = self.board.submit(self.actor.clone(), command).await {
            tracing::warn!(%error, "units that entered or left a warned area are not in the record yet");
            for crossed in crossed {
                self.fences.learn(crossed.fix.unit, crossed.warning, !crossed.entered);
            }
        }
    }
}
