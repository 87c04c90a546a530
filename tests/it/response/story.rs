//! A small county with plans, and the words to tell what is responded.

use jiaoying::domain::{
    actor::Role,
    command::{Command, Reply},
    ids::{ProposalId, ResponseId},
    rejection::Rejection,
    response::{
        DecideProposal, EndResponse, Grade, Order, Plans, Proposal, Response, ResponseStep,
        SetLevel, StartResponse, Take, Tick,
    },
    task::{Outcome, Task, TaskReport, TaskStep},
};

use crate::support::county::{COUNTY, County};

/// The two townships of the county.
pub const FIRST: &str = "990101001000";
pub const SECOND: &str = "990101002000";

pub fn plans() -> Plans {
    toml::from_str(include_str!("plans.toml")).unwrap()
}

/// Founds a county of two townships of one village each that has plans.
pub fn county() -> County {
    let policies = include_str!("../support/policies.toml");
    let mut county = County::found(policies, 2, 1);
    county.must(Command::Response(ResponseStep::AdoptPlans(plans())));
    county
}

pub fn grade(level: u8) -> Grade {
    Grade::try_from(level).unwrap()
}

/// Returns the paper with this number.
pub fn order(number: &str) -> Order {
    Order {
        number: number.into(), basis: "会商：持续降雨".into(), approver: "王县长".into()
    }
}

/// What starts a flood response.
pub fn starting(level: u8, scope: &[&str], number: &str) -> StartResponse {
    StartResponse {
        plan: "flood".into(),
        level: grade(level),
        scope: scope.iter().map(|area| area.parse().unwrap()).collect(),
        order: order(number),
        drill: false,
    }
}

pub fn taking(number: &str) -> Take {
    Take { level: None, scope: None, order: order(number), revision: None }
}

impl County {
    pub fn commands(&mut self, step: ResponseStep) -> Result<Reply, Rejection> {
        self.as_role(Role::Commander, Command::Response(step))
    }

    pub fn starts(&mut self, start: StartResponse) -> Result<ResponseId, Rejection> {
        match self.commands(ResponseStep::Start(start))? {
            Reply::Response { id } => Ok(id),
            reply => panic!("{reply:?}"),
        }
    }

    /// Starts a flood response in the whole county.
    #[track_caller]
    pub fn responds(&mut self, level: u8) -> ResponseId {
        let number = format!("示汛指〔2026〕{}号", self.board.responses.iter().count() + 1);
        self.starts(starting(level, &[COUNTY], &number)).unwrap()
    }

    /// Changes the level on the revision that stands.
    pub fn sets_level(&mut self, response: ResponseId, level: u8) -> Result<Reply, Rejection> {
        let revision = self.response(response).revision;
        let order = order(&format!("调整-{response}-{revision}"));
        let (level, scope) = (grade(level), None);
        self.commands(ResponseStep::SetLevel(SetLevel { response, revision, level, scope, order }))
    }

    pub fn ends(&mut self, response: ResponseId, reason: &str) -> Result<Reply, Rejection> {
        let revision = self.response(response).revision;
        let (order, reason) = (order(&format!("终止-{response}-{revision}")), reason.into());
        self.commands(ResponseStep::End(EndResponse { response, revision, order, reason }))
    }

    pub fn ticks(
        &mut self,
        response: ResponseId,
        condition: bool,
        n: usize,
        ticked: bool,
    ) -> Result<Reply, Rejection> {
        let tick = Tick { response, condition, n, ticked, note: "".into() };
        self.as_role(Role::Dispatcher, Command::Response(ResponseStep::Tick(tick)))
    }

    pub fn decides(
        &mut self,
        proposal: ProposalId,
        take: Option<Take>,
        reason: &str,
    ) -> Result<Reply, Rejection> {
        let reason = reason.into();
        self.commands(ResponseStep::Decide(DecideProposal { proposal, take, reason }))
    }

    #[track_caller]
    pub fn response(&self, id: ResponseId) -> &Response {
        self.board.responses.get(id).unwrap()
    }

    /// Returns what waits to be decided, as level, prompt and scope.
    pub fn waiting(&self) -> Vec<&Proposal> {
        self.board.responses.proposals().filter(|proposal| proposal.is_waiting()).collect()
    }

    /// Returns the open tasks of a response as `post title`, in order.
    pub fn open_tasks(&self, id: ResponseId) -> Vec<String> {
        let open = self.board.tasks_of(id).filter(|task| task.is_open());
        let mut said: Vec<String> =
            open.map(|task| format!("{} {}", &task.post.to_string()[6..], task.title)).collect();
        said.sort();
        said
    }

    /// Returns the last task with this title that a response gave to `post`.
    #[track_caller]
    pub fn task_at(&self, id: ResponseId, post: &str, title: &str) -> &Task {
        let mut own = self.board.tasks_of(id).filter(|task| task.post.to_string() == post);
        let mut last = None;
        while let Some(task) = own.find(|task| task.title == title) {
            last = Some(task);
        }
        last.unwrap_or_else(|| panic!("{post} was never given {title}"))
    }

    pub fn does(&mut self, id: ResponseId, post: &str, title: &str) {
        let task = self.task_at(id, post, title).id;
        let report = TaskReport { task, outcome: Outcome::default() };
        self.as_role(Role::Dispatcher, Command::Task(TaskStep::Complete(report))).unwrap();
    }
}
