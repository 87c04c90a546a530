//! A folder into which an FTP server, or anybody, puts messages: the national form in a zip or by itself, or CAP.
//!
//! Invariant: a file is moved away only after the board has taken or refused it and its answer is written, so one
//! that was there when the node died is read again, and known again.

use std::{
    io,
    path::{Path, PathBuf},
    time::{Duration, UNIX_EPOCH},
};

use tokio::fs;

use super::{
    cap_feed,
    intake::{Intake, Offered, Refusal},
    registry::Taken,
    round::Trouble,
};
use crate::{
    domain::{time::Timestamp, warning::Original},
    ingest::feeds::national::{self, Answer, MAX_PACKAGE, answer_name},
};

/// Files looked at in one round; the others wait for the next.
const FILES_MAX: usize = 500;
/// A file that cannot be read may still be growing for so long after it was last written to.
const GROWING: Duration = Duration::from_secs(30);
const TAKEN: &str = "taken";
const REFUSED: &str = "refused";
const ANSWERS: &str = "answers";
const CAP_NAMESPACE: &[u8] = b"urn:oasis:names:tc:emergency:cap";

/// A folder that is looked into.
pub(super) struct Folder {
    path: PathBuf,
    /// When something was last put into it.
    fed_at: Option<Timestamp>,
}

/// A file as it lies there.
struct Dropped {
    name: String,
    path: PathBuf,
    written_at: Timestamp,
    bytes: u64,
}

impl Folder {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, fed_at: None }
    }

    /// Looks once; returns when something was last put there. A file named `heartbeat` counts, and stays.
    pub(super) async fn look(&mut self, intake: &mut Intake) -> Result<Option<Timestamp>, Trouble> {
        let unreadable = |why: io::Error| Trouble::Folder {
            path: self.path.display().to_string(),
            why: why.to_string(),
        };
        let files = list(&self.path).await.map_err(unreadable)?;
        let newest = files.iter().map(|file| file.written_at).max();
        let messages: Vec<_> = files.into_iter().filter(|file| is_message(&file.name)).collect();
        for file in messages.into_iter().take(FILES_MAX) {
            self.take(&file, intake).await?;
        }
        self.fed_at = self.fed_at.max(newest.map(|at| at.min(intake.now())));
        Ok(self.fed_at)
    }

    async fn take(&self, file: &Dropped, intake: &mut Intake) -> Result<(), Trouble> {
        let unreadable = |why: io::Error| Trouble::Folder {
            path: file.path.display().to_string(),
            why: why.to_string(),
        };
        let too_large = file.bytes > MAX_PACKAGE as u64;
        let bytes =
            if too_large { Vec::new() } else { fs::read(&file.path).await.map_err(unreadable)? };
        let read = read(&file.name, &bytes);
        let growing = intake.now().since(file.written_at) < GROWING;
        let (stem, answer) = match read {
            Err(_) if growing => return Ok(()),
            Err((stem, refusal)) => {
                intake.not_taken(format!("{}: {}", file.name, refusal.why));
                (stem, Err(refusal))
            }
            Ok((stem, offered)) => {
                let outcome = intake.take(vec![offered]).await?.pop();
                (stem, outcome.unwrap_or(Ok(Taken::Known)))
            }
        };
        self.put_away(file, &stem, &answer).await.map_err(unreadable)
    }

    /// Writes the answer, then moves the file out of the way.
    async fn put_away(
        &self,
        file: &Dropped,
        stem: &str,
        outcome: &Result<Taken, Refusal>,
    ) -> io::Result<()> {
        let (to, answer) = match outcome {
            Ok(_) => (TAKEN, Answer { status: 0, error_code: String::new(), note: String::new() }),
            Err(refusal) => (REFUSED, Answer::refusal(refusal.code, &refusal.why)),
        };
        let (answers, to) = (self.path.join(ANSWERS), self.path.join(to));
        fs::create_dir_all(&answers).await?;
        fs::create_dir_all(&to).await?;
        // Written beside and renamed: whoever fetches answers never sees half of one.
        let beside = answers.join(".new");
        fs::write(&beside, answer.write()).await?;
        fs::rename(&beside, answers.join(answer_name(stem))).await?;
        fs::rename(&file.path, to.join(&file.name)).await
    }
}

async fn list(folder: &Path) -> io::Result<Vec<Dropped>> {
    let mut files = Vec::new();
    let mut entries = fs::read_dir(folder).await?;
    while let Some(entry) = entries.next_entry().await? {
        let found = entry.metadata().await?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        if !found.is_file() || name.starts_with('.') {
            continue;
        }
        let since = found.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
        let written_at = Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(0));
        files.push(Dropped { name, path: entry.path(), written_at, bytes: found.len() });
    }
    // The oldest first, so that a change comes after what it changes; of one moment by name.
    files.sort_by(|a, b| (a.written_at, &a.name).cmp(&(b.written_at, &b.name)));
    Ok(files)
}

fn is_message(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    [".zip", ".xml", ".cap"].iter().any(|ending| name.ends_with(ending))
}

/// Reads a file; what cannot be read has a name for its answer all the same.
fn read(name: &str, bytes: &[u8]) -> Result<(String, Offered), (String, Refusal)> {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_owned();
    let is_cap = bytes.windows(CAP_NAMESPACE.len()).any(|part| part == CAP_NAMESPACE);
    if is_cap && !name.to_ascii_lowercase().ends_with(".zip") {
        return match cap_feed::offered(bytes) {
            Ok(offered) => Ok((stem, offered)),
            Err(fault) => {
                let refusal =
                    Refusal { code: fault.code(), why: format!("{fault}: {}", fault.remedy()) };
                Err((stem, refusal))
            }
        };
    }
    let received = match name.to_ascii_lowercase().ends_with(".zip") {
        true => national::read(bytes),
        false => national::read_xml(name, bytes),
    };
    match received {
        Ok(received) => {
            let media_type = "application/xml".into();
            let original = Original { media_type, body: received.xml, base64: false };
            Ok((received.stem, Offered { message: received.message, original }))
        }
        Err(fault) => {
            let why = format!("{fault}: {}", fault.remedy());
            Err((stem, Refusal { code: fault.code(), why }))
        }
    }
}
