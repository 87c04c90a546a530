//! Words for a story: given this roster, when that happens, then the board says so.

use std::time::Duration;

use jiaoying::domain::{
    actor::Role,
    callout::{
        attempt::{Outcome, Planned, Progress},
        obligation::{Handed, Obligation, State, Step},
        policy::{Ladder, Policy, PolicySet},
    },
    command::{AddOverride, AnswerKind, Command, Reply, RosterStep},
    event::{CalloutEvent, Entry, Event},
    ids::{AttemptId, CalloutId, ObligationId, PersonId, PostId},
    person::{Channel, Person},
    rejection::Rejection,
    roster::Post,
    time::Timestamp,
    warning::{Colour, Message},
};

use super::county::{COUNTY, County, actor, alert, by_hand};

/// The post that most stories are about, and who holds it.
pub const VILLAGE: &str = "990101001001/village_duty";
pub const HOLDER: &str = "001001-village_duty";
pub const DEPUTY: &str = "001001-village_duty-b";
/// The second village of the first township.
pub const NEIGHBOUR: &str = "990101001002/village_duty";
/// Who is handed what the township's villages leave unanswered: first the one, then the other.
pub const CLERK: &str = "001000-duty_officer";
pub const HEAD: &str = "001000-township_head";

/// How long a telephone rings before nobody has answered.
const RINGS: Duration = Duration::from_secs(30);

/// Returns the policies that the stories of the rules are told with; see `policies.toml` beside this.
pub fn policies() -> PolicySet {
    toml::from_str(include_str!("policies.toml")).unwrap()
}

pub fn policy<'s>(set: &'s mut PolicySet, id: &str) -> &'s mut Policy {
    set.policies.iter_mut().find(|policy| policy.id == id).unwrap()
}

pub fn ladder<'s>(set: &'s mut PolicySet, name: &str) -> &'s mut Ladder {
    set.ladders.iter_mut().find(|ladder| ladder.name == name).unwrap()
}

/// Given.
impl County {
    /// Founds a county of one township under the small policies.
    pub fn small(villages: u64) -> Self {
        Self::under(policies(), villages)
    }

    /// Founds a county of one township under `set`.
    pub fn under(set: PolicySet, villages: u64) -> Self {
        Self::found(&toml::to_string(&set).unwrap(), 1, villages)
    }

    /// Founds a county under `set` although it could call nobody somewhere: adopted before there are
    /// posts, and without the faults that the county's own check would find.
    pub fn unchecked(set: PolicySet, villages: u64) -> Self {
        let mut county = Self::small(villages);
        let policies = jiaoying::domain::event::PoliciesAdopted { policies: set };
        county.happen(Event::PoliciesAdopted(policies));
        county
    }

    pub fn change_post(&mut self, post: &str, change: impl FnOnce(&mut Post)) {
        let id: PostId = post.parse().unwrap();
        let mut post = self.board.roster.get(&id).unwrap().post.clone();
        change(&mut post);
        self.must(Command::Roster(RosterStep::SavePosts(vec![post])));
    }

    /// Gives `post` to `people` and nobody else.
    pub fn hold(&mut self, post: &str, people: &[&str]) {
        self.change_post(post, |post| post.holders = ids(people));
    }

    pub fn deputies(&mut self, post: &str, people: &[&str]) {
        self.change_post(post, |post| post.deputies = ids(people));
    }

    pub fn change_person(&mut self, id: &str, change: impl FnOnce(&mut Person)) {
        let mut person = self.board.people.get(&id.parse().unwrap()).unwrap().clone();
        change(&mut person);
        self.must(Command::Roster(RosterStep::SavePeople(vec![person])));
    }

    /// Takes every address on `channel` from `person`.
    pub fn cut(&mut self, person: &str, channel: Channel) {
        self.change_person(person, |person| person.contacts.retain(|c| c.channel != channel));
    }

    /// Puts `person` on `post` from `from_s` to `to_s` seconds from now.
    pub fn stand_in(&mut self, post: &str, person: &str, from_s: i64, to_s: i64) -> Reply {
        let at = |s: i64| Timestamp::from_millis(self.now.millis() + s * 1000);
        self.must(Command::Roster(RosterStep::AddOverride(AddOverride {
            post: post.parse().unwrap(),
            from: at(from_s),
            to: at(to_s),
            people: ids(&[person]),
            reason: "代班".into(),
        })))
    }
}

/// When.
impl County {
    /// Accepts `message` and returns the callout it acts on.
    #[track_caller]
    pub fn called_out(&mut self, message: Message) -> CalloutId {
        let reply = self.warn(message);
        let Reply::Warning { callouts, .. } = &reply else { panic!("{reply:?}") };
        assert_eq!(callouts.len(), 1, "{reply:?}");
        callouts[0]
    }

    /// Accepts an orange warning for the whole county: one obligation for each village.
    pub fn orange(&mut self) -> CalloutId {
        self.called_out(alert("n1", Colour::Orange, &[COUNTY]))
    }

    /// Opens a callout of the county's own three posts.
    pub fn desk(&mut self) -> CalloutId {
        let reply = self.open_by_hand(by_hand("防汛会商", None)).unwrap();
        let Reply::Callout { id } = reply else { panic!("{reply:?}") };
        id
    }

    /// `person` says on his own page that he has heard, for the obligation on `post`.
    #[track_caller]
    pub fn answer(&mut self, person: &str, post: &str) -> Reply {
        let id = self.at(post).id;
        self.answer_as(person, id, AnswerKind::Acknowledged).unwrap()
    }

    #[track_caller]
    pub fn decline(&mut self, person: &str, post: &str) -> Reply {
        let id = self.at(post).id;
        self.answer_as(person, id, AnswerKind::Declined).unwrap()
    }

    /// The channel reports of the call to `person` that is being made.
    #[track_caller]
    pub fn report(&mut self, person: &str, channel: Channel, outcome: Outcome) {
        let call = self.call_to(person, channel);
        self.record(call, outcome);
    }

    #[track_caller]
    pub fn press(&mut self, person: &str, key: char) {
        self.report(person, Channel::Voice, Outcome::KeyPressed { key });
    }

    /// The channels report the same of every call that is being made.
    pub fn report_all(&mut self, outcome: Outcome) {
        let calls: Vec<AttemptId> = self.board.callouts.in_flight().map(|call| call.id).collect();
        for call in calls {
            self.record(call, outcome.clone());
        }
    }

    /// Lets time pass while every telephone rings 30 s in vain and every text arrives unread.
    pub fn sleep(&mut self, seconds: u64) {
        let end = self.now + Duration::from_secs(seconds);
        loop {
            self.send_texts();
            let due = self.board.next_deadline();
            let rung_out = self.calling(Channel::Voice).first().map(|call| call.0 + RINGS);
            let Some(next) = due.into_iter().chain(rung_out).min().filter(|at| *at <= end) else {
                break;
            };
            self.now = self.now.max(next);
            for (_, call) in self.rung_out() {
                self.record(call, Outcome::NoAnswer);
            }
            self.must(Command::Elapse);
        }
        self.now = end;
    }

    fn send_texts(&mut self) {
        for channel in [Channel::App, Channel::Sms] {
            for (_, call) in self.calling(channel) {
                self.record(call, Outcome::Sent);
                self.record(call, Outcome::Delivered);
            }
        }
    }

    fn rung_out(&self) -> Vec<(Timestamp, AttemptId)> {
        let calls = self.calling(Channel::Voice);
        calls.into_iter().filter(|(since, _)| *since + RINGS <= self.now).collect()
    }

    /// Submits as somebody of `role` for the whole county.
    pub fn as_role(&mut self, role: Role, command: Command) -> Result<Reply, Rejection> {
        self.submit(&actor(role.as_str(), role), command)
    }
}

/// Then.
impl County {
    /// Returns the calls that are being made by `channel`, the longest first, and since when.
    pub fn calling(&self, channel: Channel) -> Vec<(Timestamp, AttemptId)> {
        let flying = self.board.callouts.in_flight().filter(|a| a.channel == channel);
        let mut calls: Vec<_> = flying.map(|a| (a.started_at.unwrap(), a.id)).collect();
        calls.sort();
        calls
    }

    /// Returns the call by `channel` to `person` that is being made.
    #[track_caller]
    pub fn call_to(&self, person: &str, channel: Channel) -> AttemptId {
        let mut flying = self.board.callouts.in_flight();
        let call = flying.find(|a| a.person.as_str() == person && a.channel == channel);
        call.unwrap_or_else(|| panic!("no call by {channel} to {person}")).id
    }

    /// Returns whose telephones ring now, in the order of their names.
    pub fn phones(&self) -> Vec<String> {
        let flying = self.board.callouts.in_flight().filter(|a| a.channel == Channel::Voice);
        let mut people: Vec<String> = flying.map(|a| a.person.to_string()).collect();
        people.sort();
        people
    }

    /// Returns how many calls by `channel` have been made to `person`, those under way included.
    pub fn calls(&self, person: &str, channel: Channel) -> usize {
        let tried = self.tried(person, channel);
        tried.iter().filter(|a| a.progress != Progress::Queued && !a.notice).count()
    }

    /// Returns how many notices `person` has been sent or is to be sent.
    pub fn notices(&self, person: &str) -> usize {
        let channels = Channel::ALL.into_iter();
        let tried = channels.flat_map(|channel| self.tried(person, channel));
        tried.filter(|attempt| attempt.notice).count()
    }

    /// Returns in whose hands the unreached obligation on `post` is.
    #[track_caller]
    pub fn hands(&self, post: &str) -> String {
        handed(self.at(post)).to.as_ref().map(PersonId::to_string).unwrap_or_default()
    }

    /// Returns the errand that makes a human answer for the obligation on `post`.
    #[track_caller]
    pub fn errand(&self, post: &str) -> &Obligation {
        let errand = handed(self.at(post)).errand.expect("an errand");
        self.obligation(errand)
    }

    #[track_caller]
    pub fn obligation(&self, id: ObligationId) -> &Obligation {
        self.board.callouts.obligation(id).unwrap()
    }

    /// Returns what has happened to `post` as lines `seconds since the callout · what`, and nothing else.
    pub fn story_of(&self, post: &str) -> Vec<String> {
        let id = self.at(post).id;
        let since = self.obligation(id).opened_at;
        let line = |entry: &Entry| {
            let told = tell(&entry.event, id)?;
            Some(format!("{:>4} {told}", entry.at.since(since).as_secs()))
        };
        self.journal.iter().filter_map(line).collect()
    }
}

fn ids(people: &[&str]) -> Vec<PersonId> {
    people.iter().map(|person| person.parse().unwrap()).collect()
}

#[track_caller]
fn handed(obligation: &Obligation) -> &Handed {
    let State::Unreached { handed, .. } = &obligation.state else { panic!("{obligation:#?}") };
    handed
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the rest is no part of an obligation's story")]
fn tell(event: &Event, id: ObligationId) -> Option<String> {
    match event {
        Event::Callout(CalloutEvent::ObligationOpened(e)) if e.id == id => {
            Some(format!("opened: {}", rung(&e.step)))
        }
        Event::Callout(CalloutEvent::ObligationEscalated(e)) if e.id == id => {
            Some(format!("{}: {}", name(&e.reason), rung(&e.step)))
        }
        Event::Callout(CalloutEvent::ObligationMoved(e)) if e.id == id => {
            Some(format!("moved from {}: {}", people(&e.gone), rung(&e.step)))
        }
        Event::Callout(CalloutEvent::ObligationDeclined(e)) if e.id == id => {
            Some(format!("{} cannot come", e.person))
        }
        Event::Callout(CalloutEvent::ObligationAnswered(e)) if e.id == id => {
            let answer = &e.answer;
            let who = answer.person.as_ref().map_or(answer.name.to_string(), |p| p.to_string());
            let by = answer.entered_by.as_ref().map_or(String::new(), |by| format!(" by {by}"));
            let late = if answer.late { " late" } else { "" };
            Some(format!("answered: {who}{by} via {}{late}", name(&answer.via)))
        }
        Event::Callout(CalloutEvent::ObligationUnreached(e)) if e.id == id => {
            let to = e.handed.to.as_ref().map_or("nobody".to_owned(), |to| to.to_string());
            Some(format!("{}: unreached, handed to {to}{}", name(&e.reason), skips(&e.skipped)))
        }
        Event::Callout(CalloutEvent::ObligationHandedOn(e)) if e.id == id => {
            let to = e.handed.to.as_ref().map_or("nobody".to_owned(), |to| to.to_string());
            Some(format!("handed on to {to}"))
        }
        Event::Callout(CalloutEvent::ObligationWithdrawn(e)) if e.id == id => {
            Some(format!("withdrawn: {}{}", name(&e.reason), plans(", notice to", &e.notices)))
        }
        Event::Callout(CalloutEvent::ObligationTold(e)) if e.id == id => {
            Some(plans("told:", &e.notices))
        }
        Event::Callout(CalloutEvent::AttemptStarted(e)) if e.id.obligation == id => {
            Some(format!("{} to {}", e.channel, e.person))
        }
        Event::Callout(CalloutEvent::AttemptRecorded(e)) if e.id.obligation == id => {
            let retry = e
                .retry
                .as_ref()
                .map_or(String::new(), |retry| format!(", again in {} s", retry.after_ms / 1000));
            Some(format!("{} to {}: {}{retry}", e.channel, e.person, result(&e.outcome)))
        }
        _ => None,
    }
}

fn rung(step: &Step) -> String {
    let number = step.rung;
    format!("rung {number} {}{}", people(&step.people), skips(&step.skipped))
}

fn people(people: &[PersonId]) -> String {
    if people.is_empty() {
        return "nobody".to_owned();
    }
    people.iter().map(PersonId::as_str).collect::<Vec<_>>().join(" ")
}

fn skips(skipped: &[jiaoying::domain::callout::obligation::Skipped]) -> String {
    let one = |s: &jiaoying::domain::callout::obligation::Skipped| {
        format!(", skipped {} {}", s.rung, name(&s.reason))
    };
    skipped.iter().map(one).collect()
}

fn plans(intro: &str, planned: &[Planned]) -> String {
    let one = |plan: &Planned| format!(" {} {}", plan.channel, plan.person);
    if planned.is_empty() {
        return String::new();
    }
    format!("{intro}{}", planned.iter().map(one).collect::<String>())
}

/// Returns a value's name as the journal writes it.
fn name(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value).unwrap().as_str().map_or("desk".to_owned(), str::to_owned)
}

fn result(outcome: &Outcome) -> String {
    let value = serde_json::to_value(outcome).unwrap();
    value["result"].as_str().unwrap().to_owned()
}
