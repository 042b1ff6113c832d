//! A history: `history(keep = "90d")`.

use syn::Ident;

use super::lifetime::length_seconds;
use crate::diagnostics::Diagnostics;
use crate::parse::entity::HistoryArguments;

/// That versions of the items are kept.
pub(crate) struct History {
    /// Where it is written.
    pub(crate) argument: Ident,
    /// How long a version is kept after the next one is written; for ever without.
    pub(crate) keep_seconds: Option<u64>,
}

impl History {
    /// The history that is written, if it says one.
    pub(super) fn of(written: &HistoryArguments, diagnostics: &mut Diagnostics) -> Option<Self> {
        let keep_seconds = written.keep.as_ref().map(|keep| length_seconds(&keep.value()));
        if let (Some(keep), Some(None)) = (&written.keep, keep_seconds) {
            let message = format!(
                "`{}` is no length of time; write a number with a unit, `s`, `m`, `h`, `d` or `w`: `keep = \"90d\"`",
                keep.value()
            );
            diagnostics.at(keep, message);
            return None;
        }
        Some(Self { argument: written.argument.clone(), keep_seconds: keep_seconds.flatten() })
    }
}
