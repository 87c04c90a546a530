//! What people do about their own duty in a week: they ask, answer, approve and sign, and time goes by.

use jiaoying::domain::{
    actor::Role,
    callout::{obligation::StateName, policy::CalloutKind},
    command::{AnswerKind, Command, GiveAnswer},
    handover::{Side, SignHandover},
    ids::{ObligationId, PersonId, PostId, SwapId},
    swap::{AskSwap, SwapStep, Turn},
};

use super::{
    clocks::{HOUR, MINUTE, moved},
    layers::Step,
    week::{Checked, POSTS, Week, console, seat},
};

impl Week {
    /// Somebody asks a colleague to take a duty, or part of one, or the desk does so for him.
    pub fn wish(&mut self) -> Checked {
        let Some((asker, turn)) = self.duty_to_come(None) else { return Ok(()) };
        let colleague = self.somebody();
        let exchange = self.dice.chance(45);
        let other = exchange.then(|| self.duty_to_come(Some(&colleague))).flatten();
        let in_return = other.map(|(_, turn)| turn);
        let ask = match self.dice.below(10) {
            0 => Vec::new(),
            1 => vec![colleague, self.somebody()],
            _ => vec![colleague],
        };
        let by_desk = self.dice.chance(20);
        let person = by_desk.then(|| asker.clone());
        let actor =
            if by_desk { console() } else { seat(asker.as_str(), Role::Leader, Some(&asker)) };
        let wish = AskSwap { person, turn, ask, in_return, reason: "家中有事".into() };
        self.submit(&actor, Command::Swap(SwapStep::Ask(wish))).map(drop)
    }

    /// Throws somebody's duty of the next days, sometimes only part of it or a little more.
    fn duty_to_come(&mut self, of: Option<&PersonId>) -> Option<(PersonId, Turn)> {
        let (now, last) = (self.now, moved(self.now, 8 * 24 * HOUR));
        let mut duties: Vec<(PostId, Step, PersonId)> = Vec::new();
        for (post, layers) in &self.oracle.posts {
            for step in layers.steps(now, last) {
                for person in step.people.iter().filter(|person| of.is_none_or(|of| of == *person))
                {
                    duties.push((post.clone(), step.clone(), person.clone()));
                }
            }
        }
        if duties.is_empty() {
            return None;
        }
        let (post, step, person) = self.dice.pick(&duties).clone();
        let length = step.to.millis() - step.from.millis();
        let (from, to) = match self.dice.weighted(&[70, 10, 10, 5, 5]) {
            0 => (step.from, step.to),
            1 => (step.from, moved(step.from, length / 2)),
            2 => (moved(step.from, length / 2), step.to),
            3 => (step.from, moved(step.to, 6 * HOUR)),
            _ => (step.to, step.from),
        };
        Some((person, Turn { post, from, to }))
    }

    /// Somebody answers what he is asked about a duty, or says of what he has taken that he cannot after all.
    pub fn answer(&mut self) -> Checked {
        let mut asked: Vec<(ObligationId, PersonId)> = Vec::new();
        for obligation in self.board.callouts.obligations() {
            let kind = self.board.callouts.get(obligation.callout).map(|callout| callout.kind);
            let people = obligation.asked_now().iter().map(|asked| asked.person.clone());
            let open_swap = || {
                let mut open = self.board.swaps.open();
                open.any(|swap| swap.asks.iter().any(|ask| ask.obligation == obligation.id))
            };
            let wanted = match obligation.state.name() {
                StateName::Ringing => kind.is_some_and(|kind| {
                    matches!(kind, CalloutKind::Swap | CalloutKind::Notice | CalloutKind::Handover)
                }),
                StateName::Answered => kind == Some(CalloutKind::Swap) && open_swap(),
                StateName::Unreached | StateName::Withdrawn => false,
            };
            if wanted {
                let times = if kind == Some(CalloutKind::Swap) { 4 } else { 1 };
                let each = people.flat_map(|person| vec![(obligation.id, person); times]);
                asked.extend(each);
            }
        }
        if asked.is_empty() {
            return Ok(());
        }
        let (obligation, person) = self.dice.pick(&asked).clone();
        let yes = self.dice.chance(78);
        let answer = if yes { AnswerKind::Acknowledged } else { AnswerKind::Declined };
        let (note, on_behalf_of, via) = (String::new(), None, None);
        let given = GiveAnswer { obligation, answer, note, on_behalf_of, via, here: None };
        let actor = seat(person.as_str(), Role::Leader, Some(&person));
        self.submit(&actor, Command::Answer(given)).map(drop)
    }

    /// The desk decides on a change of duty, or somebody takes one back.
    pub fn decide(&mut self) -> Checked {
        let ids: Vec<SwapId> = self.board.swaps.iter().map(|swap| swap.id).collect();
        let open: Vec<SwapId> = self.board.swaps.open().map(|swap| swap.id).collect();
        let among = if open.is_empty() || self.dice.chance(10) { ids } else { open };
        if among.is_empty() {
            return Ok(());
        }
        let swap = *self.dice.pick(&among);
        let note = || "".into();
        let step = match self.dice.below(4) {
            0 | 1 => SwapStep::Approve(swap),
            2 => SwapStep::Refuse { swap, note: note() },
            _ => SwapStep::Withdraw { swap, note: note() },
        };
        let own = matches!(step, SwapStep::Withdraw { .. }) && self.dice.chance(70);
        let asker = self.board.swaps.get(swap).map(|swap| swap.asker.clone());
        let other = self.dice.chance(30).then(|| self.somebody());
        let actor = match asker.filter(|_| own).map(|asker| other.unwrap_or(asker)) {
            Some(person) => seat(person.as_str(), Role::Leader, Some(&person)),
            None => console(),
        };
        self.submit(&actor, Command::Swap(step)).map(drop)
    }

    /// Somebody signs for a desk, whether it is time or not.
    pub fn sign(&mut self) -> Checked {
        let post: PostId = self.dice.pick(&POSTS[..2]).parse().unwrap();
        let side = if self.dice.chance(50) { Side::Incoming } else { Side::Outgoing };
        let last = self.board.handovers.last(&post);
        let mut people = last.map(|last| last.people(side).to_vec()).unwrap_or_default();
        // A change of shift may also be signed for before it comes.
        for at in [self.now, moved(self.now, HOUR)] {
            people.extend(self.oracle.posts[&post].who(at).1);
        }
        if people.is_empty() || self.dice.chance(5) {
            people = vec![self.somebody()];
        }
        let person = self.dice.pick(&people).clone();
        let sign = SignHandover { post, side, person: None, note: String::new() };
        let actor = seat(person.as_str(), Role::Leader, Some(&person));
        let signed = self.submit(&actor, Command::SignHandover(sign))?;
        self.counts.signed += u64::from(signed);
        Ok(())
    }

    /// Time goes on by hours, or to the next change of shift and a little before or after.
    pub fn let_time_pass(&mut self) -> Checked {
        let next = self.oracle.posts.values().flat_map(|layers| layers.edges());
        let next = next.filter(|edge| *edge > self.now).min();
        let end = match (self.dice.below(3), next) {
            (0, Some(next)) => moved(next, MINUTE * self.dice.signed(-50, 50)),
            (1, Some(next)) => next,
            _ => moved(self.now, MINUTE * self.dice.signed(1, 22 * 60)),
        };
        // A week or a little more.
        let last = moved(self.start, 9 * 24 * HOUR);
        let end = end.max(self.now).min(last);
        self.pass(end)
    }
}
