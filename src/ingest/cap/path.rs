//! Where in a message something stands, spelt out only when somebody must be told.

use std::fmt;

use super::fault::{Fault, Problem};

/// A chain of elements from the root. Elements that may repeat carry their number, from 1.
pub(super) struct Path<'p> {
    parent: Option<&'p Path<'p>>,
    name: &'p str,
    number: Option<usize>,
}

impl<'p> Path<'p> {
    pub(super) fn root(name: &'p str) -> Self {
        Path { parent: None, name, number: None }
    }

    pub(super) fn child<'c>(&'c self, name: &'c str) -> Path<'c> {
        Path { parent: Some(self), name, number: None }
    }

    pub(super) fn nth_child<'c>(&'c self, name: &'c str, number: usize) -> Path<'c> {
        Path { parent: Some(self), name, number: Some(number) }
    }

    pub(super) fn fault(&self, problem: Problem) -> Fault {
        Fault { element: self.to_string(), problem }
    }
}

/// Writes `/alert/info[1]/area[2]/polygon[1]`.
impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(parent) = self.parent {
            parent.fmt(f)?;
        }
        write!(f, "/{}", self.name)?;
        match self.number {
            Some(number) => write!(f, "[{number}]"),
            None => Ok(()),
        }
    }
}
