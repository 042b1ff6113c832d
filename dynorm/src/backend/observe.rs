//! What calls are for, and who is told of them: meters and spans.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use super::call::ReturnCapacity;
use super::meter::{Entry, Meter};
use super::trace::{self, Traced as _};
use super::{Backend, Call, Failure, Layer, Operation};

/// What a call is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Label {
    /// The entity, or the collection.
    pub(crate) entity: Option<&'static str>,
    /// The access pattern.
    pub(crate) pattern: Option<&'static str>,
}

impl Label {
    pub(crate) fn of_entity(entity: &'static str) -> Self {
        Self { entity: Some(entity), pattern: None }
    }

    pub(crate) fn of_pattern(entity: &'static str, pattern: &'static str) -> Self {
        Self { entity: Some(entity), pattern: Some(pattern) }
    }

    /// `query Order::by_status`.
    pub(super) fn name(self, operation: Operation) -> String {
        let of = [self.entity, self.pattern].into_iter().flatten().collect::<Vec<_>>().join("::");
        let operation = operation.method();
        if of.is_empty() { operation.to_owned() } else { format!("{operation} {of}") }
    }
}

/// A backend whose calls are for something, and are told to meters and spans.
#[derive(Debug)]
pub(crate) struct Observed {
    inner: Arc<dyn Backend>,
    label: Label,
    meters: Vec<Meter>,
    /// How many calls failed since one succeeded.
    failed: AtomicU32,
}

impl Observed {
    pub(crate) fn new(inner: Arc<dyn Backend>, label: Label, meters: Vec<Meter>) -> Self {
        Self { inner, label, meters, failed: AtomicU32::new(0) }
    }
}

impl Layer for Observed {
    fn inner(&self) -> &dyn Backend {
        &*self.inner
    }

    async fn on_call<C: Call>(&self, mut call: C) -> Result<C::Reply, Failure> {
        if !self.meters.is_empty() {
            *call.capacity() = ReturnCapacity::Indexes;
        }
        let index = call.index().map(str::to_owned);
        let span = trace::span(self.label, &call, self.failed.load(Ordering::Relaxed));
        let answer = call.send(&*self.inner).traced(&span).await;
        let entry = Entry::of::<C>(self.label, index.as_deref(), &answer);
        trace::end(&span, &entry, answer.as_ref().err());
        match &answer {
            Ok(_) => self.failed.store(0, Ordering::Relaxed),
            Err(_) => _ = self.failed.fetch_add(1, Ordering::Relaxed),
        }
        self.meters.iter().for_each(|meter| meter.add(&entry));
        answer
    }
}
