//! Spans of operations and of their requests, behind the feature `tracing`: what each was for and what it cost, and
//! nothing of any item.

#[cfg(feature = "tracing")]
pub(crate) use on::{Traced, Whole, is_on};

#[cfg(not(feature = "tracing"))]
pub(crate) use off::{Traced, Whole, is_on};

#[cfg(feature = "tracing")]
mod on {
    use std::collections::BTreeSet;
    use std::sync::{Mutex, MutexGuard, PoisonError};

    use tracing::field::Empty;
    use tracing::instrument::{Instrument as _, Instrumented};
    use tracing::{Level, Span};

    use crate::backend::meter::{Consumed, Entry};
    use crate::backend::observe::Label;
    use crate::backend::{Call, Failure};

    /// Whether anybody wants spans.
    pub(crate) fn is_on() -> bool {
        tracing::enabled!(target: "dynorm", Level::DEBUG)
    }

    /// The span of an operation: it begins with the first request, and ends with the operation, be it given up.
    #[derive(Debug, Default)]
    pub(crate) struct Whole {
        begun: Mutex<Option<Begun>>,
    }

    /// An operation that has sent something, and what that came to.
    #[derive(Debug)]
    struct Begun {
        span: Span,
        tables: BTreeSet<String>,
        indexes: BTreeSet<String>,
        requests: u64,
        retries: u64,
        entries: u64,
        items: u64,
        consumed: Consumed,
        /// What the last request was refused for.
        failure: Option<String>,
    }

    impl Whole {
        /// The span of a request of this operation, which is sent after so many that failed.
        pub(crate) fn request<C: Call>(&self, method: &str, label: Label, call: &C, n_failed: u32) -> Span {
            let mut begun = self.begun();
            let begun = begun.get_or_insert_with(|| Begun::new(method, label));
            begun.requests += 1;
            begun.entries += call.entries() as u64;
            begun.tables.extend(call.tables().into_iter().map(str::to_owned));
            begun.indexes.extend(call.index().map(str::to_owned));
            begun.span.in_scope(|| {
                tracing::debug_span!(
                    target: "dynorm",
                    "dynorm.request",
                    otel.name = label.name(C::OPERATION.method()),
                    operation = C::OPERATION.name(),
                    entity = label.entity,
                    pattern = label.pattern,
                    table = call.tables().join(","),
                    index = call.index(),
                    entries = call.entries(),
                    retries = n_failed,
                    items = Empty,
                    read_units = Empty,
                    write_units = Empty,
                    failure = Empty,
                )
            })
        }

        /// Says what came of a request. The words of a refusal may have values in them, so that only its kind is told.
        pub(crate) fn end(&self, request: &Span, entry: &Entry, failure: Option<&Failure>) {
            let mut begun = self.begun();
            let Some(begun) = &mut *begun else { return };
            begun.failure = failure.map(|failure| failure.kind.exception().to_owned());
            if let Some(failure) = &begun.failure {
                request.record("failure", failure.as_str());
                return;
            }
            let consumed = entry.consumed();
            begun.items += entry.items;
            begun.consumed = begun.consumed.plus(consumed);
            request.record("items", entry.items);
            request.record("read_units", consumed.read);
            request.record("write_units", consumed.write);
        }

        /// The operation waited, to try again.
        pub(crate) fn wait(&self) {
            if let Some(begun) = &mut *self.begun() {
                begun.retries += 1;
            }
        }

        fn begun(&self) -> MutexGuard<'_, Option<Begun>> {
            self.begun.lock().unwrap_or_else(PoisonError::into_inner)
        }
    }

    impl Begun {
        fn new(method: &str, label: Label) -> Self {
            let span = tracing::debug_span!(
                target: "dynorm",
                "dynorm.operation",
                otel.name = label.name(method),
                operation = method,
                entity = label.entity,
                pattern = label.pattern,
                table = Empty,
                index = Empty,
                requests = Empty,
                retries = Empty,
                entries = Empty,
                items = Empty,
                read_units = Empty,
                write_units = Empty,
                failure = Empty,
            );
            Self {
                span,
                tables: BTreeSet::new(),
                indexes: BTreeSet::new(),
                requests: 0,
                retries: 0,
                entries: 0,
                items: 0,
                consumed: Consumed::default(),
                failure: None,
            }
        }
    }

    /// The sums are said once, at the end: subscribers keep all that is said of a field.
    impl Drop for Begun {
        fn drop(&mut self) {
            let joined =
                |names: &BTreeSet<String>| names.iter().map(String::as_str).collect::<Vec<_>>().join(",");
            self.span.record("table", joined(&self.tables));
            if !self.indexes.is_empty() {
                self.span.record("index", joined(&self.indexes));
            }
            self.span.record("requests", self.requests);
            self.span.record("retries", self.retries);
            self.span.record("entries", self.entries);
            self.span.record("items", self.items);
            self.span.record("read_units", self.consumed.read);
            self.span.record("write_units", self.consumed.write);
            if let Some(failure) = &self.failure {
                self.span.record("failure", failure.as_str());
            }
        }
    }

    /// A future in a span.
    pub(crate) trait Traced: Sized {
        fn traced(self, span: &Span) -> Instrumented<Self>;
    }

    impl<F: Future> Traced for F {
        fn traced(self, span: &Span) -> Instrumented<Self> {
            self.instrument(span.clone())
        }
    }
}

/// Without the feature there are no spans.
#[cfg(not(feature = "tracing"))]
mod off {
    use crate::backend::meter::Entry;
    use crate::backend::observe::Label;
    use crate::backend::{Call, Failure};

    pub(crate) struct Span;

    #[derive(Debug, Default)]
    pub(crate) struct Whole(());

    #[expect(clippy::unused_self, reason = "with the feature it counts")]
    impl Whole {
        pub(crate) fn request<C: Call>(&self, _: &str, _: Label, _: &C, _: u32) -> Span {
            Span
        }

        pub(crate) fn end(&self, _: &Span, _: &Entry, _: Option<&Failure>) {}

        pub(crate) fn wait(&self) {}
    }

    pub(crate) fn is_on() -> bool {
        false
    }

    pub(crate) trait Traced: Sized {
        fn traced(self, _: &Span) -> Self {
            self
        }
    }

    impl<F: Future> Traced for F {}
}
