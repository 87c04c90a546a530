//! A test of telephones (联系方式核验): a message that its owner answers, so that the number is known to be his.

use std::collections::{BTreeMap, BTreeSet};

use compact_str::CompactString;

use crate::domain::{
    actor::{Actor, Capability},
    board::{Board, require},
    callout::{obligation::Bearer, policy::CalloutKind},
    command::Reply,
    decision::{Decision, Draft},
    ids::{AreaCode, CalloutId, PersonId, PostId},
    person::Channel,
    rejection::Rejection,
    task::Upon,
    time::Timestamp,
    warning::Colour,
};

/// Most people who are tested by one callout.
pub const TESTED_MAX: usize = 2_000;

/// Asks people to show that their telephones work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestContacts {
    /// Who stands on the roster of this area and of what lies in it.
    pub area: AreaCode,
    /// Only these; everybody whose number has not been shown to work recently when empty.
    pub people: BTreeSet<PersonId>,
}

/// Why nobody is tested.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TestFault {
    /// Nobody there stands on a roster, or all of them have answered recently or are being asked.
    #[error(
        "nobody in {0} is to be tested: all who stand on the roster have answered recently or are being asked; name them to test them all the same"
    )]
    Nobody(AreaCode),
    #[error(
        "{0} does not stand on the roster there; bring the people's list up to date, or leave them out"
    )]
    NotOnRoster(PersonId),
    #[error(
        "{found} people are more than are tested at once; name an area with at most {TESTED_MAX}"
    )]
    TooMany { found: usize },
}

impl TestFault {
    pub fn code(&self) -> &'static str {
        match self {
            TestFault::Nobody(_) => "contact_test.nobody",
            TestFault::NotOnRoster(_) => "contact_test.not_on_roster",
            TestFault::TooMany { .. } => "contact_test.too_many",
        }
    }

    pub fn field(&self) -> &'static str {
        match self {
            TestFault::Nobody(_) | TestFault::TooMany { .. } => "area",
            TestFault::NotOnRoster(_) => "people",
        }
    }
}

/// Decides a test.
pub(in crate::domain) fn decide(
    board: &Board,
    actor: &Actor,
    wanted: &TestContacts,
    mut draft: Draft<'_>,
) -> Result<Decision, Rejection> {
    require(actor, Capability::OverrideRoster)?;
    if board.areas.get(wanted.area).is_none() {
        return Err(Rejection::UnknownArea(wanted.area));
    }
    if !actor.sees(wanted.area) {
        return Err(Rejection::OutsideArea(wanted.area));
    }
    let tested = board.to_be_tested(wanted, draft.now)?;
    let upon = Upon {
        kind: CalloutKind::ContactTest,
        subject: "联系方式核验".into(),
        text: "这是一次联系方式核验，不是预警。".into(),
        severity: Some(Colour::Blue),
        drill: false,
    };
    let task = CompactString::from("请确认收到，以核验您的联系方式");
    let bearers = tested.iter().map(|(person, post)| (Bearer::person(post, person), task.clone()));
    let id = CalloutId(board.callouts.next_callout());
    draft.call_upon(&upon, bearers.collect())?;
    Ok(draft.finish(Reply::Callout { id }))
}

impl Board {
    /// Returns who is tested, each with a post at which they stand on the roster.
    fn to_be_tested(
        &self,
        wanted: &TestContacts,
        now: Timestamp,
    ) -> Result<BTreeMap<&PersonId, &PostId>, TestFault> {
        let mut listed = self.on_rosters(wanted.area);
        if let Some(stranger) = wanted.people.iter().find(|person| !listed.contains_key(person)) {
            return Err(TestFault::NotOnRoster(stranger.clone()));
        }
        let asked = self.being_tested();
        let since = self.verification_needed_since(now).unwrap_or(now);
        listed.retain(|person, _| {
            let named = match wanted.people.is_empty() {
                true => self.has_telephone(person) && self.doubt(person, since).is_some(),
                false => wanted.people.contains(*person),
            };
            named && !asked.contains(person)
        });
        match listed.len() {
            0 => Err(TestFault::Nobody(wanted.area)),
            found if found > TESTED_MAX => Err(TestFault::TooMany { found }),
            _ => Ok(listed),
        }
    }

    /// Returns who may ever be on duty in `area` or stand in for somebody there, each with one of the posts.
    pub fn on_rosters(&self, area: AreaCode) -> BTreeMap<&PersonId, &PostId> {
        let mut listed = BTreeMap::new();
        for staffing in self.roster.within(area) {
            for person in staffing.everybody(false).chain(staffing.everybody(true)) {
                listed.entry(person).or_insert(&staffing.post.id);
            }
        }
        listed
    }

    fn has_telephone(&self, person: &PersonId) -> bool {
        self.people.get(person).is_some_and(|known| known.has(Channel::Voice))
    }

    /// Returns who is being asked already.
    fn being_tested(&self) -> BTreeSet<&PersonId> {
        let tests = self.callouts.open().filter(|open| open.kind == CalloutKind::ContactTest);
        let asked = tests.flat_map(|test| self.callouts.obligations_of(test, None));
        let open = asked.filter(|obligation| obligation.state.is_open());
        open.filter_map(|obligation| obligation.person.as_ref()).collect()
    }
}
