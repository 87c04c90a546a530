//! One node a data folder.

use std::{
    fs::{File, TryLockError},
    path::Path,
};

use anyhow::Context;

/// Makes sure that no other node works on a data folder: both would ring everybody.
pub fn hold(dir: &Path) -> anyhow::Result<File> {
    std::fs::create_dir_all(dir).with_context(|| format!("cannot make {}", dir.display()))?;
    let path = dir.join("node.lock");
    let held = File::create(&path).with_context(|| format!("cannot make {}", path.display()))?;
    match held.try_lock() {
        Ok(()) => Ok(held),
        Err(TryLockError::WouldBlock) => anyhow::bail!(
            "another node runs on {}; stop it first, or use another data folder",
            dir.display()
        ),
        Err(TryLockError::Error(error)) => {
            Err(error).with_context(|| format!("cannot lock {}", path.display()))
        }
    }
}
