//! Compares the board with the oracle, field by field, and names the rule that a difference breaks.

use std::{collections::BTreeSet, fmt::Debug};

use jiaoying::domain::{
    self as jy,
    board::Board,
    callout::{obligation::WithdrawReason, rollup::Tally},
    ids::{AreaCode, CalloutId, ObligationId, PersonId, WarningId},
    roster::Staffing,
    time::Timestamp,
};

use super::{
    check_work,
    oracle::{Callout, Obligation, Oracle, State, place, warnings::Life},
};

/// A rule that does not hold: its name, and what was expected and found.
#[derive(Debug, Clone, PartialEq)]
pub struct Breach {
    pub rule: &'static str,
    pub detail: String,
}

impl Breach {
    pub fn new(rule: &'static str, detail: impl Into<String>) -> Self {
        Self { rule, detail: detail.into() }
    }
}

/// Says how two values differ, if they do.
pub fn same<T: PartialEq + Debug>(
    rule: &'static str,
    what: impl Fn() -> String,
    expected: &T,
    found: &T,
) -> Result<(), Breach> {
    if expected == found {
        return Ok(());
    }
    let what = what();
    Err(Breach::new(rule, format!("{what}\n  expected {expected:?}\n  found    {found:?}")))
}

/// Compares everything.
pub fn compare(oracle: &Oracle, board: &Board) -> Result<(), Breach> {
    same(
        "every_obligation_is_known",
        || "number of obligations".into(),
        &oracle.obligations.len(),
        &board.callouts.obligations().count(),
    )?;
    for (index, expected) in oracle.obligations.iter().enumerate() {
        obligation(board, index, expected)?;
    }
    same(
        "every_callout_is_known",
        || "number of callouts".into(),
        &oracle.callouts.len(),
        &board.callouts.iter().count(),
    )?;
    for (index, expected) in oracle.callouts.iter().enumerate() {
        callout(oracle, board, index, expected)?;
    }
    warnings(oracle, board)?;
    check_work::compare(oracle, board)?;
    next_deadline(oracle, board)
}

/// Compares what these obligations are, and when something is next due.
pub fn compare_some(
    oracle: &Oracle,
    board: &Board,
    ids: &BTreeSet<ObligationId>,
) -> Result<(), Breach> {
    for id in ids {
        let index = usize::try_from(id.0).expect("small") - 1;
        let Some(expected) = oracle.obligations.get(index) else {
            return Err(Breach::new("every_obligation_is_known", format!("{id} is one too many")));
        };
        obligation(board, index, expected)?;
    }
    next_deadline(oracle, board)
}

fn next_deadline(oracle: &Oracle, board: &Board) -> Result<(), Breach> {
    same(
        "next_deadline_is_the_earliest",
        || "next deadline".into(),
        &oracle.next_due(),
        &board.next_deadline(),
    )
}

fn obligation(board: &Board, index: usize, expected: &Obligation) -> Result<(), Breach> {
    let id = obligation_id(index);
    let Some(found) = board.callouts.obligation(id) else {
        return Err(Breach::new("every_obligation_is_known", format!("{id} is missing")));
    };
    let what = |field: &'static str| move || format!("{id} {}: {field}", expected.post);
    same(
        "posts_are_obliged_by_policy",
        what("post"),
        &(&expected.post, &expected.unit, callout_id(expected.callout), &expected.task),
        &(&found.post, &found.unit, found.callout, &found.task),
    )?;
    same("a_policy_is_frozen", what("ladder"), &expected.ladder.name, &found.ladder)?;
    let frozen = board.callouts.ladder(found);
    same("a_policy_is_frozen", what("rungs"), &Some(&*expected.ladder), &frozen)?;
    same(
        "links_are_kept",
        what("about and replaces"),
        &(expected.about.map(obligation_id), expected.replaces.map(obligation_id)),
        &(found.about, found.replaces),
    )?;
    state(id, expected, found)?;
    same(
        "an_empty_rung_is_skipped_and_recorded",
        what("skipped"),
        &expected.skipped,
        &found.skipped,
    )?;
    people(id, expected, found)?;
    calls(id, expected, found)?;
    same(
        "late_answers_count_and_are_marked",
        what("answer"),
        &(expected.answer.as_ref(), expected.answered_at),
        &(found.answer.as_deref(), found.answered_at),
    )
}

/// The state as both can say it.
#[derive(Debug, PartialEq)]
enum Seen<'a> {
    Ringing { rung: usize, due: Timestamp, until: Option<Timestamp> },
    Answered,
    Unreached { to: Option<&'a PersonId>, by: Timestamp, since: Timestamp, errand: Handed },
    Withdrawn(WithdrawReason),
}

/// Which candidate somebody is, and their errand.
type Handed = (usize, Option<ObligationId>);

/// A change of shift after the rung's end is none of the rung's business.
fn until(until: Option<Timestamp>, due: Timestamp) -> Option<Timestamp> {
    until.filter(|until| *until <= due)
}

fn state(
    id: ObligationId,
    expected: &Obligation,
    found: &jy::callout::obligation::Obligation,
) -> Result<(), Breach> {
    let model = match &expected.state {
        State::Ringing { due, until: shift } => {
            Seen::Ringing { rung: expected.rung, due: *due, until: until(*shift, *due) }
        }
        State::Answered => Seen::Answered,
        State::Unreached { hands, since } => Seen::Unreached {
            to: hands.to.as_ref(),
            by: hands.by,
            since: *since,
            errand: (hands.candidate, hands.errand.map(obligation_id)),
        },
        State::Withdrawn(reason) => Seen::Withdrawn(*reason),
    };
    use jy::callout::obligation::State as Known;
    let real = match &found.state {
        Known::Ringing { rung, due_at, until: shift } => {
            Seen::Ringing { rung: usize::from(*rung), due: *due_at, until: until(*shift, *due_at) }
        }
        Known::Answered => Seen::Answered,
        Known::Unreached { handed, since } => Seen::Unreached {
            to: handed.to.as_ref(),
            by: handed.by,
            since: *since,
            errand: (usize::from(handed.candidate), handed.errand),
        },
        Known::Withdrawn { reason } => Seen::Withdrawn(*reason),
    };
    let rule = match (&model, &real) {
        (Seen::Unreached { .. }, Seen::Unreached { .. }) => "the_unreached_go_to_a_named_human",
        (Seen::Ringing { .. }, Seen::Ringing { .. }) => "rungs_end_when_the_ladder_says",
        (Seen::Withdrawn(_), _) | (_, Seen::Withdrawn(_)) => "withdrawn_with_a_reason",
        (Seen::Answered, _) | (_, Seen::Answered) => "one_answer_one_obligation",
        (Seen::Unreached { .. }, _) | (_, Seen::Unreached { .. }) => "no_silent_end",
    };
    same(rule, || format!("{id} {}: state", expected.post), &model, &real)
}

fn people(
    id: ObligationId,
    expected: &Obligation,
    found: &jy::callout::obligation::Obligation,
) -> Result<(), Breach> {
    let model: Vec<_> = expected
        .asked
        .iter()
        .map(|asked| (&asked.person, asked.rung, asked.at, asked.declined, asked.gone))
        .collect();
    let real: Vec<_> = found
        .asked
        .iter()
        .map(|asked| (&asked.person, usize::from(asked.rung), asked.at, asked.declined, asked.gone))
        .collect();
    same(
        "people_are_resolved_when_rung",
        || format!("{id} {}: people asked", expected.post),
        &model,
        &real,
    )
}

fn calls(
    id: ObligationId,
    expected: &Obligation,
    found: &jy::callout::obligation::Obligation,
) -> Result<(), Breach> {
    same(
        "tries_are_as_many_as_the_policy_says",
        || {
            let real: Vec<_> = found
                .attempts
                .iter()
                .map(|a| (&a.person, a.channel, a.rung, a.not_before, a.progress, a.notice))
                .collect();
            let model: Vec<_> = expected
                .calls
                .iter()
                .map(|a| (&a.person, a.channel, a.rung, a.not_before, a.progress, a.notice))
                .collect();
            format!(
                "{id} {}: number of attempts\n  expected {model:?}\n  found    {real:?}",
                expected.post
            )
        },
        &expected.calls.len(),
        &found.attempts.len(),
    )?;
    for (number, (model, real)) in expected.calls.iter().zip(&found.attempts).enumerate() {
        let what =
            |field: &'static str| move || format!("{id}.{number} {}: {field}", expected.post);
        same(
            "attempts_are_planned_by_the_rung",
            what("attempt"),
            &(&model.person, model.channel, model.rung, model.notice, model.not_before),
            &(&real.person, real.channel, usize::from(real.rung), real.notice, real.not_before),
        )?;
        same("first_attempts_before_second", what("which try"), &model.ordinal, &real.ordinal)?;
        same(
            "calls_get_lines_in_order",
            what("progress"),
            &(model.progress, model.started_at),
            &(real.progress, real.started_at),
        )?;
        same("outcomes_are_kept_apart", what("outcome"), &model.outcome, &real.outcome)?;
        let also: Vec<ObligationId> = model.also.iter().map(|id| obligation_id(*id)).collect();
        same("one_call_tells_of_all_errands", what("also"), &also, &real.also)?;
        same("repeats_are_flagged", what("repeats"), &model.repeats, &real.repeats)?;
    }
    Ok(())
}

fn callout(oracle: &Oracle, board: &Board, index: usize, expected: &Callout) -> Result<(), Breach> {
    let id = callout_id(index);
    let Some(found) = board.callouts.get(id) else {
        return Err(Breach::new("every_callout_is_known", format!("{id} is missing")));
    };
    let what = |field: &'static str| move || format!("{id}: {field}");
    same(
        "a_callout_is_about_what_was_said",
        what("kind, severity, drill"),
        &(expected.kind, expected.severity, expected.drill),
        &(found.kind, found.severity, found.drill),
    )?;
    same("a_policy_is_frozen", what("policy"), &expected.policy.id, &found.policy)?;
    let frozen = board.callouts.frozen(found).map(|terms| terms.policy);
    let ruling = &oracle.ruling(index).policy;
    same("a_policy_is_frozen", what("policy's content"), &Some(ruling), &frozen)?;
    let extent: Vec<AreaCode> = found.extent.named().collect();
    same("a_callout_is_about_what_was_said", what("extent"), &expected.extent, &extent)?;
    same(
        "links_are_kept",
        what("warning, parent, errands"),
        &(
            expected.warning.map(|warning| WarningId(warning as u64 + 1)),
            expected.parent.map(callout_id),
            expected.errands.map(callout_id),
        ),
        &(found.warning, found.parent, found.errands),
    )?;
    same(
        "a_callout_ends_with_what_it_is_about",
        what("closed"),
        &expected.closed,
        &found.closed.map(|closed| closed.reason),
    )?;
    let manned = oracle.manned(index);
    let found_manned: Vec<AreaCode> = found.manned.iter().copied().collect();
    same("quorum_is_a_rule_over_obligations", what("manned"), &manned, &found_manned)?;
    rollup(oracle, id, expected, found)
}

/// Adds up the tallies of every area the naive way: by looking at each obligation for each area.
fn rollup(
    oracle: &Oracle,
    id: CalloutId,
    expected: &Callout,
    found: &jy::callout::callouts::Callout,
) -> Result<(), Breach> {
    let mut whole = Tally::default();
    let mut by_area: Vec<(u64, Tally)> = Vec::new();
    for index in &expected.obligations {
        let obligation = &oracle.obligations[*index];
        count(&mut whole, &obligation.state);
        let mut area = Some(obligation.place);
        while let Some(number) = area {
            let known = by_area.iter_mut().find(|(other, _)| *other == number);
            match known {
                Some((_, tally)) => count(tally, &obligation.state),
                None => {
                    let mut tally = Tally::default();
                    count(&mut tally, &obligation.state);
                    by_area.push((number, tally));
                }
            }
            area = place::parent(number);
        }
    }
    let rule = "the_roll_up_adds_up";
    same(rule, || format!("{id}: whole"), &whole, &found.rollup.whole())?;
    for (number, tally) in by_area {
        let area = place::code(number);
        same(rule, || format!("{id}: {area}"), &tally, &found.rollup.of(area))?;
    }
    Ok(())
}

fn count(tally: &mut Tally, state: &State) {
    match state {
        State::Ringing { .. } => tally.ringing += 1,
        State::Answered => tally.answered += 1,
        State::Unreached { .. } => tally.unreached += 1,
        State::Withdrawn(_) => tally.withdrawn += 1,
    }
}

fn warnings(oracle: &Oracle, board: &Board) -> Result<(), Breach> {
    let rule = "a_warning_lives_as_its_messages_say";
    let known = board.warnings.iter().count();
    same(rule, || "number of warnings".into(), &oracle.warnings.len(), &known)?;
    for (index, expected) in oracle.warnings.iter().enumerate() {
        let id = WarningId(index as u64 + 1);
        let found = board.warnings.get(id);
        let named = |by: WarningId| usize::try_from(by.0).expect("small") - 1;
        let life = found.map(|warning| match warning.life {
            jy::warning::Life::Active => Life::Active,
            jy::warning::Life::Superseded { by } => Life::Superseded(named(by)),
            jy::warning::Life::Cancelled { by } => Life::Cancelled(named(by)),
            jy::warning::Life::Expired => Life::Expired,
            jy::warning::Life::Inert => Life::Inert,
        });
        same(rule, || format!("{id}: life"), &Some(expected.life), &life)?;
        let callout = found.and_then(|warning| warning.callout);
        same(rule, || format!("{id}: callout"), &expected.callout.map(callout_id), &callout)?;
        let extent: Option<Vec<AreaCode>> = found.map(|w| w.extent.named().collect());
        same(rule, || format!("{id}: extent"), &Some(&expected.extent), &extent.as_ref())?;
    }
    Ok(())
}

/// Compares who holds each post at `at`, and the people that obligations rest on.
pub fn duty(oracle: &Oracle, board: &Board, at: Timestamp) -> Result<(), Breach> {
    for staffed in &oracle.posts {
        let expected = oracle.on_duty(staffed, at);
        let found = board.roster.get(&staffed.post.id);
        let on_duty = |staffing: &Staffing| -> Vec<PersonId> {
            board.on_duty(staffing, at).people.into_iter().cloned().collect()
        };
        let found = found.map(on_duty).unwrap_or_default();
        let what = || format!("{} at {at}", staffed.post.id);
        same("the_roster_says_who_is_on_duty", what, &expected, &found)?;
    }
    for person in &oracle.people {
        let own = oracle.obligations.iter().enumerate().filter(|(_, obligation)| {
            let mut own = obligation.asked.iter().filter(|asked| asked.person == person.id);
            obligation.is_open() && own.any(|asked| !asked.declined && !asked.gone)
        });
        let expected: Vec<ObligationId> = own.map(|(index, _)| obligation_id(index)).collect();
        let found: Vec<ObligationId> =
            board.callouts.resting_on(&person.id).map(|obligation| obligation.id).collect();
        let what = || format!("what rests on {}", person.id);
        same("what_rests_on_a_person_is_found", what, &expected, &found)?;
    }
    Ok(())
}

pub fn obligation_id(index: usize) -> ObligationId {
    ObligationId(index as u64 + 1)
}

pub fn callout_id(index: usize) -> CalloutId {
    CalloutId(index as u64 + 1)
}
