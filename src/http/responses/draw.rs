//! A response drawn for one who looks at it: names for ids, and only what lies in his area.

use compact_str::{CompactString, format_compact};

use super::views::{
    ActView, GapView, ItemView, OnPostView, Place, ResponseRow, ResponseView, SummaryView,
    TallyRow, TallyView, TaskRow, TickedView,
};
use crate::domain::{
    actor::Actor,
    board::Board,
    ids::{AreaCode, Duty, PersonId, PostId},
    response::{self, Act, Item, Plan, Response, Summary, Tally},
    task::{Stage, Task},
    time::Timestamp,
};

/// For whom views are drawn, of which area, and when.
pub(super) struct Looking<'a> {
    pub board: &'a Board,
    pub actor: &'a Actor,
    /// Only what lies in it; the actor's own when not said.
    pub area: AreaCode,
    pub now: Timestamp,
}

impl Looking<'_> {
    pub fn row(&self, response: &Response) -> ResponseRow {
        let summary = Summary::of(self.tasks(response).into_iter(), self.now);
        ResponseRow {
            id: response.id,
            plan: response.plan.id.clone(),
            title: response.title(),
            level: response.level,
            colour: response.level.colour(),
            drill: response.drill,
            open: response.is_open(),
            scope: self.places(response.scope.iter()),
            revision: response.revision,
            started_at: response.started_at(),
            ended_at: response.ended_at,
            tally: tally(&summary.whole),
        }
    }

    pub fn whole(&self, response: &Response) -> ResponseView {
        let tasks = self.tasks(response);
        let summary = Summary::of(tasks.iter().copied(), self.now);
        let on_post = tasks.iter().filter(|task| task.title == Plan::ON_POST && task.is_open());
        let gaps = self.board.gaps(response).into_iter().filter(|gap| self.sees(gap.post.area));
        ResponseView {
            row: self.row(response),
            acts: self.acts(response),
            checks: items(response, response.checks()),
            conditions: items(response, response.conditions()),
            rounds: response.plan.rounds_at(response.level).cloned().collect(),
            on_post: on_post.map(|task| self.on_post(task)).collect(),
            gaps: gaps
                .map(|gap| GapView { name: self.post(&gap.post), post: gap.post, title: gap.title })
                .collect(),
            townships: self.townships(&summary),
            departments: self.departments(&summary),
            tasks: tasks.into_iter().map(|task| self.task(task)).collect(),
        }
    }

    pub fn summary(&self, response: &Response) -> SummaryView {
        let tasks = self.tasks(response);
        let summary = Summary::of(tasks.iter().copied(), self.now);
        let until = response.ended_at.unwrap_or(self.now);
        SummaryView {
            row: self.row(response),
            lasted_s: response.started_at().map_or(0, |from| until.since(from).as_secs()),
            acts: self.acts(response),
            conditions: items(response, response.conditions()),
            townships: self.townships(&summary),
            departments: self.departments(&summary),
            tasks: tasks.into_iter().map(|task| self.task(task)).collect(),
        }
    }

    pub fn places<'c>(&self, areas: impl Iterator<Item = &'c AreaCode>) -> Vec<Place> {
        areas.map(|area| Place { area: *area, name: self.board.areas.name(*area) }).collect()
    }

    fn sees(&self, area: AreaCode) -> bool {
        self.actor.sees(area) && self.area.contains(area)
    }

    fn tasks(&self, response: &Response) -> Vec<&Task> {
        let all = self.board.tasks_of(response.id);
        all.filter(|task| self.sees(task.post.area)).collect()
    }

    fn acts(&self, response: &Response) -> Vec<ActView> {
        let view = |act: &Act| ActView {
            at: act.at,
            by: act.by.clone(),
            from: act.from,
            to: act.to,
            scope: self.places(act.scope.iter()),
            number: act.order.number.clone(),
            basis: act.order.basis.clone(),
            approver: act.order.approver.clone(),
            reason: act.reason.clone(),
        };
        response.acts.iter().map(view).collect()
    }

    fn townships(&self, summary: &Summary) -> Vec<TallyRow> {
        let row = |(area, of): (&AreaCode, &Tally)| TallyRow {
            area: Some(*area),
            duty: None,
            name: self.board.areas.name(*area),
            tally: tally(of),
        };
        summary.townships.iter().map(row).collect()
    }

    fn departments(&self, summary: &Summary) -> Vec<TallyRow> {
        let row = |(duty, of): (&Duty, &Tally)| TallyRow {
            area: None,
            duty: Some(duty.to_string()),
            name: self.duty(duty.as_str()),
            tally: tally(of),
        };
        summary.departments.iter().map(row).collect()
    }

    fn on_post(&self, task: &Task) -> OnPostView {
        let staffing = self.board.roster.get(&task.post);
        let on_duty = staffing.map(|staffing| self.board.on_duty(staffing, self.now).people);
        let on_duty = on_duty.into_iter().flatten().map(|person| self.person(person));
        OnPostView {
            task: task.id,
            post: task.post.clone(),
            name: self.post(&task.post),
            on_duty: on_duty.collect(),
            stage: task.stage,
            light: response::light(task, self.now),
        }
    }

    fn task(&self, task: &Task) -> TaskRow {
        let signed_by = task.signed.as_ref().and_then(|(_, person)| person.as_ref());
        let done = task.said.last().filter(|_| task.stage == Stage::Done);
        let reported = task.last().map(|outcome| outcome.note.clone()).unwrap_or_default();
        let note = if task.withdrawn.is_empty() { reported } else { task.withdrawn.to_string() };
        TaskRow {
            id: task.id,
            area: task.post.area,
            area_name: self.board.areas.name(task.post.area),
            post: task.post.clone(),
            post_name: self.post(&task.post),
            title: task.title.clone(),
            text: task.text.clone(),
            stage: task.stage,
            light: response::light(task, self.now),
            given_at: task.given_at,
            due_at: task.due_at,
            signed_at: task.signed.as_ref().map(|(at, _)| *at),
            signed_by: signed_by.map(|person| self.person(person)),
            done_at: done.map(|said| said.at),
            late_s: task.late_s,
            reminders: task.reminders,
            note,
            obligation: task.obligation,
        }
    }

    fn person(&self, id: &PersonId) -> CompactString {
        let known = self.board.people.get(id);
        known.map_or_else(|| id.as_str().into(), |person| person.name.clone())
    }

    /// Returns what a post is called, or would be if the county had it.
    fn post(&self, id: &PostId) -> CompactString {
        match self.board.roster.get(id) {
            Some(staffing) => staffing.post.title.clone(),
            None => {
                let (place, duty) = (self.board.areas.name(id.area), self.duty(id.duty.as_str()));
                format_compact!("{place}{duty}")
            }
        }
    }

    fn duty(&self, name: &str) -> CompactString {
        let set = self.board.callouts.policies();
        let known = set.and_then(|set| set.duties.iter().find(|duty| duty.name.as_str() == name));
        known.map_or_else(|| name.into(), |duty| duty.zh.clone())
    }
}

fn tally(of: &Tally) -> TallyView {
    TallyView {
        total: of.total,
        signed: of.signed,
        done: of.done,
        overdue: of.overdue,
        late: of.late,
        withdrawn: of.withdrawn,
        unanswered: of.unanswered,
        light: of.light(),
        median_signed_s: of.median_signed_s(),
        median_done_s: of.median_done_s(),
    }
}

fn items(response: &Response, items: impl Iterator<Item = Item>) -> Vec<ItemView> {
    let view = |(index, item): (usize, Item)| {
        let ticked = response.ticks.get(&item).map(|ticked| TickedView {
            at: ticked.at,
            by: ticked.by.clone(),
            note: ticked.note.clone(),
        });
        let (Item::Check(text) | Item::Condition(text)) = item;
        ItemView { n: index + 1, text, ticked }
    };
    items.enumerate().map(view).collect()
}
