//! How many: a whole number, and nothing that only looks like one.

use std::fmt;

use serde::{Deserialize, Deserializer, de};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, Schema},
};

/// Whole things: boats have no halves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Quantity(pub u32);

impl<'de> Deserialize<'de> for Quantity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Whole;
        impl de::Visitor<'_> for Whole {
            type Value = Quantity;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(
                    "a whole number from 0 to 4294967295, without quotes or decimals, such as 20",
                )
            }

            fn visit_u64<E: de::Error>(self, value: u64) -> Result<Quantity, E> {
                let whole = u32::try_from(value).map(Quantity);
                whole.map_err(|_| E::invalid_value(de::Unexpected::Unsigned(value), &self))
            }
        }
        deserializer.deserialize_u64(Whole)
    }
}

impl PartialSchema for Quantity {
    fn schema() -> RefOr<Schema> {
        u32::schema()
    }
}

impl ToSchema for Quantity {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_numbers_are_quantities_and_what_to_write_is_said() {
        let read = serde_json::from_str::<Quantity>;
        assert_eq!(read("20").unwrap(), Quantity(20));
        for text in ["0.5", "2.0", "-1", "\"3\"", "4294967296", "1e3", "true", "null"] {
            let refused = read(text).unwrap_err().to_string();
            assert!(refused.contains("a whole number from 0"), "{text}: {refused}");
        }
    }
}
