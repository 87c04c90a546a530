//! The call sheet before it is needed: who is on duty, whom to call next and at which number, written beside the journal
//! now and then, so that it can be printed and read when nothing else runs.

use std::{
    fs, io,
    io::Write as _,
    path::{Path, PathBuf},
    time::Duration,
};

use tokio::time::{Instant, MissedTickBehavior};

use crate::{
    dispatcher::{Handle, SubmitError},
    http,
};

const FILE_NAME: &str = "call-sheet.xlsx";
/// A node that is starting has more urgent things to do.
const FIRST: Duration = Duration::from_secs(60);

/// Writes it until the board is gone.
pub(super) async fn write(board: Handle, dir: PathBuf, every: Duration) {
    let mut interval = tokio::time::interval_at(Instant::now() + every.min(FIRST), every);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        interval.tick().await;
        let now = board.now();
        let sheet = match board.read(move |board| http::CallSheet::of(board, now)).await {
            Ok(sheet) => sheet,
            Err(SubmitError::Stopped) => return,
            Err(error) => {
                tracing::warn!(%error, "the call sheet cannot be made");
                continue;
            }
        };
        let file = dir.join(FILE_NAME);
        let written = tokio::task::spawn_blocking(move || {
            let bytes = sheet.write().map_err(io::Error::other)?;
            replace(&file, &bytes)
        });
        match written.await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "the call sheet cannot be written"),
            Err(error) => tracing::error!(%error, "writing the call sheet broke off"),
        }
    }
}

/// Puts a new file in the place of the old one, whole or not at all. It holds telephone numbers, so only its owner reads it.
fn replace(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let beside = file.with_extension("new");
    match fs::remove_file(&beside) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut opened = options.open(&beside)?;
    opened.write_all(bytes)?;
    opened.sync_all()?;
    fs::rename(&beside, file)
}
