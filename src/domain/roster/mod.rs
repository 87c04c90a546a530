//! Who holds which post at an instant: permanent holders, rotations by day type, the month's table,
//! and overrides, in rising order of weight.

pub mod calendar;
pub(super) mod change;
pub mod rotation;
mod staffing;

pub use self::{
    calendar::{Calendar, DayType, Year},
    rotation::{DayPlan, Rotation, ShiftTime},
    staffing::{DutyNow, Override, Post, Roster, RosterFault, Shift, Source, Staffing},
};
