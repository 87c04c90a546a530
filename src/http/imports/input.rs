//! A file as it is sent: by itself, or in JSON with what somebody has chosen.

use axum::body::Bytes;
use base64::{Engine, prelude::BASE64_STANDARD};
use compact_str::CompactString;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::{
    domain::ids::AreaCode,
    http::{error::ApiError, request::Written},
    ingest::sheets::Choices,
};

/// What the file does not say itself.
#[derive(Deserialize, IntoParams)]
pub(in crate::http) struct Whose {
    /// Whose duty tables they are, where neither their lines nor their titles say.
    #[param(value_type = Option<String>)]
    pub area: Option<AreaCode>,
    /// The year of dates that have none; outweighs the title's.
    pub year: Option<i32>,
}

/// A file, and what somebody has chosen after a look at it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct FileInput {
    /// The whole file in base64, with or without `data:…;base64,` before it: xlsx, xls or CSV, up to 32 MiB.
    file: String,
    /// As its folder names it, to be shown in the list of imports.
    #[serde(default)]
    #[schema(value_type = String)]
    file_name: CompactString,
    /// Who is meant by names, as the file writes them: `{"老王": "p-17"}`.
    #[serde(default)]
    #[schema(value_type = Object)]
    choices: Choices,
    /// What the preview said; where a post has been changed since, the import is refused.
    seen: Option<u64>,
    /// A file in a layout that is not known was looked at and is what the preview took it for.
    #[serde(default)]
    accept_guess: bool,
    /// Posts that are not known yet are to be created.
    #[serde(default)]
    create_posts: bool,
}

/// A file that was sent.
pub(super) struct Upload {
    pub bytes: Bytes,
    pub file_name: CompactString,
    pub choices: Choices,
    pub seen: Option<u64>,
    pub accept_guess: bool,
    pub create_posts: bool,
}

impl Upload {
    pub fn of(written: &Written) -> Result<Self, ApiError> {
        if written.media_type != "application/json" {
            return Ok(Self {
                bytes: written.bytes.clone(),
                file_name: CompactString::default(),
                choices: Choices::new(),
                seen: None,
                accept_guess: false,
                create_posts: false,
            });
        }
        let FileInput { file, file_name, choices, seen, accept_guess, create_posts } =
            written.json()?;
        let base64 = file.split_once(',').map_or(file.as_str(), |(_, base64)| base64);
        let bytes = BASE64_STANDARD.decode(base64.trim());
        let bytes = bytes.map_err(|error| ApiError::bad_field("file", error.to_string()))?;
        Ok(Self { bytes: bytes.into(), file_name, choices, seen, accept_guess, create_posts })
    }
}
