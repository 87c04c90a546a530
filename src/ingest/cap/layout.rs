//! Which elements stand where: the three schemas as tables of order and number.

use super::{
    fault::{Fault, Problem, excerpt},
    path::Path,
    words::Version,
    xml::{Element, Namespace},
};

/// How many of an element there may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Count {
    Never,
    Optional,
    One,
    Any,
    Many,
}

use Count::{Any, Many, Never, One, Optional};

/// An element's place among its siblings; counts for 1.0, 1.1 and 1.2.
pub(super) struct Slot {
    name: &'static str,
    counts: [Count; 3],
}

impl Slot {
    fn count(&self, version: Version) -> Count {
        let [v1_0, v1_1, v1_2] = self.counts;
        match version {
            Version::V1_0 => v1_0,
            Version::V1_1 => v1_1,
            Version::V1_2 => v1_2,
        }
    }
}

const fn slot(name: &'static str, counts: [Count; 3]) -> Slot {
    Slot { name, counts }
}

pub(super) const ALERT: &[Slot] = &[
    slot("identifier", [One; 3]),
    slot("sender", [One; 3]),
    slot("sent", [One; 3]),
    slot("status", [One; 3]),
    slot("msgType", [One; 3]),
    slot("password", [Optional, Never, Never]),
    slot("source", [Optional; 3]),
    slot("scope", [Optional, One, One]),
    slot("restriction", [Optional; 3]),
    slot("addresses", [Optional; 3]),
    slot("code", [Any; 3]),
    slot("note", [Optional; 3]),
    slot("references", [Optional; 3]),
    slot("incidents", [Optional; 3]),
    slot("info", [Any; 3]),
];

pub(super) const INFO: &[Slot] = &[
    slot("language", [Optional; 3]),
    slot("category", [Any, Many, Many]),
    slot("event", [One; 3]),
    slot("responseType", [Never, Any, Any]),
    slot("urgency", [One; 3]),
    slot("severity", [One; 3]),
    slot("certainty", [One; 3]),
    slot("audience", [Optional; 3]),
    slot("eventCode", [Any; 3]),
    slot("effective", [Optional; 3]),
    slot("onset", [Optional; 3]),
    slot("expires", [Optional; 3]),
    slot("senderName", [Optional; 3]),
    slot("headline", [Optional; 3]),
    slot("description", [Optional; 3]),
    slot("instruction", [Optional; 3]),
    slot("web", [Optional; 3]),
    slot("contact", [Optional; 3]),
    slot("parameter", [Any; 3]),
    slot("resource", [Any; 3]),
    slot("area", [Any; 3]),
];

pub(super) const RESOURCE: &[Slot] = &[
    slot("resourceDesc", [One; 3]),
    slot("mimeType", [Optional, Optional, One]),
    slot("size", [Optional; 3]),
    slot("uri", [Optional; 3]),
    slot("derefUri", [Never, Optional, Optional]),
    slot("digest", [Optional; 3]),
];

pub(super) const AREA: &[Slot] = &[
    slot("areaDesc", [One; 3]),
    slot("polygon", [Any; 3]),
    slot("circle", [Any; 3]),
    slot("geocode", [Any; 3]),
    slot("altitude", [Optional; 3]),
    slot("ceiling", [Optional; 3]),
];

pub(super) const NAMED_VALUE: &[Slot] = &[slot("valueName", [One; 3]), slot("value", [One; 3])];

/// An element's children in the order and number of their schema.
pub(super) struct Children<'e> {
    found: Vec<(&'static str, &'e Element)>,
}

impl<'e> Children<'e> {
    /// Checks the children of `element`; extensions are passed over.
    pub(super) fn arrange(
        element: &'e Element,
        slots: &'static [Slot],
        version: Version,
        path: &Path<'_>,
    ) -> Result<Self, Fault> {
        let stray = element.text.trim_ascii();
        if !stray.is_empty() {
            return Err(path.fault(Problem::StrayText { text: excerpt(stray) }));
        }
        let mut children = Children { found: Vec::with_capacity(element.children.len()) };
        let mut reached = 0;
        // What is in another namespace is somebody's addition, such as an XML signature. What is in
        // none, or in that of another CAP version, is CAP written wrongly.
        for child in element.children.iter().filter(|child| !child.namespace.is_foreign()) {
            let index = children.place(child, slots, reached, version, path)?;
            reached = index;
            children.found.push((slots[index].name, child));
        }
        for slot in slots {
            let wanted = matches!(slot.count(version), One | Many);
            if wanted && children.one(slot.name).is_none() {
                return Err(path.child(slot.name).fault(Problem::Missing));
            }
        }
        Ok(children)
    }

    /// Returns the slot of `child`, which stands after one of the slot `reached`.
    fn place(
        &self,
        child: &Element,
        slots: &'static [Slot],
        reached: usize,
        version: Version,
        path: &Path<'_>,
    ) -> Result<usize, Fault> {
        let index = slots
            .iter()
            .position(|slot| slot.name == child.name && slot.count(version) != Never)
            .filter(|_| child.namespace == Namespace::Cap(version));
        let Some(index) = index else {
            let name = excerpt(&child.name);
            return Err(path.child(&name).fault(Problem::Unknown { version }));
        };
        let slot = &slots[index];
        let single = matches!(slot.count(version), One | Optional);
        if single && self.one(slot.name).is_some() {
            return Err(path.child(slot.name).fault(Problem::Repeated));
        }
        if index < reached {
            return Err(path
                .child(slot.name)
                .fault(Problem::Order { before: slots[reached].name }));
        }
        Ok(index)
    }

    /// Returns the only or first element of that name.
    pub(super) fn one(&self, name: &str) -> Option<&'e Element> {
        self.all(name).next()
    }

    /// Returns the elements of that name in their order.
    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = &'e Element> {
        self.found.iter().filter(move |(found, _)| *found == name).map(|(_, element)| *element)
    }
}
