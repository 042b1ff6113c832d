//! Pages that are asked for before they are wanted.

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;

/// A stream that goes on with up to so many of its next values before they are wanted.
///
/// It needs no task of its own: a request that was begun is under way while what came before is used.
pub(super) struct Ahead<S: Stream> {
    /// `None` at its end.
    inner: Option<Pin<Box<S>>>,
    ready: VecDeque<S::Item>,
    n_early: usize,
}

impl<S: Stream> Ahead<S> {
    pub(super) fn new(inner: S, n_early: usize) -> Self {
        Self { inner: Some(Box::pin(inner)), ready: VecDeque::new(), n_early }
    }
}

/// Nothing in it depends on where it is: the stream inside is in a box.
impl<S: Stream> Unpin for Ahead<S> {}

impl<S: Stream> Stream for Ahead<S> {
    type Item = S::Item;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        // The one to give now, and those ahead of it.
        while self.ready.len() <= self.n_early
            && let Some(inner) = &mut self.inner
        {
            match inner.as_mut().poll_next(cx) {
                Poll::Ready(Some(value)) => self.ready.push_back(value),
                Poll::Ready(None) => self.inner = None,
                Poll::Pending => break,
            }
        }
        match self.ready.pop_front() {
            Some(value) => Poll::Ready(Some(value)),
            None if self.inner.is_none() => Poll::Ready(None),
            None => Poll::Pending,
        }
    }
}
