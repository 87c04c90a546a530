//! Incidents: taken down, brought on, ended. The first unit that is sent brings one to "handling"; it does not end while a
//! unit is bound to it, and with it ends what it gave people to do.

use jiaoying::domain::{
    actor::Actor,
    command::Reply,
    ids::{AreaCode, IncidentId},
    incident::{IncidentStep, Stage},
    time::Timestamp,
    warning::Colour,
};

use super::{Oracle, commands, place};

#[derive(Debug, Clone)]
pub struct Incident {
    pub area: AreaCode,
    pub level: Option<u8>,
    pub drill: bool,
    pub stage: Stage,
}

impl Incident {
    pub fn colour(&self) -> Option<Colour> {
        self.level.map(|level| match level {
            1 => Colour::Red,
            2 => Colour::Orange,
            3 => Colour::Yellow,
            _ => Colour::Blue,
        })
    }

    pub fn is_open(&self) -> bool {
        !matches!(self.stage, Stage::Unfounded | Stage::Closed)
    }
}

fn stage_follows(from: Stage, to: Stage) -> bool {
    match (from, to) {
        (Stage::Unfounded | Stage::Closed, _) => to == Stage::Handling,
        (Stage::Received, _) => to != Stage::Received,
        (Stage::Verified, _) => !matches!(to, Stage::Received | Stage::Verified),
        (Stage::Handling, _) => matches!(to, Stage::Unfounded | Stage::Closed),
    }
}

pub(super) fn sees(actor: &Actor, area: AreaCode) -> bool {
    place::within(place::number(area), place::number(actor.area))
}

impl Oracle {
    pub(super) fn incident(
        &mut self,
        actor: &Actor,
        step: &IncidentStep,
        now: Timestamp,
    ) -> Result<Reply, &'static str> {
        if !commands(actor) {
            return Err("access.not_allowed");
        }
        match step {
            IncidentStep::Receive { particulars, drill } => {
                self.known_area(actor, particulars.place.area)?;
                self.incidents.push(Incident {
                    area: particulars.place.area,
                    level: particulars.level,
                    drill: *drill,
                    stage: Stage::Received,
                });
                Ok(Reply::Incident { id: IncidentId(self.incidents.len() as u64) })
            }
            IncidentStep::Advance { incident, to, note } => {
                let index = self.seen_incident(actor, *incident)?;
                self.bring(index, *to, note, now)?;
                Ok(Reply::Done)
            }
            IncidentStep::Edit(_) | IncidentStep::Link { .. } | IncidentStep::Note { .. } => {
                unreachable!("no plan does this")
            }
        }
    }

    fn bring(
        &mut self,
        index: usize,
        to: Stage,
        note: &str,
        now: Timestamp,
    ) -> Result<(), &'static str> {
        let from = self.incidents[index].stage;
        if from == to {
            return Ok(());
        }
        if !stage_follows(from, to) {
            return Err("incident.step");
        }
        if matches!(to, Stage::Unfounded | Stage::Closed) {
            if note.trim().is_empty() {
                return Err("field.empty");
            }
            if self.orders.iter().any(|order| order.incident == index && order.binds()) {
                return Err("incident.units_out");
            }
            self.nobody_needs(index, now);
        }
        self.incidents[index].stage = to;
        Ok(())
    }

    pub(super) fn known_area(&self, actor: &Actor, area: AreaCode) -> Result<(), &'static str> {
        if !self.areas.contains(&area) {
            return Err("area.unknown");
        }
        if sees(actor, area) { Ok(()) } else { Err("access.outside_area") }
    }

    pub(super) fn seen_incident(
        &self,
        actor: &Actor,
        id: IncidentId,
    ) -> Result<usize, &'static str> {
        let index = usize::try_from(id.0).expect("small").wrapping_sub(1);
        let known = self.incidents.get(index).filter(|incident| sees(actor, incident.area));
        known.map(|_| index).ok_or("incident.unknown")
    }
}
