//! An incident as it is filled in: only its kind and some word of where it is have to be given.

use compact_str::CompactString;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::domain::{
    area::LonLat,
    ids::AreaCode,
    incident::{Accounts, Casualties, Occurred, Particulars, Place, Source},
    time::Timestamp,
};

/// What was reported.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct IncidentInput {
    /// National code of its kind, see `GET /api/v1/incident-kinds`.
    #[schema(value_type = String)]
    pub kind: CompactString,
    /// 1 (特别重大) to 4 (一般); left out while it has not been graded.
    #[serde(default)]
    pub level: Option<u8>,
    /// At a time, in an area or about people that make every report urgent.
    #[serde(default)]
    pub sensitive: bool,
    /// Left out: now.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    received_at: Option<Timestamp>,
    /// Left out: about when it was received.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    occurred_at: Option<Timestamp>,
    /// The time is what somebody thinks.
    #[serde(default)]
    occurred_about: bool,
    /// Left out: the area that the point is in, else that the address names.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub area: Option<AreaCode>,
    #[serde(default)]
    #[schema(value_type = String)]
    pub address: CompactString,
    /// `[lon, lat]`, WGS-84.
    #[serde(default)]
    #[schema(value_type = Option<Vec<f64>>)]
    pub point: Option<LonLat>,
    #[serde(default)]
    #[schema(value_type = Object)]
    source: Source,
    #[serde(default)]
    #[schema(value_type = Object)]
    casualties: Casualties,
    #[serde(default)]
    cause: String,
    #[serde(default)]
    course: String,
    #[serde(default)]
    trend: String,
    #[serde(default)]
    extent: String,
    #[serde(default)]
    loss: String,
    #[serde(default)]
    measures: String,
    #[serde(default)]
    requests: String,
    #[serde(default)]
    leaders: String,
    #[serde(default)]
    commander: String,
    #[serde(default)]
    pub drill: bool,
}

/// What is known now, and the revision that it changes.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct Revised {
    pub revision: u32,
    pub incident: IncidentInput,
}

impl IncidentInput {
    /// Returns the particulars; times that were left out stay as they were `known`, else they are `now`.
    pub fn into_particulars(
        self,
        area: AreaCode,
        known: Option<&Particulars>,
        now: Timestamp,
    ) -> Particulars {
        let received_at = self.received_at.or(known.map(|known| known.received_at)).unwrap_or(now);
        let said = self.occurred_at.map(|at| Occurred { at, about: self.occurred_about });
        let occurred = said.or(known.map(|known| known.occurred));
        Particulars {
            kind: self.kind,
            level: self.level,
            sensitive: self.sensitive,
            received_at,
            occurred: occurred.unwrap_or(Occurred { at: received_at, about: true }),
            place: Place { area, address: self.address, point: self.point },
            source: self.source,
            casualties: self.casualties,
            accounts: Accounts {
                cause: self.cause,
                course: self.course,
                trend: self.trend,
                extent: self.extent,
                loss: self.loss,
                measures: self.measures,
                requests: self.requests,
                leaders: self.leaders,
                commander: self.commander,
            },
        }
    }
}
