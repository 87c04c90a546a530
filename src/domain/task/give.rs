//! Giving tasks: one callout makes all who are given one sign for it.

use std::collections::BTreeMap;

use compact_str::CompactString;

use super::{Cause, Form};
use crate::domain::{
    actor::{Actor, Capability},
    area::Extent,
    board::{Board, require},
    callout::{
        obligation::Bearer,
        policy::{CalloutKind, Terms},
    },
    command::Reply,
    decision::{Decision, Draft},
    event::{CalloutOpened, TaskGiven},
    ids::{CalloutId, IncidentId, ObligationId, PostId, TaskId, UnitId},
    incident::Incident,
    rejection::Rejection,
    roster::{RosterFault, change::known_area},
    task::TaskFault,
    time::Timestamp,
    unit::UnitFault,
    warning::Colour,
};

/// Longest title, in characters: one line of a list.
const TITLE_LIMIT: usize = 60;
/// Longest text, in characters.
const TEXT_LIMIT: usize = 1_000;
/// Most that are given a task in one breath.
const GIVEN_LIMIT: usize = 2_000;

/// One task as it is about to be given.
pub(in crate::domain) struct NewTask {
    pub post: PostId,
    pub unit: Option<UnitId>,
    pub title: CompactString,
    pub text: String,
    pub form: Form,
    pub due_at: Timestamp,
    pub sign: Sign,
}

/// Whether its bearer is called at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::domain) enum Sign {
    /// To be signed for.
    AtOnce,
    /// Known to its bearer: called at this time if it is not done.
    Unless(Timestamp),
}

/// What several tasks have in common.
pub(in crate::domain) struct Giving {
    pub cause: Option<Cause>,
    pub on_word_of: CompactString,
    /// The callout's one line, and what those who are called are told.
    pub subject: CompactString,
    pub text: String,
    pub severity: Option<Colour>,
    pub drill: bool,
}

/// How somebody is called of whom a callout itself says that he has to answer.
pub(in crate::domain) struct Upon {
    pub kind: CalloutKind,
    pub subject: CompactString,
    pub text: String,
    pub severity: Option<Colour>,
    pub drill: bool,
}

/// Tasks given by somebody at the desk, or on a leader's word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GiveTasks {
    pub incident: Option<IncidentId>,
    pub title: CompactString,
    pub text: String,
    /// The leader whose instruction (批示) it is; empty for the desk's own.
    pub on_word_of: CompactString,
    pub to: Vec<Given>,
    pub due_at: Timestamp,
    pub severity: Option<Colour>,
    pub drill: bool,
}

/// Who is given a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Given {
    Post(PostId),
    Unit(UnitId),
}

/// Decides tasks that somebody gives.
pub(super) fn decide(
    board: &Board,
    actor: &Actor,
    given: &GiveTasks,
    mut draft: Draft<'_>,
) -> Result<Decision, Rejection> {
    require(actor, Capability::Instruct)?;
    check(given, draft.now)?;
    let incident = given.incident.map(|id| Incident::seen(board, actor, id)).transpose()?;
    let bearers = given.to.iter().map(|to| bearer(board, actor, to));
    let bearers = bearers.collect::<Result<Vec<_>, _>>()?;
    let tasks = bearers.into_iter().map(|(post, unit)| NewTask {
        post,
        unit,
        title: given.title.clone(),
        text: given.text.clone(),
        form: Form::Plain,
        due_at: given.due_at,
        sign: Sign::AtOnce,
    });
    let giving = Giving {
        cause: given.incident.map(Cause::Incident),
        on_word_of: given.on_word_of.clone(),
        subject: given.title.clone(),
        text: given.text.clone(),
        severity: given.severity.or(incident.and_then(|incident| incident.colour())),
        drill: given.drill || incident.is_some_and(|incident| incident.drill),
    };
    let ids = draft.give(&giving, tasks.collect())?;
    Ok(draft.finish(Reply::Tasks { ids }))
}

fn check(given: &GiveTasks, now: Timestamp) -> Result<(), Rejection> {
    if given.title.trim().is_empty() {
        return Err(Rejection::Empty { field: "title" });
    }
    if given.to.is_empty() {
        return Err(Rejection::Empty { field: "to" });
    }
    if given.to.len() > GIVEN_LIMIT {
        return Err(Rejection::TooLong { field: "to", limit: GIVEN_LIMIT });
    }
    let texts = [
        ("title", given.title.chars().count(), TITLE_LIMIT),
        ("text", given.text.chars().count(), TEXT_LIMIT),
        ("on_word_of", given.on_word_of.chars().count(), TITLE_LIMIT),
    ];
    if let Some((field, _, limit)) = texts.into_iter().find(|(_, length, limit)| length > limit) {
        return Err(Rejection::TooLong { field, limit });
    }
    if given.due_at <= now {
        return Err(TaskFault::DueInThePast.into());
    }
    Ok(())
}

fn bearer(board: &Board, actor: &Actor, to: &Given) -> Result<(PostId, Option<UnitId>), Rejection> {
    match to {
        Given::Post(post) => {
            known_area(board, actor, post.area)?;
            let known = board.roster.get(post).is_some();
            known
                .then(|| (post.clone(), None))
                .ok_or_else(|| RosterFault::UnknownPost(post.clone()).into())
        }
        Given::Unit(id) => {
            let unit = board.units.get(id).ok_or_else(|| UnitFault::Unknown(id.clone()))?;
            known_area(board, actor, unit.area)?;
            Ok((unit.post(), Some(id.clone())))
        }
    }
}

impl Draft<'_> {
    /// Gives tasks: one callout makes every post sign for all of its own, and one more each unit.
    pub(in crate::domain) fn give(
        &mut self,
        giving: &Giving,
        tasks: Vec<NewTask>,
    ) -> Result<Vec<TaskId>, Rejection> {
        let upon = Upon {
            kind: CalloutKind::Task,
            subject: giving.subject.clone(),
            text: giving.text.clone(),
            severity: giving.severity,
            drill: giving.drill,
        };
        let to_sign = tasks.iter().filter(|task| task.sign == Sign::AtOnce);
        let mut of_posts: BTreeMap<&PostId, Vec<&str>> = BTreeMap::new();
        for task in to_sign.filter(|task| task.unit.is_none()) {
            of_posts.entry(&task.post).or_default().push(&task.title);
        }
        let bearers = of_posts
            .iter()
            .map(|(post, titles)| (Bearer::holder(post), CompactString::from(titles.join("；"))));
        let signing: BTreeMap<PostId, ObligationId> = self
            .call_upon(&upon, bearers.collect())?
            .into_iter()
            .map(|(bearer, obligation)| (bearer.post.clone(), obligation))
            .collect();
        tasks.into_iter().map(|task| self.give_one(giving, &upon, task, &signing)).collect()
    }

    fn give_one(
        &mut self,
        giving: &Giving,
        upon: &Upon,
        task: NewTask,
        signing: &BTreeMap<PostId, ObligationId>,
    ) -> Result<TaskId, Rejection> {
        let obligation = match (task.sign, &task.unit) {
            (Sign::Unless(_), _) => None,
            (Sign::AtOnce, None) => signing.get(&task.post).copied(),
            (Sign::AtOnce, Some(unit)) => {
                let bearer = Bearer::unit(&task.post, unit);
                let called = self.call_upon(upon, vec![(bearer, task.title.clone())])?;
                called.first().map(|(_, obligation)| *obligation)
            }
        };
        let id = self.take_task();
        let remind_at = match task.sign {
            Sign::AtOnce => task.due_at,
            Sign::Unless(at) => at,
        };
        self.push(TaskGiven {
            id,
            cause: giving.cause.clone(),
            form: task.form,
            post: task.post,
            unit: task.unit,
            title: task.title,
            text: task.text,
            on_word_of: giving.on_word_of.clone(),
            due_at: task.due_at,
            remind_at,
            drill: giving.drill,
            obligation,
        });
        Ok(id)
    }

    /// Opens a callout that names those who have to answer, each with what for; none for nobody.
    pub(in crate::domain) fn call_upon<'a>(
        &mut self,
        upon: &Upon,
        bearers: Vec<(Bearer<'a>, CompactString)>,
    ) -> Result<Vec<(Bearer<'a>, ObligationId)>, Rejection> {
        if bearers.is_empty() {
            return Ok(Vec::new());
        }
        let set = self.board.callouts.policies().ok_or(Rejection::NoPolicy)?;
        let policy = set.choose(upon.kind, upon.severity, None).ok_or(Rejection::NoPolicy)?;
        let id: CalloutId = self.take_callout();
        self.begin_callout(CalloutOpened {
            id,
            kind: upon.kind,
            subject: upon.subject.clone(),
            text: upon.text.clone(),
            severity: upon.severity.or(policy.severity).unwrap_or(Colour::Orange),
            drill: upon.drill,
            extent: Extent {
                partly: bearers.iter().map(|(bearer, _)| bearer.post.area).collect(),
                ..Extent::default()
            },
            policy: policy.id.clone(),
            warning: None,
            parent: None,
        });
        let terms = Terms { set, policy };
        let bind = |(bearer, task): (Bearer<'a>, CompactString)| {
            Some((bearer, self.bind(id, terms, bearer, &task)?))
        };
        let bound: Option<Vec<_>> = bearers.into_iter().map(bind).collect();
        bound.ok_or(Rejection::NoPolicy)
    }
}
