//! A small county with three boats, and the words to tell what happens to them.

use jiaoying::domain::{
    actor::{Actor, Role},
    assignment::{Advance, AssignUnit, Assignment, AssignmentStep, Status},
    command::{Command, Reply},
    ids::{AssignmentId, IncidentId, ObligationId, TaskId, UnitId},
    incident::{Accounts, Casualties, IncidentStep, Occurred, Particulars, Place, Source, Stage},
    rejection::Rejection,
    task::{GiveTasks, Given, Outcome, Task, TaskReport, TaskStep},
};

use crate::support::county::{County, actor, in_person, unit};

pub const BOAT: &str = "u-1";
pub const OTHER: &str = "u-2";
/// Who answers for the boats.
pub const CREW: &str = "001001-grid_person";
pub const OTHER_CREW: &str = "001002-grid_person";
pub const DESK: &str = "000000-duty_officer";

/// Founds a county of one township and two villages with two boats and their crews.
pub fn county() -> County {
    let mut county = County::small(2);
    let boats = [(BOAT, "990101001001", CREW), (OTHER, "990101001002", OTHER_CREW)];
    let boats = boats.map(|(id, area, crew)| {
        let mut boat = unit(id, area);
        boat.contact = Some(crew.parse().unwrap());
        boat
    });
    county.must(Command::SaveUnits(boats.to_vec()));
    county
}

pub fn dispatcher() -> Actor {
    actor("dispatcher", Role::Dispatcher)
}

/// Returns what is taken down of a breach in the first village, reported a quarter of an hour after it happened.
pub fn breach(county: &County) -> Particulars {
    let ago = |minutes: u64| county.now - std::time::Duration::from_secs(minutes * 60);
    Particulars {
        kind: "11A04".into(),
        level: Some(2),
        sensitive: false,
        received_at: county.now,
        occurred: Occurred { at: ago(15), about: true },
        place: Place {
            area: "990101001001".parse().unwrap(),
            address: "柳河左堤 3 号桩".into(),
            point: Some([114.5, 35.6]),
        },
        source: Source { name: "王某".into(), phone: "13900000001".into(), ..Source::default() },
        casualties: Casualties { trapped: Some(12), ..Casualties::default() },
        accounts: Accounts { course: "堤防决口约 10 米".into(), ..Accounts::default() },
    }
}

impl County {
    pub fn dispatch(&mut self, command: Command) -> Result<Reply, Rejection> {
        self.submit(&dispatcher(), command)
    }

    /// Takes an incident down as the desk does.
    pub fn taken(&mut self, particulars: Particulars) -> IncidentId {
        self.received(particulars, false)
    }

    /// Takes down the same breach as a part of a drill.
    pub fn drilled(&mut self) -> IncidentId {
        let particulars = breach(self);
        self.received(particulars, true)
    }

    fn received(&mut self, particulars: Particulars, drill: bool) -> IncidentId {
        let particulars = Box::new(particulars);
        let step = IncidentStep::Receive { particulars, drill };
        let reply = self.dispatch(Command::Incident(step)).unwrap();
        let Reply::Incident { id } = reply else { panic!("{reply:?}") };
        id
    }

    pub fn breached(&mut self) -> IncidentId {
        let particulars = breach(self);
        self.taken(particulars)
    }

    pub fn bring(
        &mut self,
        incident: IncidentId,
        to: Stage,
        note: &str,
    ) -> Result<Reply, Rejection> {
        let step = IncidentStep::Advance { incident, to, note: note.into() };
        self.dispatch(Command::Incident(step))
    }

    pub fn send(
        &mut self,
        unit: &str,
        incident: IncidentId,
    ) -> Result<(AssignmentId, ObligationId), Rejection> {
        let assign = AssignUnit {
            incident,
            unit: unit_id(unit),
            order: "立即到柳河左堤转移被困群众".into(),
            need: "boat_rescue".into(),
            to: None,
            eta: None,
        };
        let reply = self.dispatch(Command::Assignment(AssignmentStep::Assign(assign)))?;
        let Reply::Assignment { id, obligation } = reply else { panic!("{reply:?}") };
        Ok((id, obligation))
    }

    pub fn steps(
        &mut self,
        by: &Actor,
        assignment: AssignmentId,
        to: Status,
        note: &str,
    ) -> Result<Reply, Rejection> {
        let advance = Advance { assignment, to, note: note.into(), back_at: None };
        self.submit(by, Command::Assignment(AssignmentStep::Advance(advance)))
    }

    /// One of its crew reports a status by his own page.
    pub fn crew(&mut self, who: &str, assignment: AssignmentId, to: Status) {
        self.steps(&in_person(who), assignment, to, "").unwrap();
    }

    #[track_caller]
    pub fn assignment(&self, id: AssignmentId) -> &Assignment {
        self.board.assignments.get(id).unwrap()
    }

    /// Gives a task to posts, due in `minutes`.
    pub fn task(&mut self, title: &str, posts: &[&str], minutes: u64) -> Vec<TaskId> {
        let given = GiveTasks {
            incident: None,
            title: title.into(),
            text: String::new(),
            on_word_of: Default::default(),
            to: posts.iter().map(|post| Given::Post(post.parse().unwrap())).collect(),
            due_at: self.now + std::time::Duration::from_secs(minutes * 60),
            severity: None,
            drill: false,
        };
        let reply = self.dispatch(Command::Task(TaskStep::Give(given))).unwrap();
        let Reply::Tasks { ids } = reply else { panic!("{reply:?}") };
        ids
    }

    pub fn completes(&mut self, by: &Actor, task: TaskId, note: &str) -> Result<Reply, Rejection> {
        let outcome = Outcome { note: note.into(), ..Outcome::default() };
        self.submit(by, Command::Task(TaskStep::Complete(TaskReport { task, outcome })))
    }

    #[track_caller]
    pub fn of_task(&self, id: TaskId) -> &Task {
        self.board.tasks.get(id).unwrap()
    }
}

pub fn unit_id(id: &str) -> UnitId {
    id.parse().unwrap()
}

pub fn township_person() -> Actor {
    in_person("001000-lead_officer")
}

pub fn elsewhere(role: Role) -> Actor {
    let area = "990101001002".parse().unwrap();
    Actor { area, ..actor("elsewhere", role) }
}
