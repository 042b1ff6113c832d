//! What is found wrong with a request while it is read, in the order in which the service reports it.

use std::borrow::Cow;

use dynorm::backend::{Failure, FailureKind};

use crate::Cohort;

use super::reader::Shape;

/// Refusals that wait for the end of the request: a wrong shape anywhere in it goes before them.
#[derive(Debug, Default)]
pub(super) struct Checks {
    constraints: Vec<Constraint>,
    value: Option<Problem>,
    not_modelled: Option<String>,
    parameters: Option<Problem>,
}

#[derive(Debug)]
struct Constraint {
    member: String,
    /// As the old framework echoes it.
    value: Option<String>,
    rule: Cow<'static, str>,
    /// What the new framework says instead, if it has words of its own.
    new: Option<&'static str>,
}

/// A broken rule, and whether the new framework counts it among the rules of a request's shape.
#[derive(Clone, Debug)]
pub(super) struct Problem {
    text: Cow<'static, str>,
    is_counted: bool,
}

impl Problem {
    /// A rule that all regions state in the same words.
    pub(super) fn of_data(text: impl Into<Cow<'static, str>>) -> Self {
        Self { text: text.into(), is_counted: false }
    }

    /// A rule of the request's shape.
    pub(super) fn of_shape(text: impl Into<Cow<'static, str>>) -> Self {
        Self { text: text.into(), is_counted: true }
    }
}

impl Checks {
    /// A member, by its path, that breaks its constraint.
    pub(super) fn constraint(
        &mut self,
        member: impl Into<String>,
        value: Option<String>,
        rule: impl Into<Cow<'static, str>>,
    ) {
        self.constraints.push(Constraint { member: member.into(), value, rule: rule.into(), new: None });
    }

    /// A member that breaks its constraint, for which the new framework has words of its own.
    pub(super) fn constraint_of_two_words(
        &mut self,
        member: &str,
        value: String,
        rule: &'static str,
        new: &'static str,
    ) {
        let (member, value) = (member.to_owned(), Some(value));
        self.constraints.push(Constraint { member, value, rule: rule.into(), new: Some(new) });
    }

    /// The value of a member that must be there; the path is that of the structure it is in, with a point.
    pub(super) fn required<T: Default>(&mut self, path: &str, member: &str, value: Option<T>) -> T {
        if value.is_none() {
            self.constraint(format!("{path}{member}"), None, "Member must not be null");
        }
        value.unwrap_or_default()
    }

    /// A value that is none of DynamoDB's.
    pub(super) fn value(&mut self, problem: Problem) {
        self.value.get_or_insert(problem);
    }

    /// What a value was refused for, if it was.
    pub(super) fn take_value(&mut self) -> Option<Problem> {
        self.value.take()
    }

    /// A value of `ExpressionAttributeValues` that is none of DynamoDB's.
    pub(super) fn expression_value(&mut self, key: &str, problem: &Problem) {
        let text = &problem.text;
        let text = format!("ExpressionAttributeValues contains invalid value: {text} for key {key}");
        self.parameters(Problem::of_shape(text));
    }

    /// Parameters that do not go together.
    pub(super) fn parameters(&mut self, problem: Problem) {
        self.parameters.get_or_insert(problem);
    }

    /// Something that the service knows and the engine does not.
    pub(super) fn not_modelled(&mut self, what: impl std::fmt::Display) {
        self.not_modelled.get_or_insert_with(|| format!("dynorm-mem does not model {what}"));
    }

    fn is_clean(&self) -> bool {
        let Self { constraints, value, not_modelled, parameters } = self;
        constraints.is_empty() && value.is_none() && not_modelled.is_none() && parameters.is_none()
    }

    /// The refusal that goes first, if there is any.
    pub(super) fn into_failure(self, cohort: impl FnOnce() -> Cohort) -> Option<Failure> {
        if self.is_clean() {
            return None;
        }
        let cohort = cohort();
        let problem = |problem: Problem| match cohort {
            Cohort::New if problem.is_counted => format!("1 validation error detected: {}", problem.text),
            _ => problem.text.into_owned(),
        };
        let message = constraints(self.constraints, cohort)
            .or(self.value.map(problem))
            .or(self.not_modelled)
            .or(self.parameters.map(problem));
        message.map(Failure::validation)
    }
}

/// The old framework reports all broken constraints, the new one the first.
fn constraints(broken: Vec<Constraint>, cohort: Cohort) -> Option<String> {
    let n_broken = broken.len();
    let mut shown = broken.into_iter().map(|Constraint { member, value, rule, new }| match cohort {
        Cohort::New if new.is_some() => new.unwrap_or_default().to_owned(),
        Cohort::New => format!("Value at '{member}' failed to satisfy constraint: {rule}"),
        Cohort::Old => {
            let value = value.map_or_else(|| "null".to_owned(), |value| format!("'{value}'"));
            format!("Value {value} at '{}' failed to satisfy constraint: {rule}", camel_case(&member))
        }
    });
    match cohort {
        Cohort::New => Some(format!("1 validation error detected: {}", shown.next()?)),
        Cohort::Old if n_broken == 0 => None,
        Cohort::Old => {
            let plural = if n_broken == 1 { "" } else { "s" };
            let all: Vec<String> = shown.collect();
            Some(format!("{n_broken} validation error{plural} detected: {}", all.join("; ")))
        }
    }
}

/// `TableName` as `tableName`, in every step of a path.
fn camel_case(member: &str) -> String {
    let mut camel = String::with_capacity(member.len());
    let mut is_first = true;
    for letter in member.chars() {
        camel.push(if is_first { letter.to_ascii_lowercase() } else { letter });
        is_first = letter == '.';
    }
    camel
}

impl From<Shape> for Failure {
    fn from(shape: Shape) -> Self {
        Self::new(FailureKind::Serialization, shape.0)
    }
}
