//! Duty tables as they are set, by hand or from a file.

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use crate::domain::{
    ids::{ImportId, PostId},
    roster::Shift,
    time::Timestamp,
};

/// The lines of a post's duty table that start within `from..to` are now these.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DutyTableSet {
    pub post: PostId,
    pub from: Timestamp,
    pub to: Timestamp,
    pub shifts: Vec<Shift>,
    /// The file that it came with, or came back with; none where somebody set it by hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub import: Option<FromImport>,
}

/// What an import of duty tables has to do with one of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FromImport {
    /// It stands in a file of this name; empty where the file had none.
    File { id: ImportId, name: CompactString },
    /// It is what stood there before this import, which has been taken back.
    TakenBack(ImportId),
}
