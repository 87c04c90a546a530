//! How a group of kinds is declared: those of one aggregate, under one arm of [`Event`](super::Event).

/// Declares the kinds of one aggregate: name on the wire, version written, payload, and what it is about.
macro_rules! group {
    ($(#[$meta:meta])* $group:ident in $parent:ident {
        $($kind:literal $version:literal $name:ident => |$data:ident| $subject:expr;)*
    }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq)]
        pub enum $group {
            $($name($name),)*
        }

        impl $group {
            /// Every kind of the group, as the journal names it.
            pub(super) const KINDS: &[&str] = &[$($kind,)*];

            pub(super) fn kind(&self) -> &'static str {
                match self {
                    $($group::$name(_) => $kind,)*
                }
            }

            pub(super) fn version(&self) -> u16 {
                match self {
                    $($group::$name(_) => $version,)*
                }
            }

            pub(super) fn subject(&self) -> compact_str::CompactString {
                match self {
                    $($group::$name($data) => $crate::domain::event::text($subject),)*
                }
            }

            pub(super) fn encode(&self) -> serde_json::Result<String> {
                match self {
                    $($group::$name(data) => serde_json::to_string(data),)*
                }
            }

            /// Reads a payload of one of the group's kinds; `None` for a kind or version of no member.
            pub(super) fn decode(
                kind: &str,
                version: u16,
                data: &str,
            ) -> Option<serde_json::Result<Self>> {
                match (kind, version) {
                    $(($kind, $version) => Some(serde_json::from_str(data).map($group::$name)),)*
                    _ => None,
                }
            }
        }

        $(impl From<$name> for $crate::domain::event::Event {
            fn from(data: $name) -> Self {
                Self::$parent($group::$name(data))
            }
        })*
    };
}

pub(super) use group;
