//! Compares incidents, units and their orders, and tasks of the board with the oracle's.

use jiaoying::domain::{
    board::Board,
    ids::{AssignmentId, IncidentId, TaskId},
    task::Stage,
};

use super::{
    check::{Breach, obligation_id, same},
    oracle::Oracle,
};

/// Compares everything that is sent, given and asked.
pub fn compare(oracle: &Oracle, board: &Board) -> Result<(), Breach> {
    incidents(oracle, board)?;
    orders(oracle, board)?;
    readiness(oracle, board)?;
    tasks(oracle, board)?;
    bound_once(oracle)
}

fn incidents(oracle: &Oracle, board: &Board) -> Result<(), Breach> {
    let rule = "an_incident_is_where_its_steps_brought_it";
    let known = board.incidents.iter().count();
    same(rule, || "number of incidents".into(), &oracle.incidents.len(), &known)?;
    for (index, expected) in oracle.incidents.iter().enumerate() {
        let id = IncidentId(index as u64 + 1);
        let found = board.incidents.get(id).map(|known| (known.stage, known.drill, known.area()));
        let model = Some((expected.stage, expected.drill, expected.area));
        same(rule, || format!("incident {id}"), &model, &found)?;
    }
    Ok(())
}

fn orders(oracle: &Oracle, board: &Board) -> Result<(), Breach> {
    let known = board.assignments.iter().count();
    let number = || "number of assignments".into();
    same("every_order_is_known", number, &oracle.orders.len(), &known)?;
    for (index, expected) in oracle.orders.iter().enumerate() {
        let id = AssignmentId(index as u64 + 1);
        let Some(found) = board.assignments.get(id) else {
            return Err(Breach::new("every_order_is_known", format!("{id} is missing")));
        };
        let what = |field: &'static str| move || format!("assignment {id}: {field}");
        same(
            "an_order_is_one_unit_s_part_in_one_incident",
            what("unit, incident, obligation"),
            &(
                &expected.unit,
                IncidentId(expected.incident as u64 + 1),
                obligation_id(expected.obligation),
            ),
            &(&found.unit, found.incident, found.obligation),
        )?;
        same("steps_go_forward_only", what("status"), &expected.status, &found.status)?;
        same(
            "a_unit_is_asked_when_it_is_in_one_status_for_too_long",
            what("watch, stalls, asked"),
            &(expected.watch_at, expected.stalls, expected.asked.map(obligation_id)),
            &(found.watch_at, found.stalls, found.asked),
        )?;
    }
    Ok(())
}

fn readiness(oracle: &Oracle, board: &Board) -> Result<(), Breach> {
    for unit in &oracle.units {
        let said = oracle.readiness.iter().rev().find(|(id, _)| *id == unit.id);
        let expected = said.map(|(_, readiness)| readiness);
        let found = board.assignments.readiness(&unit.id);
        let what = || format!("unit {}", unit.id);
        same("a_unit_is_as_ready_as_was_said_last", what, &expected, &found)?;
    }
    Ok(())
}

fn tasks(oracle: &Oracle, board: &Board) -> Result<(), Breach> {
    let known = board.tasks.iter().count();
    same("every_task_is_known", || "number of tasks".into(), &oracle.tasks.len(), &known)?;
    for (index, expected) in oracle.tasks.iter().enumerate() {
        let id = TaskId(index as u64 + 1);
        let Some(found) = board.tasks.get(id) else {
            return Err(Breach::new("every_task_is_known", format!("{id} is missing")));
        };
        let what = |field: &'static str| move || format!("task {id}: {field}");
        same(
            "a_task_is_what_was_given",
            what("cause, form, bearer, due, drill"),
            &(
                (&expected.cause, &expected.form, &expected.bearer.post),
                (&expected.bearer.unit, expected.due_at, expected.drill),
            ),
            &((&found.cause, &found.form, &found.post), (&found.unit, found.due_at, found.drill)),
        )?;
        same(
            "a_task_is_where_its_bearer_brought_it",
            what("stage"),
            &expected.stage,
            &found.stage,
        )?;
        same("lateness_is_kept", what("late"), &expected.late_s, &found.late_s)?;
        same(
            "what_is_overdue_is_reminded_of",
            what("remind_at, reminders"),
            &(expected.remind_at, expected.reminders),
            &(found.remind_at, found.reminders),
        )?;
        same(
            "one_call_reminds_of_all_of_one_cause",
            what("obligation, reminder"),
            &(expected.obligation.map(obligation_id), expected.reminder.map(obligation_id)),
            &(found.obligation, found.reminder),
        )?;
    }
    Ok(())
}

/// By the oracle's own data too no unit is in two places, and nothing open is forgotten.
fn bound_once(oracle: &Oracle) -> Result<(), Breach> {
    for unit in &oracle.units {
        let own = oracle.orders.iter().filter(|order| order.unit == unit.id && order.binds());
        if own.count() > 1 {
            return Err(Breach::new("a_unit_is_bound_once", format!("{} is not", unit.id)));
        }
    }
    let unwatched =
        |order: &super::oracle::orders::Order| order.binds() != order.watch_at.is_some();
    let forgotten = oracle.orders.iter().any(unwatched)
        || oracle.tasks.iter().any(|task| {
            let open = matches!(task.stage, Stage::Given | Stage::Signed);
            open && oracle.next_due().is_none_or(|due| due > task.remind_at)
        });
    if forgotten {
        return Err(Breach::new("what_is_open_has_an_armed_time", "by the oracle itself"));
    }
    Ok(())
}
