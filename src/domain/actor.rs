//! Who acts, and what a role lets them do.
//!
//! A role names a seat in the command centre, not a rank; how far it reaches is the actor's area.
//! One list per role says everything it may do, so a new role does not compile without one.

use std::{fmt, str::FromStr};

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::ids::{AreaCode, PersonId};

/// What kind of seat somebody acts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Commands (指挥长): everything but administration.
    Commander,
    /// Works the desk (调度员): warnings, callouts, answers on behalf, substitutes on the roster.
    Dispatcher,
    /// Is woken (带班领导): answers what rests on him and sees his area.
    Leader,
    /// A wall display (大屏): sees, without phone numbers, and touches nothing.
    Screen,
    /// A machine that brings warnings, positions and receipts.
    Gateway,
    /// Keeps accounts, people, roster and policies, and commands nobody.
    Admin,
    /// This program itself: deadlines, gauges, receipts. No account can have it.
    Node,
}

/// One thing a role may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Capability {
    /// Accept, update and cancel warnings.
    IssueWarnings,
    /// Word what the public is to be told of a warning.
    DraftBulletins,
    /// Let it go out, or not.
    ApproveBulletins,
    /// Take up what a warning suggests, or turn it down.
    DecideSuggestions,
    /// Start, raise, lower and end responses (启动、提级、降级、终止).
    DecideResponse,
    /// Open and withdraw callouts and spot checks.
    OpenCallouts,
    /// Run incidents: teams, supplies, orders.
    Dispatch,
    /// Give posts and units tasks (指令, 批示), and take them back.
    Instruct,
    /// Sign what is reported to the levels above (签发).
    SignReports,
    /// Answer the obligations that rest on oneself.
    Answer,
    /// Answer for somebody else who was reached by hand (代应答).
    AnswerOnBehalf,
    /// Put a substitute or a swap into the roster (代班, 串班).
    OverrideRoster,
    /// Change rotations, posts and people.
    EditRoster,
    /// Change what stands and moves on the map: units and sites.
    EditResources,
    /// Keep accounts, tokens, areas and policies.
    Administer,
    /// See the phone numbers of people in the own area.
    SeePhoneNumbers,
    /// Read the journal.
    ReadJournal,
    /// Report where units are.
    ReportPositions,
    /// Report what gauges show.
    ReportReadings,
    /// Report where satellites see fires.
    ReportHotSpots,
    /// Report what became of a call or message.
    ReportReceipts,
}

use Capability::*;

/// Writes what it is, as it follows "may not".
impl fmt::Display for Capability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            IssueWarnings => "issue warnings",
            DraftBulletins => "word what the public is told",
            ApproveBulletins => "approve what the public is told",
            DecideSuggestions => "decide what a warning suggests",
            DecideResponse => "decide on a response",
            OpenCallouts => "open or withdraw callouts",
            Dispatch => "run incidents",
            Instruct => "give tasks",
            SignReports => "sign reports",
            Answer => "answer",
            AnswerOnBehalf => "answer on behalf of somebody else",
            OverrideRoster => "put substitutes into the roster",
            EditRoster => "change posts, people and rotations",
            EditResources => "change units and sites",
            Administer => "keep accounts, areas and policies",
            SeePhoneNumbers => "see phone numbers",
            ReadJournal => "read the journal",
            ReportPositions => "report positions",
            ReportReadings => "report readings",
            ReportHotSpots => "report hot spots",
            ReportReceipts => "report receipts",
        })
    }
}

impl Role {
    /// The roles an account or a machine token can have.
    pub const FOR_ACCOUNTS: [Role; 6] =
        [Role::Commander, Role::Dispatcher, Role::Leader, Role::Screen, Role::Gateway, Role::Admin];

    /// Returns everything this role may do.
    ///
    /// An administrator may answer: he can be on duty like anybody, and no answer of the person who
    /// is called is ever refused because of his role.
    pub fn capabilities(self) -> &'static [Capability] {
        match self {
            Role::Commander => &[
                IssueWarnings,
                DraftBulletins,
                ApproveBulletins,
                DecideSuggestions,
                DecideResponse,
                OpenCallouts,
                Dispatch,
                Instruct,
                SignReports,
                Answer,
                AnswerOnBehalf,
                OverrideRoster,
                SeePhoneNumbers,
                ReadJournal,
                ReportHotSpots,
            ],
            Role::Dispatcher => &[
                IssueWarnings,
                DraftBulletins,
                OpenCallouts,
                Dispatch,
                Instruct,
                Answer,
                AnswerOnBehalf,
                OverrideRoster,
                SeePhoneNumbers,
                ReadJournal,
                ReportHotSpots,
            ],
            Role::Leader => &[
                ApproveBulletins,
                DecideSuggestions,
                DecideResponse,
                Instruct,
                SignReports,
                Answer,
                SeePhoneNumbers,
            ],
            Role::Screen => &[],
            Role::Gateway => {
                &[IssueWarnings, ReportPositions, ReportReadings, ReportHotSpots, ReportReceipts]
            }
            Role::Admin => &[
                Answer,
                OverrideRoster,
                EditRoster,
                EditResources,
                Administer,
                SeePhoneNumbers,
                ReadJournal,
            ],
            Role::Node => &[
                IssueWarnings,
                OpenCallouts,
                SeePhoneNumbers,
                ReadJournal,
                ReportPositions,
                ReportReadings,
                ReportReceipts,
            ],
        }
    }

    pub fn may(self, capability: Capability) -> bool {
        self.capabilities().contains(&capability)
    }

    pub fn may_issue_warnings(self) -> bool {
        self.may(IssueWarnings)
    }

    pub fn may_open_callouts(self) -> bool {
        self.may(OpenCallouts)
    }

    /// Tells whether this role runs incidents: assigns teams, issues supplies, gives orders.
    pub fn may_dispatch(self) -> bool {
        self.may(Dispatch)
    }

    /// Tells whether this role may answer what rests on its own person.
    pub fn may_answer(self) -> bool {
        self.may(Answer)
    }

    pub fn may_answer_on_behalf(self) -> bool {
        self.may(AnswerOnBehalf)
    }

    /// Tells whether this role may put substitutes and swaps into the roster.
    pub fn may_override_roster(self) -> bool {
        self.may(OverrideRoster)
    }

    /// Tells whether this role may change rotations, posts and people.
    pub fn may_edit_roster(self) -> bool {
        self.may(EditRoster)
    }

    /// Tells whether this role may change units and sites.
    pub fn may_edit_resources(self) -> bool {
        self.may(EditResources)
    }

    pub fn may_administer(self) -> bool {
        self.may(Administer)
    }

    /// Tells whether this role sees phone numbers at all; whose is [`Actor::phone_numbers`].
    pub fn may_see_phone_numbers(self) -> bool {
        self.may(SeePhoneNumbers)
    }

    pub fn may_read_journal(self) -> bool {
        self.may(ReadJournal)
    }

    pub fn may_report_positions(self) -> bool {
        self.may(ReportPositions)
    }

    pub fn may_report_receipts(self) -> bool {
        self.may(ReportReceipts)
    }

    /// Tells whether nothing this role sends can change anything.
    pub fn is_read_only(self) -> bool {
        let reads = [SeePhoneNumbers, ReadJournal];
        self.capabilities().iter().all(|capability| reads.contains(capability))
    }

    /// Returns the name used in settings, on the wire and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Commander => "commander",
            Role::Dispatcher => "dispatcher",
            Role::Leader => "leader",
            Role::Screen => "screen",
            Role::Gateway => "gateway",
            Role::Admin => "admin",
            Role::Node => "node",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Why a text is not a role.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a role: use commander, dispatcher, leader, screen, gateway or admin")]
pub struct NotARole;

/// Reads the roles an account can have, and only those.
impl FromStr for Role {
    type Err = NotARole;

    fn from_str(text: &str) -> Result<Self, NotARole> {
        Role::FOR_ACCOUNTS.into_iter().find(|role| role.as_str() == text).ok_or(NotARole)
    }
}

/// Whose phone numbers somebody sees, always within the own area.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PhoneNumbers {
    Hidden,
    /// Of those who are on duty now.
    OfPeopleOnDuty,
    OfEverybody,
}

/// Somebody, or something, that gives commands: what the record names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    pub login: CompactString,
    pub role: Role,
    pub area: AreaCode,
    /// The person behind the login at this moment; a machine has none.
    pub person: Option<PersonId>,
}

impl Actor {
    const NODE: &'static str = "node";
    const CONSOLE: &'static str = "console";
    /// What the login of a source begins with that is asked.
    pub const SOURCE: &'static str = "source:";

    /// Returns the program itself, as the one who lets deadlines pass and records receipts.
    pub fn node(jurisdiction: AreaCode) -> Self {
        Self::machine(Self::NODE, Role::Node, jurisdiction)
    }

    /// Returns a source of warnings that this program asks by itself. No account can have such a login.
    pub fn source(name: &str, jurisdiction: AreaCode) -> Self {
        let login = compact_str::format_compact!("{}{name}", Self::SOURCE);
        Self { login, role: Role::Gateway, area: jurisdiction, person: None }
    }

    /// Returns whoever works at the command line of the machine: the root of all authority.
    pub fn console(jurisdiction: AreaCode) -> Self {
        Self::machine(Self::CONSOLE, Role::Admin, jurisdiction)
    }

    /// Tells whether `login` stands for the program in the record, so that nobody may bear it.
    pub fn is_reserved(login: &str) -> bool {
        [Self::NODE, Self::CONSOLE].contains(&login)
    }

    /// Tells whether `area` is this actor's area or lies in it.
    pub fn sees(&self, area: AreaCode) -> bool {
        self.area.contains(area)
    }

    /// Returns whose phone numbers this actor sees within the own area.
    pub fn phone_numbers(&self) -> PhoneNumbers {
        match self.role {
            Role::Commander | Role::Dispatcher | Role::Admin | Role::Node => {
                PhoneNumbers::OfEverybody
            }
            Role::Leader => PhoneNumbers::OfPeopleOnDuty,
            Role::Screen | Role::Gateway => PhoneNumbers::Hidden,
        }
    }

    fn machine(login: &'static str, role: Role, area: AreaCode) -> Self {
        Self { login: CompactString::const_new(login), role, area, person: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Row = (&'static str, fn(Role) -> bool, &'static str);

    /// Rows: what may be done. Columns: commander, dispatcher, leader, screen, gateway, admin, node.
    const MATRIX: [Row; 14] = [
        ("issue warnings", Role::may_issue_warnings, "yes yes  .   .  yes  .  yes"),
        ("open callouts", Role::may_open_callouts, "yes yes  .   .   .   .  yes"),
        ("dispatch", Role::may_dispatch, "yes yes  .   .   .   .   . "),
        ("answer", Role::may_answer, "yes yes yes  .   .  yes  . "),
        ("answer on behalf", Role::may_answer_on_behalf, "yes yes  .   .   .   .   . "),
        ("override roster", Role::may_override_roster, "yes yes  .   .   .  yes  . "),
        ("edit roster", Role::may_edit_roster, " .   .   .   .   .  yes  . "),
        ("edit resources", Role::may_edit_resources, " .   .   .   .   .  yes  . "),
        ("administer", Role::may_administer, " .   .   .   .   .  yes  . "),
        ("see phone numbers", Role::may_see_phone_numbers, "yes yes yes  .   .  yes yes"),
        ("read journal", Role::may_read_journal, "yes yes  .   .   .  yes yes"),
        ("report positions", Role::may_report_positions, " .   .   .   .  yes  .  yes"),
        ("report receipts", Role::may_report_receipts, " .   .   .   .  yes  .  yes"),
        ("only reads", Role::is_read_only, " .   .   .  yes  .   .   . "),
    ];

    #[test]
    fn each_role_may_do_exactly_what_the_matrix_says() {
        let roles = Role::FOR_ACCOUNTS.into_iter().chain([Role::Node]);
        for (column, role) in roles.enumerate() {
            for (what, allowed, row) in MATRIX {
                let expected = row.split_whitespace().nth(column) == Some("yes");
                assert_eq!(allowed(role), expected, "{role}: {what}");
            }
        }
    }

    #[test]
    fn phone_numbers_are_shown_only_to_roles_that_may_see_them() {
        for role in Role::FOR_ACCOUNTS.into_iter().chain([Role::Node]) {
            let hidden = actor(role, "990101").phone_numbers() == PhoneNumbers::Hidden;
            assert_eq!(hidden, !role.may_see_phone_numbers(), "{role}");
        }
        let leader = actor(Role::Leader, "990101");
        assert_eq!(leader.phone_numbers(), PhoneNumbers::OfPeopleOnDuty);
    }

    #[test]
    fn an_actor_sees_his_area_and_what_lies_in_it() {
        let leader = actor(Role::Leader, "990101003");
        for (area, seen) in
            [("990101003", true), ("990101003012", true), ("990101", false), ("990101004", false)]
        {
            assert_eq!(leader.sees(area.parse().unwrap()), seen, "{area}");
        }
    }

    #[test]
    fn no_account_can_be_the_program_itself() {
        assert_eq!("node".parse::<Role>(), Err(NotARole));
        assert!(!Role::FOR_ACCOUNTS.contains(&Role::Node));
        assert!(Actor::is_reserved(&Actor::node(area("990101")).login));
        assert!(Actor::is_reserved(&Actor::console(area("990101")).login));
    }

    #[test]
    fn a_role_is_read_as_it_is_written_and_the_record_knows_the_node() {
        for role in Role::FOR_ACCOUNTS {
            assert_eq!(role.as_str().parse(), Ok(role));
            assert_eq!(serde_json::to_string(&role).unwrap(), format!("\"{role}\""));
        }
        let node = Actor::node(area("990101"));
        let text = serde_json::to_string(&node).unwrap();
        assert_eq!(serde_json::from_str::<Actor>(&text).unwrap(), node);
    }

    fn actor(role: Role, code: &str) -> Actor {
        Actor { login: "somebody".into(), role, area: area(code), person: None }
    }

    fn area(code: &str) -> AreaCode {
        code.parse().unwrap()
    }
}
