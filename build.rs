//! Gives the board's shape a number: a snapshot written by another shape is not read but made anew.

use std::{fs, path::Path};

fn main() {
    println!("cargo:rerun-if-changed=src/domain");
    let hash = fold(Path::new("src/domain"), 0xcbf2_9ce4_8422_2325);
    println!("cargo:rustc-env=JIAOYING_BOARD_SHAPE={hash}");
}

/// FNV-1a over every source of the core, in order of name: any change makes another number.
fn fold(folder: &Path, mut hash: u64) -> u64 {
    let mut paths: Vec<_> = fs::read_dir(folder)
        .map(|entries| entries.filter_map(Result::ok).map(|entry| entry.path()).collect())
        .unwrap_or_default();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            hash = fold(&path, hash);
        } else {
            for byte in fs::read(&path).unwrap_or_default() {
                hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
            }
        }
    }
    hash
}
