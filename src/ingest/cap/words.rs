//! The closed vocabularies of CAP: each word, and the first version that has it.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A version of the protocol, oldest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Version {
    #[serde(rename = "1.0")]
    V1_0,
    #[serde(rename = "1.1")]
    V1_1,
    #[serde(rename = "1.2")]
    V1_2,
}

impl Version {
    pub const ALL: [Version; 3] = [Version::V1_0, Version::V1_1, Version::V1_2];

    /// Returns the XML namespace that marks a message of this version.
    pub fn namespace(self) -> &'static str {
        match self {
            Version::V1_0 => "http://www.incident.com/cap/1.0",
            Version::V1_1 => "urn:oasis:names:tc:emergency:cap:1.1",
            Version::V1_2 => "urn:oasis:names:tc:emergency:cap:1.2",
        }
    }

    /// Returns the version that `namespace` marks.
    pub fn of_namespace(namespace: &str) -> Option<Version> {
        Version::ALL.into_iter().find(|version| version.namespace() == namespace)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Version::V1_0 => "1.0",
            Version::V1_1 => "1.1",
            Version::V1_2 => "1.2",
        })
    }
}

/// A word of a closed vocabulary.
pub trait Word: Copy + 'static {
    const ALL: &'static [Self];

    /// Returns the word as CAP spells it.
    fn as_str(self) -> &'static str;

    /// Returns the first version that has the word.
    fn since(self) -> Version;

    /// Reads a word of `version`, spelt exactly.
    fn parse(text: &str, version: Version) -> Option<Self> {
        Self::in_version(version).find(|word| word.as_str() == text)
    }

    /// Returns the words that `version` has.
    fn in_version(version: Version) -> impl Iterator<Item = Self> {
        Self::ALL.iter().copied().filter(move |word| word.since() <= version)
    }
}

macro_rules! vocabulary {
    ($(#[$doc:meta])* $name:ident { $($word:ident = $text:literal $(since $since:ident)?,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($word,)+ }

        impl Word for $name {
            const ALL: &'static [Self] = &[$($name::$word,)+];

            fn as_str(self) -> &'static str {
                match self { $($name::$word => $text,)+ }
            }

            fn since(self) -> Version {
                match self { $($name::$word => first_version!($($since)?),)+ }
            }
        }
    };
}

macro_rules! first_version {
    () => {
        Version::V1_0
    };
    ($since:ident) => {
        Version::$since
    };
}

vocabulary!(
    /// How the message is to be handled. Only `Actual` may call people in earnest.
    Status {
        Actual = "Actual",
        Exercise = "Exercise",
        System = "System",
        Test = "Test",
        Draft = "Draft" since V1_1,
    }
);
vocabulary!(
    /// What the message does to those it refers to.
    MsgType {
        Alert = "Alert",
        Update = "Update",
        Cancel = "Cancel",
        Ack = "Ack",
        Error = "Error",
    }
);
vocabulary!(
    /// For whom the message is meant.
    Scope {
        Public = "Public",
        Restricted = "Restricted",
        Private = "Private",
    }
);
vocabulary!(
    /// What kind of event it is.
    Category {
        Geo = "Geo",
        Met = "Met",
        Safety = "Safety",
        Security = "Security",
        Rescue = "Rescue",
        Fire = "Fire",
        Health = "Health",
        Env = "Env",
        Transport = "Transport",
        Infra = "Infra",
        Cbrne = "CBRNE" since V1_1,
        Other = "Other",
    }
);
vocabulary!(
    /// What people are asked to do.
    ResponseType {
        Shelter = "Shelter" since V1_1,
        Evacuate = "Evacuate" since V1_1,
        Prepare = "Prepare" since V1_1,
        Execute = "Execute" since V1_1,
        Avoid = "Avoid" since V1_2,
        Monitor = "Monitor" since V1_1,
        Assess = "Assess" since V1_1,
        AllClear = "AllClear" since V1_2,
        None = "None" since V1_1,
    }
);
vocabulary!(
    /// How soon people must act.
    Urgency {
        Immediate = "Immediate",
        Expected = "Expected",
        Future = "Future",
        Past = "Past",
        Unknown = "Unknown",
    }
);
vocabulary!(
    /// How bad it is, worst first.
    Severity {
        Extreme = "Extreme",
        Severe = "Severe",
        Moderate = "Moderate",
        Minor = "Minor",
        Unknown = "Unknown",
    }
);
vocabulary!(
    /// How sure the sender is.
    Certainty {
        Observed = "Observed" since V1_1,
        Likely = "Likely",
        Possible = "Possible",
        Unlikely = "Unlikely",
        Unknown = "Unknown",
    }
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_counts_only_in_versions_that_have_it() {
        assert_eq!(Status::parse("Draft", Version::V1_0), None);
        assert_eq!(Status::parse("Draft", Version::V1_1), Some(Status::Draft));
        assert_eq!(ResponseType::parse("AllClear", Version::V1_1), None);
        assert_eq!(ResponseType::parse("AllClear", Version::V1_2), Some(ResponseType::AllClear));
        assert_eq!(Certainty::parse("Observed", Version::V1_0), None);
        assert_eq!(Category::parse("CBRNE", Version::V1_2), Some(Category::Cbrne));
    }

    #[test]
    fn case_and_spaces_are_part_of_a_word() {
        assert_eq!(Status::parse("actual", Version::V1_2), None);
        assert_eq!(Status::parse(" Actual", Version::V1_2), None);
    }
}
