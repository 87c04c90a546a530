//! Who holds which post at an instant: permanent holders, rotations by day type, the month's table,
//! and overrides, in rising order of weight.

pub mod calendar;
pub(super) mod change;
mod changed;
mod compare;
mod fill;
mod habit;
mod imports;
mod inspect;
mod load;
mod outlook;
mod own;
pub mod rotation;
mod rotations;
mod staffing;
mod timeline;

pub use self::{
    calendar::{Calendar, DayType, Year, YearFault},
    compare::{Difference, LineChange, line_changes},
    fill::{Filling, Obstacle, PassedOver, Proposal, Reason},
    imports::{Import, Imports, Replaced},
    inspect::{Defect, Finding, Inspection},
    load::{Load, ShortRest},
    outlook::Outlook,
    own::OwnShift,
    rotation::{DayPlan, Rotation, ShiftTime},
    rotations::Rotations,
    staffing::{DutyNow, Override, Post, Roster, RosterFault, Shift, Source, Staffing},
    timeline::{Held, Stretch},
};

#[cfg(test)]
mod tests;
