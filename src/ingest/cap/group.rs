//! The children of one element, read by name, each by the rule of its kind.

use super::{
    fault::{Fault, Problem, excerpt},
    layout::{Children, Slot},
    path::Path,
    words::{Version, Word},
    xml::Element,
};

/// Bytes of one text, but for polygons and embedded files. Nobody reads a longer one in a flood.
const MAX_TEXT: usize = 256 * 1024;

pub(super) struct Group<'e, 'p> {
    pub(super) version: Version,
    pub(super) path: &'p Path<'p>,
    children: Children<'e>,
}

impl<'e, 'p> Group<'e, 'p> {
    /// Checks the order and number of the children of `element`, which stands at `path`.
    pub(super) fn new(
        element: &'e Element,
        slots: &'static [Slot],
        version: Version,
        path: &'p Path<'p>,
    ) -> Result<Self, Fault> {
        let children = Children::arrange(element, slots, version, path)?;
        Ok(Group { version, path, children })
    }

    /// Reads an element that may be there.
    pub(super) fn maybe<T>(
        &self,
        name: &str,
        rule: impl FnOnce(&'e str) -> Result<T, Problem>,
    ) -> Result<Option<T>, Fault> {
        let Some(element) = self.children.one(name) else { return Ok(None) };
        let path = self.path.child(name);
        let text = leaf(element, self.version, &path)?;
        rule(text).map(Some).map_err(|problem| path.fault(problem))
    }

    /// Reads an element that must be there.
    pub(super) fn one<T>(
        &self,
        name: &str,
        rule: impl FnOnce(&'e str) -> Result<T, Problem>,
    ) -> Result<T, Fault> {
        self.maybe(name, rule)?.ok_or_else(|| self.path.child(name).fault(Problem::Missing))
    }

    /// Reads all elements of that name.
    pub(super) fn every<T>(
        &self,
        name: &str,
        rule: impl Fn(&'e str) -> Result<T, Problem>,
    ) -> Result<Vec<T>, Fault> {
        self.elements(name)
            .map(|(number, element)| {
                let path = self.path.nth_child(name, number);
                let text = leaf(element, self.version, &path)?;
                rule(text).map_err(|problem| path.fault(problem))
            })
            .collect()
    }

    /// Returns the elements of that name with their numbers, from 1.
    pub(super) fn elements(&self, name: &str) -> impl Iterator<Item = (usize, &'e Element)> {
        (1..).zip(self.children.all(name))
    }

    /// Reads an optional text; a blank one says nothing.
    pub(super) fn prose(&self, name: &str) -> Result<Option<String>, Fault> {
        Ok(self.maybe(name, prose)?.flatten())
    }

    /// Reads a text that must say something.
    pub(super) fn filled(&self, name: &str) -> Result<String, Fault> {
        self.one(name, |text| prose(text)?.ok_or(Problem::Blank))
    }

    /// Reads an optional text of some form; a blank one says nothing.
    pub(super) fn formed<T>(
        &self,
        name: &str,
        rule: impl FnOnce(&'e str) -> Result<T, Problem>,
    ) -> Result<Option<T>, Fault> {
        let rule = |text: &'e str| match text.trim_ascii() {
            "" => Ok(None),
            text => rule(text).map(Some),
        };
        Ok(self.maybe(name, rule)?.flatten())
    }

    /// Reads a word that must be there.
    pub(super) fn word<T: Word>(&self, name: &str) -> Result<T, Fault> {
        self.one(name, |text| word(text, self.version))
    }

    /// Reads all words of that name.
    pub(super) fn words<T: Word>(&self, name: &str) -> Result<Vec<T>, Fault> {
        self.every(name, |text| word(text, self.version))
    }
}

/// Returns the text of an element that may have no children.
pub(super) fn leaf<'e>(
    element: &'e Element,
    version: Version,
    path: &Path<'_>,
) -> Result<&'e str, Fault> {
    match element.children.first() {
        Some(child) => {
            let name = excerpt(&child.name);
            Err(path.child(&name).fault(Problem::Unknown { version }))
        }
        None => Ok(&element.text),
    }
}

/// Reads a text for people.
pub(super) fn prose(text: &str) -> Result<Option<String>, Problem> {
    if text.len() > MAX_TEXT {
        return Err(Problem::TooLarge { what: "bytes", limit: MAX_TEXT });
    }
    let text = text.trim();
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

/// Reads a word of a closed vocabulary.
pub(super) fn word<T: Word>(text: &str, version: Version) -> Result<T, Problem> {
    T::parse(text, version).ok_or_else(|| {
        let allowed: Vec<&str> = T::in_version(version).map(Word::as_str).collect();
        Problem::Word { text: excerpt(text), allowed: allowed.join(", ") }
    })
}
