//! Confirming that more people come, or turning it down.

use std::time::Duration;

use compact_str::{CompactString, format_compact};

use super::{Need, Wanted};
use crate::domain::{
    actor::{Actor, Capability},
    board::{Board, require},
    callout::{obligation::Bearer, policy::CalloutKind},
    command::Reply,
    decision::{Decision, Draft},
    event::{ReinforcementDeclined, ReinforcementSent},
    ids::{PersonId, PostId},
    rejection::Rejection,
    roster::RosterFault,
    swap::{SwapFault, Turn},
    task::Upon,
};

/// Longest reason, in characters.
const REASON_LIMIT: usize = 200;

/// What somebody decides about a need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReinforceStep {
    Send(Send),
    Decline { need: Need, reason: CompactString },
}

/// Puts people on duty beside those who are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Send {
    pub need: Need,
    pub people: Vec<PersonId>,
    /// 1 to the rule's own hours; as many as those when left out.
    pub hours: Option<u16>,
}

/// Why nobody is put on duty.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReinforcementFault {
    #[error("{0} needs no more people by this rule now; look again")]
    NotWanted(PostId),
    #[error("{post} needs {missing} more; name so many or fewer")]
    More { post: PostId, missing: u8 },
    #[error(transparent)]
    Cannot(SwapFault),
    #[error("use 1 to {0} hours")]
    Hours(u16),
}

impl ReinforcementFault {
    pub fn code(&self) -> &'static str {
        match self {
            ReinforcementFault::NotWanted(_) => "reinforcement.not_wanted",
            ReinforcementFault::More { .. } => "reinforcement.too_many",
            ReinforcementFault::Cannot(fault) => fault.code(),
            ReinforcementFault::Hours(_) => "reinforcement.hours",
        }
    }

    pub fn field(&self) -> &'static str {
        match self {
            ReinforcementFault::NotWanted(_) => "post",
            ReinforcementFault::More { .. } | ReinforcementFault::Cannot(_) => "people",
            ReinforcementFault::Hours(_) => "hours",
        }
    }
}

/// Decides a step.
pub(in crate::domain) fn decide(
    board: &Board,
    actor: &Actor,
    step: &ReinforceStep,
    mut draft: Draft<'_>,
) -> Result<Decision, Rejection> {
    require(actor, Capability::OverrideRoster)?;
    match step {
        ReinforceStep::Send(send) => draft.reinforce(actor, send)?,
        ReinforceStep::Decline { need, reason } => {
            let wanted = wanted(board, actor, need, &draft)?;
            let reason: CompactString = reason.trim().into();
            if reason.is_empty() {
                return Err(Rejection::Empty { field: "reason" });
            }
            if reason.chars().count() > REASON_LIMIT {
                return Err(Rejection::TooLong { field: "reason", limit: REASON_LIMIT });
            }
            let (need, until) = (wanted.need, wanted.to);
            draft.push(ReinforcementDeclined { need, until, reason });
        }
    }
    Ok(draft.finish(Reply::Done))
}

/// Returns what is wanted by a need that `actor` may decide about.
fn wanted<'b>(
    board: &'b Board,
    actor: &Actor,
    need: &Need,
    draft: &Draft<'_>,
) -> Result<Wanted<'b>, Rejection> {
    if !actor.sees(need.post.area) {
        return Err(Rejection::OutsideArea(need.post.area));
    }
    let mut wanted = board.reinforcements_wanted(draft.now).into_iter();
    let found = wanted.find(|wanted| wanted.need == *need && wanted.missing() > 0);
    Ok(found.ok_or_else(|| ReinforcementFault::NotWanted(need.post.clone()))?)
}

impl Draft<'_> {
    fn reinforce(&mut self, actor: &Actor, send: &Send) -> Result<(), Rejection> {
        let board = self.board;
        let wanted = wanted(board, actor, &send.need, self)?;
        let hours = send.hours.unwrap_or(wanted.rule.hours);
        if !(1..=wanted.rule.hours).contains(&hours) {
            return Err(ReinforcementFault::Hours(wanted.rule.hours).into());
        }
        let mut people: Vec<PersonId> = Vec::new();
        for person in &send.people {
            if !people.contains(person) {
                people.push(person.clone());
            }
        }
        if people.is_empty() {
            return Err(RosterFault::Nobody.into());
        }
        let post = send.need.post.clone();
        if people.len() > usize::from(wanted.missing()) {
            return Err(ReinforcementFault::More { post, missing: wanted.missing() }.into());
        }
        let to = self.now + Duration::from_secs(u64::from(hours) * 3_600);
        let turn = Turn { post, from: self.now, to };
        for person in &people {
            if let Some(obstacle) = board.obstacle(person, &turn, None) {
                let fault = SwapFault::Cannot { person: person.clone(), obstacle };
                return Err(ReinforcementFault::Cannot(fault).into());
            }
        }
        self.seated(&turn, people.len())?;
        let mut roster = board.roster.clone();
        let reason = format!("增援：{}", wanted.rule.title);
        self.relay(&mut roster, &turn, &reason, |mut there| {
            there.extend(people.iter().cloned());
            there
        });
        self.tell_reinforcement(&wanted, &turn, &people)?;
        let (need, from) = (wanted.need, turn.from);
        self.push(ReinforcementSent { need, people, from, to });
        Ok(())
    }

    /// Refuses more people than the post has seats at any time of `turn`.
    fn seated(&self, turn: &Turn, more: usize) -> Result<(), Rejection> {
        let board = self.board;
        let seats = board.callouts.policies().and_then(|set| set.seats(&turn.post.duty));
        let Some((seats, staffing)) = seats.zip(board.roster.get(&turn.post)) else {
            return Ok(());
        };
        let held = staffing.timeline(&board.calendar, board.timezone(), turn.from, turn.to);
        let most = held.iter().map(|held| held.people.len()).max().unwrap_or_default();
        if most + more <= seats {
            return Ok(());
        }
        Err(RosterFault::MoreThanSeats { post: turn.post.clone(), named: most + more, seats }
            .into())
    }

    fn tell_reinforcement(
        &mut self,
        wanted: &Wanted<'_>,
        turn: &Turn,
        people: &[PersonId],
    ) -> Result<(), Rejection> {
        let staffing = self.board.roster.get(&turn.post);
        let title = staffing.map(|staffing| staffing.post.title.clone()).unwrap_or_default();
        let to = turn.to.local(self.board.timezone()).format("%-m月%-d日 %H:%M");
        let upon = Upon {
            kind: CalloutKind::Notice,
            subject: format_compact!("增援值守：{title}，即刻至 {to}"),
            text: wanted.rule.title.to_string(),
            severity: None,
            drill: false,
        };
        let task = CompactString::from("请立即到岗，并确认知道");
        let bearers = people.iter().map(|one| (Bearer::person(&turn.post, one), task.clone()));
        self.call_upon(&upon, bearers.collect())?;
        Ok(())
    }
}
