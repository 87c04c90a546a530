//! Snapshots of the state that a journal adds up to: local files that only save time at a start.
//! Each may be deleted at any moment; one that is not whole or not ours is passed over.
//!
//! A file is, numbers big-endian: magic (8), schema (8), seq (8), hash (32), payload length (8), the
//! SHA-256 of all of that and the payload (32), and the payload.

use std::{
    fs::{self, File},
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};
use tracing::warn;

use super::{Head, keep_to_owner, sync_dir};

/// Names the format too: another one gets another magic.
const MAGIC: &[u8; 8] = b"JYSNAP\x00\x01";
const CLAIM_BYTES: usize = 8 + 8 + 8 + 32 + 8;
const HEADER_BYTES: usize = CLAIM_BYTES + 32;
/// The newest, and one before it in case the newest is torn.
const KEPT: usize = 2;
const EXTENSION: &str = "snapshot";

/// A state and the place in the journal it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// Where the journal ended. Usable only if the journal still holds that, see
    /// [`Reader::holds`](super::Reader::holds).
    pub head: Head,
    pub payload: Vec<u8>,
}

/// Why a file is not a usable snapshot.
#[derive(Debug, thiserror::Error)]
pub enum Unusable {
    #[error("it is not a snapshot of this format")]
    Foreign,
    #[error("it is of another schema, {0:#018x}")]
    OtherSchema(u64),
    #[error("it is torn: {expected} bytes should be there, {found} are")]
    Torn { expected: u64, found: u64 },
    #[error("it is not what was written")]
    Altered,
    #[error("it cannot be read: {0}")]
    Unreadable(#[from] io::Error),
}

/// Writes a snapshot into `dir` so that it is there whole or not at all, and removes all but the
/// newest two. Returns the file.
pub fn save(dir: &Path, schema: u64, head: Head, payload: &[u8]) -> io::Result<PathBuf> {
    fs::create_dir_all(dir)?;
    let path = dir.join(format!("{:020}.{EXTENSION}", head.seq));
    let temporary = path.with_extension("new");
    let mut file = File::create(&temporary)?;
    keep_to_owner(&temporary)?;
    let claim = Claim { schema, head, length: payload.len() as u64 };
    file.write_all(&claim.encode(payload))?;
    file.write_all(payload)?;
    file.sync_all()?;
    fs::rename(&temporary, &path)?;
    sync_dir(dir)?;
    remove_outdated(dir)?;
    Ok(path)
}

/// Returns the newest usable snapshot in `dir`.
pub fn load_newest(dir: &Path, schema: u64) -> Option<Snapshot> {
    newest_first(dir, schema).next()
}

/// Returns the usable snapshots in `dir`, newest first, each loaded when it is asked for. What is
/// not usable is passed over with a warning.
pub fn newest_first(dir: &Path, schema: u64) -> impl Iterator<Item = Snapshot> + use<> {
    let files = files(dir, EXTENSION).unwrap_or_else(|error| {
        if error.kind() != io::ErrorKind::NotFound {
            warn!(dir = %dir.display(), %error, "snapshots not readable: starting from the journal");
        }
        Vec::new()
    });
    files.into_iter().filter_map(move |path| {
        load(&path, schema)
            .inspect_err(|reason| warn!(file = %path.display(), %reason, "snapshot passed over"))
            .ok()
    })
}

/// Reads one snapshot file.
pub fn load(path: &Path, schema: u64) -> Result<Snapshot, Unusable> {
    let mut file = File::open(path)?;
    let found = file.metadata()?.len();
    let torn = |expected: u64| Unusable::Torn { expected, found };
    let mut header = [0; HEADER_BYTES];
    if found < HEADER_BYTES as u64 {
        return Err(torn(HEADER_BYTES as u64));
    }
    file.read_exact(&mut header)?;
    let claim = Claim::decode(&header).ok_or(Unusable::Foreign)?;
    let expected = claim.length.saturating_add(HEADER_BYTES as u64);
    if expected != found {
        return Err(torn(expected));
    }
    let mut payload = Vec::with_capacity(usize::try_from(claim.length).unwrap_or(0));
    file.read_to_end(&mut payload)?;
    if claim.encode(&payload) != header {
        return Err(Unusable::Altered);
    }
    if claim.schema != schema {
        return Err(Unusable::OtherSchema(claim.schema));
    }
    Ok(Snapshot { head: claim.head, payload })
}

/// What a header says about the payload.
struct Claim {
    schema: u64,
    head: Head,
    length: u64,
}

impl Claim {
    fn encode(&self, payload: &[u8]) -> [u8; HEADER_BYTES] {
        let mut header = [0; HEADER_BYTES];
        header[..8].copy_from_slice(MAGIC);
        header[8..16].copy_from_slice(&self.schema.to_be_bytes());
        header[16..56].copy_from_slice(&self.head.to_bytes());
        header[56..64].copy_from_slice(&self.length.to_be_bytes());
        let (claim, checksum) = header.split_at_mut(CLAIM_BYTES);
        let digest = Sha256::new().chain_update(&*claim).chain_update(payload).finalize();
        checksum.copy_from_slice(&digest);
        header
    }

    /// Reads a header of this format; whether it is true, only the payload tells.
    fn decode(header: &[u8; HEADER_BYTES]) -> Option<Self> {
        let number = |from| Some(u64::from_be_bytes(*header.get(from..)?.first_chunk()?));
        let head = Head::from_bytes(*header[16..].first_chunk()?);
        let claim = Self { schema: number(8)?, head, length: number(56)? };
        header.starts_with(MAGIC).then_some(claim)
    }
}

/// Removes snapshots beyond the newest ones, and what interrupted saves left.
fn remove_outdated(dir: &Path) -> io::Result<()> {
    let outdated = files(dir, EXTENSION)?.into_iter().skip(KEPT);
    outdated.chain(files(dir, "new")?).try_for_each(fs::remove_file)
}

/// Returns the files named by a number and `extension`, the highest number first.
fn files(dir: &Path, extension: &str) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        let stem = path.file_stem().and_then(|stem| stem.to_str());
        if path.extension().is_some_and(|own| own == extension)
            && let Some(seq) = stem.and_then(|stem| stem.parse::<u64>().ok())
        {
            found.push((seq, path));
        }
    }
    found.sort_unstable_by(|one, other| other.cmp(one));
    Ok(found.into_iter().map(|(_, path)| path).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::Hash;

    const SCHEMA: u64 = 0xfeed;

    #[test]
    fn the_newest_snapshot_is_loaded_and_two_are_kept() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(load_newest(dir.path(), SCHEMA), None);
        for seq in [7, 900, 12] {
            save(dir.path(), SCHEMA, at(seq), format!("state {seq}").as_bytes()).unwrap();
        }
        let loaded: Vec<_> = newest_first(dir.path(), SCHEMA).collect();
        assert_eq!(loaded, [snapshot(900, "state 900"), snapshot(12, "state 12")]);
    }

    #[test]
    fn a_snapshot_cut_anywhere_is_passed_over_for_the_one_before() {
        let dir = tempfile::tempdir().unwrap();
        save(dir.path(), SCHEMA, at(1), b"old state").unwrap();
        let newest = save(dir.path(), SCHEMA, at(2), b"new state").unwrap();
        let whole = fs::read(&newest).unwrap();
        for length in 0..whole.len() {
            fs::write(&newest, &whole[..length]).unwrap();
            let loaded = load_newest(dir.path(), SCHEMA);
            assert_eq!(loaded, Some(snapshot(1, "old state")), "cut to {length} bytes");
        }
    }

    #[test]
    fn a_snapshot_altered_anywhere_is_passed_over_for_the_one_before() {
        let dir = tempfile::tempdir().unwrap();
        save(dir.path(), SCHEMA, at(1), b"old state").unwrap();
        let newest = save(dir.path(), SCHEMA, at(2), b"new state").unwrap();
        let whole = fs::read(&newest).unwrap();
        for place in 0..whole.len() {
            let mut altered = whole.clone();
            altered[place] ^= 0x10;
            fs::write(&newest, altered).unwrap();
            let loaded = load_newest(dir.path(), SCHEMA);
            assert_eq!(loaded, Some(snapshot(1, "old state")), "byte {place} altered");
        }
    }

    #[test]
    fn a_snapshot_of_another_schema_is_passed_over() {
        let dir = tempfile::tempdir().unwrap();
        let path = save(dir.path(), 1, at(1), b"state").unwrap();
        assert_eq!(load_newest(dir.path(), SCHEMA), None);
        assert!(matches!(load(&path, SCHEMA), Err(Unusable::OtherSchema(1))));
        assert_eq!(load_newest(dir.path(), 1), Some(snapshot(1, "state")));
    }

    #[test]
    fn what_an_interrupted_save_left_is_never_loaded_and_goes_with_the_next() {
        let dir = tempfile::tempdir().unwrap();
        let left = dir.path().join(format!("{:020}.new", 9));
        let claim = Claim { schema: SCHEMA, head: at(9), length: 0 };
        fs::write(&left, claim.encode(b"")).unwrap();
        assert_eq!(load_newest(dir.path(), SCHEMA), None);
        save(dir.path(), SCHEMA, at(1), b"").unwrap();
        assert!(!left.exists());
    }

    fn snapshot(seq: u64, payload: &str) -> Snapshot {
        Snapshot { head: at(seq), payload: payload.into() }
    }

    fn at(seq: u64) -> Head {
        Head { seq, hash: Hash::of(&seq.to_be_bytes()) }
    }
}
