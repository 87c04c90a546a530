//! Which clocks run for an incident: those that its rules demand as things stand, and no others.

use std::{collections::BTreeMap, time::Duration};

use compact_str::CompactString;

use super::dossier::{ClockState, Dossier, DropReason, Key, Running, key};
use crate::domain::{
    board::Board,
    deadline::{Case, Clock, Grade, Medium, Rank, Reckoning, Series, Stage, due_zh},
    decision::Draft,
    event::{ReportClockDropped, ReportClockMet, ReportClockStarted},
    ids::{IncidentId, TaskId},
    incident::{Incident, Particulars},
    rejection::Rejection,
    task::{Cause, Form, Giving, NewTask, Outcome, Sign},
    time::Timestamp,
};

/// The desk is called at least this long before a report is due.
const LEAST_MARGIN: Duration = Duration::from_secs(3 * 60);
/// And at most this long: nobody is woken at three in the morning for a report that is due at eight.
const MOST_MARGIN: Duration = Duration::from_secs(3_600);
/// Where there are days for it, somebody has to be found in office hours.
const MARGIN_OF_DAYS: Duration = Duration::from_secs(8 * 3_600);
const DAY: Duration = Duration::from_secs(86_400);

/// Reports that come again and again until the incident is over.
const RECURRING: [Stage; 2] = [Stage::FollowUp, Stage::Zero];
/// Reports that wait until it is.
const CONCLUDING: [Stage; 2] = [Stage::Final, Stage::Verified];

/// An incident as it is about to be.
#[derive(Debug, Clone, Copy)]
pub(in crate::domain) struct Turn<'t> {
    pub id: IncidentId,
    pub particulars: &'t Particulars,
    pub drill: bool,
    pub standing: Standing,
}

/// How an incident stands as far as reports go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::domain) enum Standing {
    Open,
    /// It ends in this moment.
    Closing,
    /// It has ended before.
    Closed,
    /// Nothing has to be reported of it.
    Gone(DropReason),
}

impl<'t> Turn<'t> {
    /// Returns an incident as it stands.
    pub(in crate::domain) fn of(incident: &'t Incident) -> Self {
        use crate::domain::incident::Stage as At;
        let standing = match (incident.main, incident.stage) {
            (Some(_), _) => Standing::Gone(DropReason::Linked),
            (None, At::Unfounded) => Standing::Gone(DropReason::Unfounded),
            (None, At::Closed) => Standing::Closed,
            (None, At::Received | At::Verified | At::Handling) => Standing::Open,
        };
        let (id, particulars, drill) = (incident.id, &incident.particulars, incident.drill);
        Self { id, particulars, drill, standing }
    }
}

impl Draft<'_> {
    /// Starts the clocks that an incident needs as it is about to be, and drops those that it does not.
    pub(in crate::domain) fn keep_clocks(&mut self, turn: Turn<'_>) -> Result<(), Rejection> {
        let known = self.board.reports.dossier(turn.id).cloned();
        self.keep_clocks_of(turn, known.unwrap_or_default())
    }

    /// The same with what the events so far have changed of the dossier.
    pub(super) fn keep_clocks_of(
        &mut self,
        turn: Turn<'_>,
        dossier: Dossier,
    ) -> Result<(), Rejection> {
        let mut wanted = wanted(self.board, turn, &dossier, self.now);
        for running in dossier.running() {
            let stays = wanted.get(&running.key()).is_some_and(|clock| is_same(clock, running));
            let concludes = CONCLUDING.contains(&running.clock.stage);
            if stays || concludes && turn.standing == Standing::Closed {
                wanted.remove(&running.key());
            } else {
                self.drop_clock(turn, running, reason(turn.standing, running));
            }
        }
        let settled = |clock: &Clock| {
            dossier.clocks.iter().any(|known| match known.state {
                ClockState::Met { .. } => clock.stage == Stage::First && known.key() == key(clock),
                ClockState::Dropped { reason, .. } => {
                    reason == DropReason::ByHand && is_same(clock, known)
                }
                ClockState::Running => false,
            })
        };
        let new: Vec<Clock> = wanted.into_values().filter(|clock| !settled(clock)).collect();
        self.start_clocks(turn, dossier.next_number(), new)
    }

    fn start_clocks(
        &mut self,
        turn: Turn<'_>,
        first: u32,
        clocks: Vec<Clock>,
    ) -> Result<(), Rejection> {
        let demanded: Vec<&Clock> = clocks.iter().filter(|clock| !clock.optional).collect();
        let Some(post) = self.board.desk_post() else { return Ok(()) };
        let zone = self.board.timezone();
        let tasks = demanded.iter().map(|clock| NewTask {
            post: post.clone(),
            unit: None,
            title: due_zh(clock, zone).into(),
            text: self
                .board
                .reports
                .rules()
                .rule(&clock.rule)
                .map_or_else(String::new, |rule| format!("依据：{}", rule.source)),
            form: Form::Report,
            due_at: clock.due_at,
            sign: Sign::Unless(remind_at(clock, self.now)),
        });
        let giving = Giving {
            cause: Some(Cause::Reports(turn.id)),
            on_word_of: CompactString::default(),
            subject: CompactString::default(),
            text: String::new(),
            severity: turn.particulars.colour(),
            drill: turn.drill,
        };
        let mut tasks = self.give(&giving, tasks.collect())?.into_iter();
        for (number, clock) in (first..).zip(clocks) {
            let task = if clock.optional { None } else { tasks.next() };
            self.push(ReportClockStarted {
                incident: turn.id,
                area: turn.particulars.place.area,
                number,
                clock,
                task,
            });
        }
        Ok(())
    }

    fn drop_clock(&mut self, turn: Turn<'_>, running: &Running, reason: DropReason) {
        self.push(ReportClockDropped {
            incident: turn.id,
            area: turn.particulars.place.area,
            number: running.number,
            reason,
            note: CompactString::default(),
        });
        let board = self.board;
        let task = running.task.and_then(|task| board.tasks.get(task));
        if let Some(task) = task.filter(|task| task.is_open()) {
            self.withdraw_tasks(&[task], &reason.zh().into());
        }
    }

    /// Ends the clocks that something reported `at` that time meets; returns by how much the latest was late.
    pub(super) fn meet_clocks(
        &mut self,
        turn: Turn<'_>,
        dossier: &mut Dossier,
        at: Timestamp,
        meets: impl Fn(&Clock) -> bool,
    ) -> u64 {
        let board = self.board;
        let met: Vec<Running> =
            dossier.running().filter(|running| meets(&running.clock)).cloned().collect();
        let mut most = 0;
        for running in met {
            let late_s = at.since(running.clock.due_at).as_secs();
            most = late_s.max(most);
            dossier.meet(running.number, at, late_s);
            let area = turn.particulars.place.area;
            let (incident, number) = (turn.id, running.number);
            self.push(ReportClockMet { incident, area, number, at, late_s });
            let task = running.task.and_then(|task| board.tasks.get(task));
            if let Some(task) = task.filter(|task| task.is_open()) {
                self.complete(task, Outcome::default());
            }
        }
        most
    }

    /// Notes that somebody has decided that a report is not demanded: its task was taken back.
    pub(in crate::domain) fn excuse_clock(&mut self, task: TaskId, note: &CompactString) {
        let board = self.board;
        let Some(Cause::Reports(id)) = board.tasks.get(task).and_then(|task| task.cause.clone())
        else {
            return;
        };
        let running = board.reports.dossier(id).and_then(|dossier| dossier.clock_of(task));
        let running = running.filter(|running| running.is_running());
        if let Some((running, incident)) = running.zip(board.incidents.get(id)) {
            self.push(ReportClockDropped {
                incident: id,
                area: incident.area(),
                number: running.number,
                reason: DropReason::ByHand,
                note: note.clone(),
            });
        }
    }
}

/// Returns when the desk is called about a report that has not gone: a third of its time before it is due.
fn remind_at(clock: &Clock, now: Timestamp) -> Timestamp {
    let length = clock.due_at.since(clock.starts);
    let most = if length > DAY { MARGIN_OF_DAYS } else { MOST_MARGIN };
    let margin = (length / 3).clamp(LEAST_MARGIN, most);
    (clock.due_at - margin).max(now)
}

fn is_same(clock: &Clock, known: &Running) -> bool {
    let known = &known.clock;
    (key(clock), &clock.rule, clock.due_at) == (key(known), &known.rule, known.due_at)
}

fn reason(standing: Standing, running: &Running) -> DropReason {
    match standing {
        Standing::Gone(reason) => reason,
        Standing::Closing if RECURRING.contains(&running.clock.stage) => DropReason::Closed,
        Standing::Open if CONCLUDING.contains(&running.clock.stage) => DropReason::Reopened,
        Standing::Open | Standing::Closing | Standing::Closed => DropReason::Changed,
    }
}

/// Returns what is to be reported as things stand, once for each series, stage, hop and medium.
fn wanted(
    board: &Board,
    turn: Turn<'_>,
    dossier: &Dossier,
    now: Timestamp,
) -> BTreeMap<Key, Clock> {
    let Some(case) = case(board, turn.particulars) else { return BTreeMap::new() };
    let reckoning = Reckoning { zone: board.timezone(), calendar: &board.calendar };
    let rules = board.reports.rules();
    let clocks = |case: &Case<'_>, stage| rules.clocks(case, stage, reckoning);
    let mut wanted = Vec::new();
    if !matches!(turn.standing, Standing::Gone(_)) {
        wanted.extend(clocks(&case, Stage::First));
    }
    match turn.standing {
        Standing::Open => {
            let kinds = RECURRING.into_iter().flat_map(|stage| clocks(&case, stage));
            let next = kinds.filter_map(|kind| {
                let key = key(&kind);
                let since = dossier.since(key)?;
                let case = Case { occurred_at: Some(since), received_at: since, ..case };
                clocks(&case, kind.stage).into_iter().find(|clock| self::key(clock) == key)
            });
            wanted.extend(next);
        }
        Standing::Closing => {
            let case = Case { stable_at: Some(now), ..case };
            wanted.extend(CONCLUDING.into_iter().flat_map(|stage| clocks(&case, stage)));
        }
        Standing::Closed | Standing::Gone(_) => {}
    }
    wanted.into_iter().map(|clock| (key(&clock), clock)).collect()
}

fn case<'c>(board: &Board, particulars: &'c Particulars) -> Option<Case<'c>> {
    let area = board.jurisdiction()?;
    let hurt = particulars.casualties;
    Some(Case {
        area,
        from: Rank::from(area.level()),
        event: Some(&particulars.kind),
        grade: particulars.level.and_then(|level| Grade::try_from(level).ok()),
        sensitive: particulars.sensitive,
        deaths: hurt.dead.unwrap_or(0).saturating_add(hurt.missing.unwrap_or(0)),
        occurred_at: Some(particulars.occurred.at),
        received_at: particulars.received_at,
        stable_at: None,
    })
}

/// Returns to whom a report goes of which nobody has said: those whom its clocks name, or the level above.
pub(super) fn receivers(board: &Board, turn: Turn<'_>, of: (Series, Stage)) -> Vec<Rank> {
    let dossier = board.reports.dossier(turn.id).into_iter();
    let clocks = dossier.flat_map(|dossier| &dossier.clocks).map(|running| &running.clock);
    let written = clocks.filter(|clock| {
        (clock.series, clock.stage) == of && clock.medium == Medium::Written && !clock.optional
    });
    let mut to: Vec<Rank> = written.map(|clock| clock.hop.to()).collect();
    to.sort_unstable();
    to.dedup();
    if to.is_empty() {
        let above = board.jurisdiction().and_then(|area| area.parent());
        to.extend(above.map(|above| Rank::from(above.level())));
    }
    to
}
