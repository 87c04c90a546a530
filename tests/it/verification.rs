//! Telephones that are shown to work: by a test or in earnest, and told of where they are not.

use jiaoying::domain::{
    actor::{Actor, Role},
    callout::{
        attempt::{Outcome, Progress},
        callouts::Callout,
        obligation::Obligation,
        policy::{CalloutKind, PolicySet},
    },
    command::{AnswerKind, Command, Reply, RosterStep},
    flaw::{Care, FlawKind, LookAhead},
    ids::{AttemptId, PersonId},
    person::Channel,
    rejection::Rejection,
    roster::Outlook,
    verification::{Doubt, Freshness, TestContacts},
};

use crate::support::county::{COUNTY, County, actor, area, person};

const SHIPPED: &str = include_str!("../../config/policies.toml");
const TOWNSHIP: &str = "990101001000";
const OFFICER: &str = "001000-duty_officer";
const LEADER: &str = "001000-lead_officer";
const DAY: u64 = 24 * 3_600;

#[test]
fn a_test_asks_each_of_whom_it_is_not_known_once_and_an_answer_shows_that_the_telephone_works() {
    let mut county = county();
    let everybody = county.doubted(TOWNSHIP);
    assert!(everybody.len() > 3, "{everybody:?}");
    let callout = county.tests(TOWNSHIP, &[]).unwrap();
    let Reply::Callout { id } = callout else { panic!("{callout:?}") };
    let asked: Vec<PersonId> =
        county.asked_to_show().iter().filter_map(|asked| asked.person.clone()).collect();
    assert_eq!(asked, everybody, "each of them once, whatever posts they hold");
    assert_eq!(county.board.callouts.get(id).unwrap().kind, CalloutKind::ContactTest);
    // While they are asked they are not asked again, also not by name.
    assert_eq!(county.tests(TOWNSHIP, &[]).unwrap_err().code(), "contact_test.nobody");
    assert_eq!(county.tests(TOWNSHIP, &[OFFICER]).unwrap_err().code(), "contact_test.nobody");

    // Whoever answers a text has the telephone of that number in his hand.
    county.reports_of(OFFICER, Channel::Sms, Outcome::Replied { text: "1".into() });
    assert!(!county.doubted(TOWNSHIP).contains(&OFFICER.parse().unwrap()));
    // A telephone of another number has yet to ring.
    let mut other = county.board.people.get(&LEADER.parse().unwrap()).unwrap().clone();
    let voice = other.contacts.iter_mut().find(|contact| contact.channel == Channel::Voice);
    voice.unwrap().address = "13900000002".into();
    county.must(Command::Roster(RosterStep::SavePeople(vec![other])));
    county.reports_of(LEADER, Channel::Sms, Outcome::Replied { text: "1".into() });
    assert!(county.doubted(TOWNSHIP).contains(&LEADER.parse().unwrap()));
    county.tests(TOWNSHIP, &[LEADER]).unwrap();
    county.pass(1_801);
    county.reports_of(LEADER, Channel::Voice, Outcome::KeyPressed { key: '1' });
    assert!(!county.doubted(TOWNSHIP).contains(&LEADER.parse().unwrap()));
    assert!(county.replayed() == county.board);
}

#[test]
fn what_is_answered_in_earnest_shows_it_as_well_and_what_rings_in_vain_does_not() {
    let mut county = county();
    county.red();
    for outcome in [Outcome::Voicemail, Outcome::NoAnswer] {
        county.reports_of(LEADER, Channel::Voice, outcome);
        assert_eq!(county.doubt(LEADER), Some(Doubt::Unverified));
        county.pass(91);
    }
    county.reports_of(LEADER, Channel::Voice, Outcome::HeardInFull);
    assert_eq!(county.doubt(LEADER), None);
    // Three months later it is still known, a year later it is not.
    county.pass(90 * DAY);
    assert_eq!(county.doubt(LEADER), None);
    county.pass(276 * DAY);
    assert_eq!(county.doubt(LEADER), Some(Doubt::Unverified));
}

#[test]
fn a_number_that_was_changed_or_that_does_not_exist_has_to_be_shown_anew() {
    let mut county = county();
    county.shows(OFFICER);
    let mut same = county.board.people.get(&OFFICER.parse().unwrap()).unwrap().clone();
    same.name = "改名".into();
    county.must(Command::Roster(RosterStep::SavePeople(vec![same.clone()])));
    assert_eq!(county.doubt(OFFICER), None, "it is his name that is new, not his number");
    let voice = same.contacts.iter_mut().find(|contact| contact.channel == Channel::Voice);
    voice.unwrap().address = "13900000001".into();
    county.must(Command::Roster(RosterStep::SavePeople(vec![same])));
    assert_eq!(county.doubt(OFFICER), Some(Doubt::Unverified));
    county.shows(OFFICER);
    county.tests(TOWNSHIP, &[OFFICER]).unwrap();
    county.pass(1_801);
    let gone = Outcome::Failed { reason: "空号".into(), lasting: true };
    county.reports_of(OFFICER, Channel::Voice, gone);
    assert_eq!(county.doubt(OFFICER), Some(Doubt::Dead));
    county.shows(OFFICER);
    assert_eq!(county.doubt(OFFICER), None, "it exists after all");
}

#[test]
fn who_is_on_duty_and_has_not_been_reached_is_a_flaw_of_the_roster_until_he_has() {
    let mut county = county();
    county.looks_at_telephones();
    let unverified = |county: &County| -> Vec<String> {
        let flaws = county.board.flaws.iter();
        let flaws = flaws.filter(|flaw| flaw.place.flaw == FlawKind::Unverified);
        flaws.map(|flaw| flaw.first.person.as_ref().unwrap().to_string()).collect()
    };
    assert!(unverified(&county).contains(&OFFICER.to_owned()), "{:?}", unverified(&county));
    assert!(county.told_of_numbers().iter().any(|one| one.subject.ends_with("的号码未核验")));
    for one in county.doubted(COUNTY) {
        county.shows(one.as_str());
    }
    county.looks_at_telephones();
    assert!(unverified(&county).is_empty());
    let told = county.told_of_numbers();
    assert!(told.iter().all(|one| !one.is_open()), "nobody is called about what is right again");
    // Without the rule nobody is doubted.
    county.must(Command::AdoptPolicies(toml::from_str(SHIPPED).unwrap()));
    county.looks_at_telephones();
    assert!(unverified(&county).is_empty());
}

#[test]
fn a_test_is_refused_by_whose_it_is_not_and_of_whom_it_cannot_be() {
    let mut county = county();
    county.must(Command::Roster(RosterStep::SavePeople(vec![person("stranger", TOWNSHIP)])));
    let refused = county.tests(TOWNSHIP, &["stranger"]).unwrap_err();
    assert_eq!((refused.code(), refused.field()), ("contact_test.not_on_roster", Some("people")));
    let refused = county.tests("990101777000", &[]).unwrap_err();
    assert_eq!(refused.code(), "area.unknown");
    let seq = county.board.seq;
    let test = TestContacts { area: area(), people: [].into() };
    let leader = actor("leader", Role::Leader);
    let refused = county.submit(&leader, Command::TestContacts(test.clone())).unwrap_err();
    assert_eq!(refused.code(), "access.not_allowed");
    let elsewhere = Actor { area: TOWNSHIP.parse().unwrap(), ..actor("desk", Role::Dispatcher) };
    assert!(county.submit(&elsewhere, Command::TestContacts(test)).is_err());
    assert_eq!(county.board.seq, seq);
    let mut set: PolicySet = toml::from_str(SHIPPED).unwrap();
    let wrong = Freshness { good_days: 0, refiled_by: None, refile_days: 60 };
    set.roster = set.roster.map(|care| Care { verified: Some(wrong), ..care });
    assert!(set.check().unwrap_err().to_string().contains("good_days is 1 to 3660"));
}

/// A county whose numbers are good for a year.
fn county() -> County {
    let mut set: PolicySet = toml::from_str(SHIPPED).unwrap();
    let year = Freshness { good_days: 365, refiled_by: None, refile_days: 60 };
    set.roster = set.roster.map(|care| Care { verified: Some(year), ..care });
    let mut county = County::found(SHIPPED, 1, 1);
    county.must(Command::AdoptPolicies(set));
    county
}

impl County {
    fn tests(&mut self, of: &str, people: &[&str]) -> Result<Reply, Rejection> {
        let people = people.iter().map(|id| id.parse().unwrap()).collect();
        let test = TestContacts { area: of.parse().unwrap(), people };
        self.submit(&actor("dispatcher", Role::Dispatcher), Command::TestContacts(test))
    }

    fn doubt(&self, who: &str) -> Option<Doubt> {
        let since = self.board.verification_needed_since(self.now).unwrap();
        self.board.doubt(&who.parse().unwrap(), since)
    }

    /// Returns who may be on duty in an area and has not been shown to be reached, by id.
    fn doubted(&self, of: &str) -> Vec<PersonId> {
        let listed = self.board.on_rosters(of.parse().unwrap()).into_keys();
        listed.filter(|id| self.doubt(id.as_str()).is_some()).cloned().collect()
    }

    fn told_of_numbers(&self) -> Vec<&Callout> {
        let callouts = self.board.callouts.iter();
        callouts.filter(|callout| callout.kind == CalloutKind::Roster).collect()
    }

    fn asked_to_show(&self) -> Vec<&Obligation> {
        let kind = |id| self.board.callouts.get(id).map(|callout| callout.kind);
        let all = self.board.callouts.obligations();
        all.filter(|one| kind(one.callout) == Some(CalloutKind::ContactTest)).collect()
    }

    /// Reports the newest attempt to reach somebody on a channel that has been made.
    #[track_caller]
    fn reports_of(&mut self, who: &str, channel: Channel, outcome: Outcome) {
        let who: PersonId = who.parse().unwrap();
        let attempts = self.board.callouts.obligations().flat_map(|one| {
            one.attempts
                .iter()
                .map(|made| (AttemptId { obligation: one.id, number: made.id.number }, made))
        });
        let mut made = attempts.filter(|(_, made)| {
            made.person == who && made.channel == channel && made.progress == Progress::Started
        });
        let attempt = made.next_back().map(|(attempt, _)| attempt);
        drop(made);
        let attempt = attempt.expect("an attempt that was made");
        self.record(attempt, outcome);
    }

    /// Lets somebody answer a test by telephone.
    fn shows(&mut self, who: &str) {
        let open = self.asked_to_show().into_iter().filter(|one| one.state.is_open());
        let open: Vec<_> = open
            .filter(|one| one.person.as_ref().is_some_and(|one| one.as_str() == who))
            .map(|one| one.id)
            .collect();
        for id in open {
            self.answer_as(who, id, AnswerKind::Acknowledged).unwrap();
        }
        let post = self.board.on_rosters(area())[&who.parse::<PersonId>().unwrap()].clone();
        self.tests(&post.area.to_string(), &[who]).unwrap();
        self.pass(1_801);
        self.reports_of(who, Channel::Voice, Outcome::KeyPressed { key: '1' });
    }

    fn looks_at_telephones(&mut self) {
        let care = self.board.callouts.policies().unwrap().roster.clone().unwrap();
        let until = self.now + std::time::Duration::from_secs(DAY * u64::from(care.ahead_days));
        let outlook = Outlook::of(&self.board).doubting(self.board.doubts(self.now));
        let look = LookAhead::of(outlook.inspect(area(), self.now, until), &care);
        self.submit(&Actor::node(area()), Command::NoteFlaws(look)).unwrap();
    }
}
