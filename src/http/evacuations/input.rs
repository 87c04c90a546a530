//! An order to move people, as clients write it.

use compact_str::CompactString;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    domain::{
        evacuation::{Leg, OrderEvacuation, Origin, Whom},
        ids::{AreaCode, IncidentId, SiteId},
        site::Hazard,
        time::Timestamp,
    },
    http::error::ApiError,
};

/// An order: either `legs`, or `threatened` for everybody below a point of risk.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct OrderInput {
    #[serde(default)]
    legs: Vec<LegInput>,
    threatened: Option<ThreatenedInput>,
    #[schema(value_type = String, format = DateTime)]
    due_at: Timestamp,
    #[serde(default)]
    text: String,
    /// The leader whose instruction (批示) it is.
    #[serde(default)]
    #[schema(value_type = String)]
    on_word_of: CompactString,
    #[schema(value_type = Option<String>)]
    incident: Option<IncidentId>,
    /// Send them although the shelters do not hold them all; then a reason is needed.
    #[serde(default)]
    over_capacity: bool,
    #[serde(default)]
    #[schema(value_type = String)]
    reason: CompactString,
    #[serde(default)]
    drill: bool,
}

/// Those of one place: of a point of risk, an area, or a place in an area that words describe.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct LegInput {
    #[schema(value_type = String)]
    area: AreaCode,
    #[schema(value_type = Option<String>)]
    risk_point: Option<SiteId>,
    #[serde(default)]
    #[schema(value_type = String)]
    place: CompactString,
    /// All who live there, for a point of risk, when left out.
    people: Option<u32>,
    /// The shelter of the point's plan, else the nearest with room, when left out.
    #[schema(value_type = Option<String>)]
    to: Option<SiteId>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ThreatenedInput {
    #[schema(value_type = String)]
    area: AreaCode,
    /// Such as `flash_flood`; every hazard when left out.
    #[schema(value_type = Option<String>)]
    hazard: Option<Hazard>,
}

impl OrderInput {
    pub fn read(self) -> Result<OrderEvacuation, ApiError> {
        let whom = match (self.threatened, self.legs.is_empty()) {
            (Some(ThreatenedInput { area, hazard }), true) => Whom::Threatened { area, hazard },
            (None, false) => Whom::Legs(self.legs.into_iter().map(LegInput::read).collect()),
            (Some(_), false) | (None, true) => {
                let message = "give either legs or threatened";
                return Err(ApiError::bad_field("legs", message));
            }
        };
        Ok(OrderEvacuation {
            whom,
            due_at: self.due_at,
            text: self.text,
            on_word_of: self.on_word_of,
            incident: self.incident,
            over_capacity: self.over_capacity.then_some(self.reason),
            drill: self.drill,
        })
    }
}

impl LegInput {
    fn read(self) -> Leg {
        let Self { area, risk_point, place, people, to } = self;
        Leg { from: Origin { area, risk_point, place }, people, to }
    }
}
