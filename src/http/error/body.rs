//! What a client gets of a refusal: a code, words, and the numbers of it where somebody has to act on them.

use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    dispatcher::SubmitError,
    domain::{
        evacuation::EvacuationFault,
        rejection::Rejection,
        supply::{NotFree, SupplyFault},
    },
    ingest::sheets,
};

/// `{"error": {…}}`.
#[derive(Debug, Serialize, ToSchema)]
pub struct ErrorBody {
    pub error: ErrorDetail,
}

/// What is wrong, where, and what to do.
#[derive(Debug, Serialize, ToSchema)]
pub struct ErrorDetail {
    /// Never changes, such as `obligation.already_answered`.
    pub code: &'static str,
    /// For people; says what to do.
    pub message: String,
    /// The field or element at fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// The numbers behind the words, where there are any.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Details>)]
    pub details: Option<Box<Details>>,
}

/// What somebody has to know to decide otherwise.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum Details {
    /// Of `supply.not_free`: quantities are in `unit`, such as 艘.
    NotFree {
        depot: String,
        item: String,
        item_name: String,
        unit: String,
        wanted: u32,
        free: u64,
        elsewhere: Vec<FreeStock>,
    },
    /// Of `shelter.full`: in people.
    Full { shelter: String, wanted: u32, free: u32, elsewhere: Vec<FreeShelter> },
    /// Of `file.faulty`: each `{sheet?, row?, column?, value?, code, problem, remedy}`, in Chinese.
    File {
        #[schema(value_type = Vec<Object>)]
        faults: Vec<sheets::Fault>,
        /// How many more there are.
        left_off: usize,
    },
}

/// Another depot that has some, the nearest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct FreeStock {
    pub depot: String,
    pub name: String,
    pub free: u64,
}

/// Another shelter that has room, the nearest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct FreeShelter {
    pub shelter: String,
    pub name: String,
    pub free: u32,
    /// As the crow flies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub distance_m: Option<u64>,
}

impl Details {
    /// Returns everything that is wrong with a file.
    pub(in crate::http) fn file(faults: &sheets::Faults) -> Self {
        let kept: Vec<sheets::Fault> = faults.iter().cloned().collect();
        Details::File { left_off: faults.total() - kept.len(), faults: kept }
    }

    /// Returns the numbers of a refusal; `None` where its words say it all.
    pub(super) fn of(error: &SubmitError) -> Option<Self> {
        let SubmitError::Rejected(rejection) = error else { return None };
        if let Rejection::Supply(fault) = rejection {
            return Self::of_supply(fault);
        }
        let Rejection::Evacuation(fault) = rejection else { return None };
        Self::of_evacuation(fault)
    }

    fn of_supply(fault: &SupplyFault) -> Option<Self> {
        let SupplyFault::NotFree(refused) = fault else { return None };
        let NotFree { depot, item, name, unit, wanted, free, elsewhere } = &**refused;
        let others = elsewhere.0.iter().map(|other| FreeStock {
            depot: other.depot.to_string(),
            name: other.name.to_string(),
            free: other.free,
        });
        Some(Details::NotFree {
            depot: depot.to_string(),
            item: item.to_string(),
            item_name: name.to_string(),
            unit: unit.to_string(),
            wanted: *wanted,
            free: *free,
            elsewhere: others.collect(),
        })
    }

    fn of_evacuation(fault: &EvacuationFault) -> Option<Self> {
        let EvacuationFault::Full { shelter, free, wanted, elsewhere } = fault else {
            return None;
        };
        let others = elsewhere.0.iter().map(|other| FreeShelter {
            shelter: other.shelter.to_string(),
            name: other.name.to_string(),
            free: other.free,
            distance_m: other.metres,
        });
        Some(Details::Full {
            shelter: shelter.to_string(),
            wanted: *wanted,
            free: *free,
            elsewhere: others.collect(),
        })
    }
}
