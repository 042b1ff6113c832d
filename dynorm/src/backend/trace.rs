//! Spans of requests, behind the feature `tracing`: what each was for and what it cost, and nothing of any item.

#[cfg(feature = "tracing")]
pub(crate) use on::{Traced, end, is_on, span};

#[cfg(not(feature = "tracing"))]
pub(crate) use off::{Traced, end, is_on, span};

#[cfg(feature = "tracing")]
mod on {
    use tracing::field::Empty;
    use tracing::instrument::{Instrument as _, Instrumented};
    use tracing::{Level, Span};

    use crate::backend::meter::Entry;
    use crate::backend::observe::Label;
    use crate::backend::{Call, Failure};

    /// Whether anybody wants spans.
    pub(crate) fn is_on() -> bool {
        tracing::enabled!(target: "dynorm", Level::DEBUG)
    }

    /// The span of a request, which is sent after so many that failed.
    pub(crate) fn span<C: Call>(label: Label, call: &C, n_failed: u32) -> Span {
        tracing::debug_span!(
            target: "dynorm",
            "dynorm.request",
            otel.name = label.name(C::OPERATION),
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
    }

    /// Says what came of it. The words of a refusal may have values in them, so that only its kind is told.
    pub(crate) fn end(span: &Span, entry: &Entry, failure: Option<&Failure>) {
        if let Some(failure) = failure {
            span.record("failure", failure.kind.exception());
            return;
        }
        let consumed = entry.consumed();
        span.record("items", entry.items);
        span.record("read_units", consumed.read);
        span.record("write_units", consumed.write);
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

    pub(crate) fn is_on() -> bool {
        false
    }

    pub(crate) fn span<C: Call>(_: Label, _: &C, _: u32) -> Span {
        Span
    }

    pub(crate) fn end(_: &Span, _: &Entry, _: Option<&Failure>) {}

    pub(crate) trait Traced: Sized {
        fn traced(self, _: &Span) -> Self {
            self
        }
    }

    impl<F: Future> Traced for F {}
}
