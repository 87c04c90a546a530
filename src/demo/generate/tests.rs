//! The committed county is what the generator makes, and its geometry holds together.

use std::{collections::BTreeMap, env, fs, path::Path};

use super::{SEED, county, generate, plane, random::Random, staff::DEFECTS};

#[test]
fn the_committed_files_are_what_the_seed_makes() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/demo");
    for (name, text) in generate(SEED) {
        let path = folder.join(name);
        if env::var_os("DEMO_WRITE").is_some() {
            fs::write(&path, &text).unwrap();
        }
        let committed = fs::read_to_string(&path).unwrap_or_default();
        assert!(committed == text, "{name} differs: DEMO_WRITE=1 cargo test --lib demo::generate");
    }
}

/// The same in every county: rotations name people by id only, and these stand at the seats.
const SEEDLESS: [&str; 3] = ["rotations.csv", "bases.csv", "gauges.csv"];

#[test]
fn another_seed_makes_another_county_of_the_same_size() {
    for ((name, ours), (_, other)) in generate(SEED).iter().zip(&generate(SEED + 1)) {
        // Which places are neighbours, and so how many roads there are, depends on where they lie.
        let as_many = ours.lines().count() == other.lines().count();
        assert!(as_many || *name == "roads.geojson", "{name}");
        assert!(ours != other || SEEDLESS.contains(name), "{name}");
    }
}

/// Every stretch of a border belongs to two townships, in opposite directions, or to one township
/// and the county: then there is neither a gap nor an overlap.
#[test]
fn the_townships_tile_the_county_without_a_gap() {
    let divisions = county::generate(&Random::new(SEED));
    let mut uses: BTreeMap<[String; 2], i32> = BTreeMap::new();
    let mut count = |ring: &[[f64; 2]], weight: i32| {
        assert_eq!(ring.first(), ring.last());
        for pair in ring.windows(2) {
            let [from, to] = [pair[0], pair[1]].map(|point| format!("{point:?}"));
            let forward = from < to;
            let edge = if forward { [from, to] } else { [to, from] };
            *uses.entry(edge).or_default() += if forward { weight } else { -weight };
        }
    };
    for township in &divisions.townships {
        count(&township.outline, 1);
    }
    count(&divisions.outline, -1);
    assert!(uses.values().all(|sum| *sum == 0));
    let area = |ring: &[[f64; 2]]| {
        ring.windows(2).map(|p| p[0][0] * p[1][1] - p[1][0] * p[0][1]).sum::<f64>() / 2.0
    };
    let parts: f64 = divisions.townships.iter().map(|township| area(&township.outline)).sum();
    let whole = area(&divisions.outline);
    assert!(whole > 0.0 && (parts - whole).abs() < 1e-9, "{parts} of {whole}");
}

#[test]
fn seats_and_villages_lie_in_their_townships() {
    let divisions = county::generate(&Random::new(SEED));
    for township in &divisions.townships {
        assert!(plane::holds(&township.outline, township.seat), "{}", township.name);
    }
    for village in &divisions.villages {
        let township = &divisions.townships[village.township];
        assert!(plane::holds(&township.outline, village.site), "{}", village.code);
        assert_eq!(village.code[..9], township.code[..9]);
    }
}

#[test]
fn no_defect_falls_on_a_village_twice() {
    let mut villages: Vec<usize> = DEFECTS.iter().map(|(village, ..)| *village).collect();
    villages.sort_unstable();
    villages.dedup();
    assert_eq!(villages.len(), DEFECTS.len());
}
