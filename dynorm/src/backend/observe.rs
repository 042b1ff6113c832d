//! What calls are for, and who is told of them: meters and spans.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use super::call::ReturnCapacity;
use super::meter::{Entry, Meter};
use super::trace::{Traced as _, Whole};
use super::{Backend, Call, Failure, Layer};

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
    pub(super) fn name(self, method: &str) -> String {
        let of = [self.entity, self.pattern].into_iter().flatten().collect::<Vec<_>>().join("::");
        if of.is_empty() { method.to_owned() } else { format!("{method} {of}") }
    }
}

/// A backend whose calls are for one operation, and are told to meters and spans.
#[derive(Debug)]
pub(crate) struct Observed {
    inner: Arc<dyn Backend>,
    /// The method of the [`Db`](crate::Db).
    method: &'static str,
    label: Label,
    meters: Vec<Meter>,
    /// How many calls failed since one succeeded.
    failed: AtomicU32,
    whole: Whole,
}

impl Observed {
    pub(crate) fn new(
        inner: Arc<dyn Backend>,
        method: &'static str,
        label: Label,
        meters: Vec<Meter>,
    ) -> Self {
        Self { inner, method, label, meters, failed: AtomicU32::new(0), whole: Whole::default() }
    }

    /// The same for another operation.
    pub(crate) fn anew(&self) -> Self {
        Self::new(Arc::clone(&self.inner), self.method, self.label, self.meters.clone())
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
        let n_failed = self.failed.load(Ordering::Relaxed);
        let span = self.whole.request(self.method, self.label, &call, n_failed);
        let answer = call.send(&*self.inner).traced(&span).await;
        let entry = Entry::of::<C>(self.label, index.as_deref(), &answer);
        self.whole.end(&span, &entry, answer.as_ref().err());
        match &answer {
            Ok(_) => self.failed.store(0, Ordering::Relaxed),
            Err(_) => _ = self.failed.fetch_add(1, Ordering::Relaxed),
        }
        self.meters.iter().for_each(|meter| meter.add(&entry));
        answer
    }

    async fn on_sleep(&self, duration: Duration) {
        self.whole.wait();
        self.inner.sleep(duration).await;
    }
}
