//! Calling those whom a change of duty concerns: who could take it, who approves it, and who has to know what came of it.

use compact_str::{CompactString, format_compact};

use super::{Ask, Exchange, Obstacle, Swap, Turn};
use crate::domain::{
    actor::Actor,
    area::Extent,
    board::Board,
    callout::{obligation::Bearer, open::obliged_posts, policy::CalloutKind},
    decision::Draft,
    ids::{ObligationId, PersonId, PostId},
    rejection::Rejection,
    task::Upon,
    time::Timestamp,
};

/// Somebody who holds a post at other times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Colleague {
    pub person: PersonId,
    /// What keeps him from taking it over.
    pub obstacle: Option<Obstacle>,
}

/// Who approves a change of duty.
pub(super) enum Approver {
    /// No policy says that anybody has to: it is in force when it is taken.
    Nobody,
    /// Whoever holds this post, or the desk.
    Holder(PostId),
    Desk,
}

impl Board {
    /// Returns everybody else who may hold the post of `turn`, and what keeps them from taking it.
    pub fn colleagues_for(
        &self,
        actor: &Actor,
        person: Option<&PersonId>,
        turn: &Turn,
        now: Timestamp,
    ) -> Result<Vec<Colleague>, Rejection> {
        let asker = self.asker(actor, person, &turn.post)?;
        Ok(self.colleagues(&asker, &turn.to_come(now)?))
    }

    /// Returns everybody who may hold the post of `turn`, whoever can first, and what keeps the others from it.
    pub fn could_come(&self, turn: &Turn) -> Vec<Colleague> {
        self.holders_of(turn, |_| true)
    }

    pub(super) fn colleagues(&self, asker: &PersonId, turn: &Turn) -> Vec<Colleague> {
        self.holders_of(turn, |person| person != asker)
    }

    fn holders_of(&self, turn: &Turn, meant: impl Fn(&PersonId) -> bool) -> Vec<Colleague> {
        let Some(staffing) = self.roster.get(&turn.post) else { return Vec::new() };
        let mut found: Vec<Colleague> = Vec::new();
        for person in staffing.everybody(false).chain(staffing.everybody(true)) {
            if meant(person) && found.iter().all(|known| known.person != *person) {
                let obstacle = self.obstacle(person, turn, None);
                found.push(Colleague { person: person.clone(), obstacle });
            }
        }
        // Whoever can stands first.
        found.sort_by_key(|colleague| colleague.obstacle.is_some());
        found
    }

    /// Returns who approves: of the posts that the policy names the nearest whose holder takes no part.
    pub(super) fn approver(&self, swap: &Swap, now: Timestamp) -> Approver {
        let set = self.callouts.policies();
        let policy = set.and_then(|set| set.choose(CalloutKind::Swap, None, None));
        let Some(policy) = policy.filter(|policy| !policy.oblige.is_empty()) else {
            return Approver::Nobody;
        };
        let extent = Extent { partly: [swap.area].into(), ..Extent::default() };
        let posts = obliged_posts(self, policy, &extent).into_iter().rev();
        let mut posts = posts.map(|(post, _)| post);
        let apart = posts.find(|post| {
            let staffing = self.roster.get(post);
            let on_duty = staffing.map(|staffing| self.on_duty(staffing, now).people);
            let people = on_duty.unwrap_or_default();
            !people.is_empty() && !people.iter().any(|person| swap.concerns(person))
        });
        apart.map_or(Approver::Desk, Approver::Holder)
    }

    /// Words a turn: 县级值班员 11月25日 08:00—11月26日 08:00.
    fn told(&self, turn: &Turn) -> String {
        let at = |at: Timestamp| at.local(self.timezone()).format("%-m月%-d日 %H:%M").to_string();
        let staffing = self.roster.get(&turn.post);
        let title = staffing.map(|staffing| staffing.post.title.clone()).unwrap_or_default();
        format!("{title} {}—{}", at(turn.from), at(turn.to))
    }

    fn name_of(&self, person: &PersonId) -> CompactString {
        self.people.get(person).map(|person| person.name.clone()).unwrap_or_default()
    }
}

impl Draft<'_> {
    /// Calls everybody of `people` about a change of duty that somebody wants.
    pub(super) fn ask_colleagues(
        &mut self,
        Exchange { asker, turn, in_return }: Exchange<'_>,
        people: &[PersonId],
        reason: &str,
    ) -> Result<Vec<Ask>, Rejection> {
        let board = self.board;
        let (name, what) = (board.name_of(asker), board.told(turn));
        let subject = match in_return {
            None => format_compact!("{name}请您代班：{what}"),
            Some(_) => format_compact!("{name}请您串班：{what}"),
        };
        let other = in_return.map(|turn| format!("{name}代您值 {}。", board.told(turn)));
        let why = if reason.is_empty() { String::new() } else { format!("原因：{reason}。") };
        let text = format!("{}{why}能来请答应，不能来请说明。", other.unwrap_or_default());
        let task = CompactString::from("答应即由您值班，批准后生效");
        let bearers =
            people.iter().map(|person| (Bearer::person(&turn.post, person), task.clone()));
        let called = self.call_upon(&upon(CalloutKind::Swap, subject, text), bearers.collect())?;
        let ask = |((_, obligation), person): ((Bearer<'_>, ObligationId), &PersonId)| Ask {
            person: person.clone(),
            obligation,
            declined: false,
        };
        Ok(called.into_iter().zip(people).map(ask).collect())
    }

    /// Calls whoever approves what `taker` has taken.
    pub(super) fn ask_approver(
        &mut self,
        swap: &Swap,
        taker: &PersonId,
        post: &PostId,
    ) -> Option<ObligationId> {
        let board = self.board;
        let (asker, taker) = (board.name_of(&swap.asker), board.name_of(taker));
        let what = board.told(&swap.turn);
        let subject = format_compact!("请批准换班：{taker}代{asker}，{what}");
        let other = swap.in_return.as_ref();
        let other = other.map(|turn| format!("{asker}代{taker}值 {}。", board.told(turn)));
        let why = &swap.reason;
        let why = if why.is_empty() { String::new() } else { format!("原因：{why}。") };
        let text = format!("{}{why}", other.unwrap_or_default());
        let bearers = vec![(Bearer::holder(post), "同意请答应，不同意请拒绝".into())];
        let called = self.call_upon(&upon(CalloutKind::Swap, subject, text), bearers).ok()?;
        called.first().map(|(_, obligation)| *obligation)
    }

    /// Has `people` know what came of it: whoever believes he is off duty, or on, must not be wrong.
    pub(super) fn tell_parties(&mut self, swap: &Swap, people: &[&PersonId], came_of_it: &str) {
        let what = self.board.told(&swap.turn);
        let subject = format_compact!("{came_of_it}：{what}");
        let told = |person| (Bearer::person(&swap.turn.post, person), "请确认知道".into());
        let bearers = people.iter().map(|person| told(*person)).collect();
        let told = self.call_upon(&upon(CalloutKind::Notice, subject, String::new()), bearers);
        debug_assert!(told.is_ok(), "the policies that asked can tell");
    }
}

fn upon(kind: CalloutKind, subject: CompactString, text: String) -> Upon {
    let subject = subject.chars().take(120).collect();
    Upon { kind, subject, text, severity: None, drill: false }
}
