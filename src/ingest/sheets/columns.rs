//! What the columns of lists hold, whatever they are called.

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Column {
    Code,
    Name,
    Lon,
    Lat,
    Id,
    Area,
    Title,
    Mobile,
    Landline,
    App,
    Duty,
    Holders,
    Deputies,
    StartsOn,
    DayType,
    From,
    To,
    Crew,
    People,
    Date,
    Crs,
    Kind,
    Terminal,
    ReportsEvery,
    Strength,
    Contact,
    Capabilities,
    Amounts,
    Equipment,
    Members,
    Deputy,
    Capacity,
    NightCapacity,
    Measures,
    Water,
    Datum,
    Warning,
    Guarantee,
    FloodLimit,
    Rain1h,
    Rain3h,
    Rain24h,
    HighWater,
    Historic,
    Rain6h,
    Leave1h,
    Leave3h,
    Leave6h,
    Leave24h,
    Guards,
    Station,
    ValidFrom,
    Hazard,
    Residents,
    Repaired,
    Shelter,
    Plan,
    PlanPeople,
    Watchers,
    Movers,
    Road,
    Radius,
    Ring,
    Reason,
    Until,
    Depot,
    Item,
    CountedIn,
    Quantity,
    Batch,
    Produced,
    Expires,
    Position,
    /// Numbering, remarks and the like, which are read by people only.
    Ignored,
}

impl Column {
    /// Tells whether a cell of the column may hold several lines: values one below another, or a
    /// remark.
    pub fn may_hold_lines(self) -> bool {
        use Column::{
            Amounts, Capabilities, Deputies, Equipment, Holders, Ignored, Landline, Members,
            Mobile, Movers, People, Plan, Ring, Watchers,
        };
        matches!(
            self,
            Holders
                | Deputies
                | People
                | Mobile
                | Landline
                | Ignored
                | Capabilities
                | Amounts
                | Equipment
                | Members
                | Plan
                | Watchers
                | Movers
                | Ring
        )
    }
}
