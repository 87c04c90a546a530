//! Chance that comes out the same on every machine and in every year: written out here, because a
//! drill must not change with the next version of a crate.
//!
//! `SplitMix64` (Steele, Lea and Flood, 2014), started from the seed and an FNV-1a hash of what the draw
//! is about. Whole numbers only, apart from one exact division: no rounding differs between machines.

const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0000_0100_0000_01b3;
const GOLDEN_GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;

/// A stream of draws about one thing.
#[derive(Debug, Clone)]
pub(super) struct Chance(u64);

impl Chance {
    /// Returns the draws that `seed` holds for what `parts` name.
    pub(super) fn about(seed: u64, parts: &[&str]) -> Self {
        // 0xff is in no UTF-8 text, so that ["ab", "c"] and ["a", "bc"] differ.
        let bytes = parts.iter().flat_map(|part| part.bytes().chain([0xff]));
        let hash =
            bytes.fold(FNV_OFFSET, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(FNV_PRIME));
        Self(scramble(seed) ^ hash)
    }

    /// Draws a number below `bound`, or 0 when that is 0.
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        let wide = u128::from(self.next()) * u128::from(bound);
        u64::try_from(wide >> 64).expect("the upper half of 128 bits has 64")
    }

    /// Draws a number in `0.0..1.0`.
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit a f64 exactly")]
    pub(super) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Draws true with `probability`.
    pub(super) fn comes_true(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GOLDEN_GAMMA);
        scramble(self.0)
    }
}

fn scramble(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_published_generator() {
        // The reference sequence for seed 1234567.
        let mut chance = Chance(1_234_567);
        let first: Vec<u64> = (0..3).map(|_| chance.next()).collect();
        let published = [6_457_827_717_110_365_317, 3_203_168_211_198_807_973];
        assert_eq!(first[..2], published);
        assert_eq!(first[2], 9_817_491_932_198_370_423);
    }

    #[test]
    fn neighbouring_seeds_and_keys_share_nothing() {
        let draw = |seed, key: &str| Chance::about(seed, &[key]).next();
        let draws = [draw(1, "a"), draw(2, "a"), draw(1, "b"), draw(2, "b")];
        for (i, one) in draws.iter().enumerate() {
            for other in &draws[i + 1..] {
                let common = (!(one ^ other)).count_ones();
                assert!((16..=48).contains(&common), "{one:x} {other:x}");
            }
        }
        let split = |parts: &[&str]| Chance::about(1, parts).next();
        assert_ne!(split(&["ab", "c"]), split(&["a", "bc"]));
    }

    #[test]
    fn draws_stay_below_their_bound_and_reach_it() {
        let mut chance = Chance::about(3, &["bound"]);
        let mut seen = [0; 6];
        for _ in 0..6_000 {
            seen[usize::try_from(chance.below(6)).unwrap()] += 1;
            assert!((0.0..1.0).contains(&chance.unit()));
        }
        assert!(seen.iter().all(|count| (850..1_150).contains(count)), "{seen:?}");
        assert_eq!(chance.below(0), 0);
    }
}
