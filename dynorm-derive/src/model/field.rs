//! How a field is stored: as its type is, in a way of its own, among the members around it, or not at all.

use syn::spanned::Spanned;
use syn::{GenericArgument, Ident, LitStr, Path, PathArguments, Type};

use crate::diagnostics::Diagnostics;
use crate::parse::field::FieldAttributes;

/// How a field is stored.
pub(crate) enum Storage {
    /// As its type is.
    Plain,
    /// In a way of its own.
    Coded(Coder),
    /// Its members are stored among the others; `flatten`.
    Flattened(Ident),
    /// Not at all; `skip`.
    Skipped(Ident),
}

/// What stores a field.
pub(crate) enum Coder {
    With(Ident, Path),
    Serde(Ident),
    /// What another, or the type itself, stores is compressed; at most so many bytes are read back.
    Compress {
        argument: Ident,
        max: usize,
        inner: Option<Box<Coder>>,
    },
    /// What another, or the type itself, stores may be in an object store, if it is larger than this.
    Offload {
        argument: Ident,
        /// Whether the field says so itself, and not only its type.
        is_written: bool,
        inline_up_to: usize,
        inner: Option<Box<Coder>>,
    },
}

impl Coder {
    /// The argument that says so.
    pub(crate) fn argument(&self) -> &Ident {
        match self {
            Self::With(argument, _)
            | Self::Serde(argument)
            | Self::Compress { argument, .. }
            | Self::Offload { argument, .. } => argument,
        }
    }

    /// How a field that is not stored as its type is stored.
    fn of(written: &FieldAttributes, diagnostics: &mut Diagnostics) -> Option<Self> {
        let coder = match (&written.with, &written.serde) {
            (Some((with, _)), Some(_)) => {
                diagnostics
                    .at(with, "a field is stored by `with` or by `serde`, not by both; remove one of them");
                return None;
            }
            (Some((with, path)), None) => Some(Self::With(with.clone(), path.clone())),
            (None, Some(serde)) => Some(Self::Serde(serde.clone())),
            (None, None) => None,
        };
        let coder = match &written.compress {
            Some((argument, max)) => {
                Some(Self::Compress { argument: argument.clone(), max: *max, inner: coder.map(Box::new) })
            }
            None => coder,
        };
        let Some((argument, inline_up_to)) = &written.offload else { return coder };
        if let Some((with, _)) = &written.with {
            let message = "what is in an object store is the value as its type stores it, or `serde`; remove `with`, or `offload`";
            diagnostics.at(with, message);
        }
        let (argument, inner) = (argument.clone(), coder.map(Box::new));
        Some(Self::Offload { argument, is_written: true, inline_up_to: *inline_up_to, inner })
    }

    /// The module whose functions store the field.
    pub(crate) fn module(&self) -> Option<&Path> {
        match self {
            Self::With(_, path) => Some(path),
            Self::Compress { inner, .. } | Self::Offload { inner, .. } => inner.as_ref()?.module(),
            Self::Serde(_) => None,
        }
    }
}

impl Storage {
    /// How the arguments of a field say that it is stored.
    pub(crate) fn of(written: &FieldAttributes, ty: &Type, diagnostics: &mut Diagnostics) -> Self {
        let unusual = [&written.skip, &written.flatten, &written.serde].into_iter().flatten();
        let unusual = unusual.chain(written.with.as_ref().map(|(with, _)| with));
        let limited = [&written.compress, &written.offload].into_iter().flatten();
        let unusual = unusual.chain(limited.map(|(argument, _)| argument)).next();
        if let (Some(argument), Some(kept)) = (unusual, kept(written)) {
            let message = format!(
                "`{kept}` is seen to when an item is written, for a field that is stored as its type says; remove `{kept}`, or `{argument}`"
            );
            diagnostics.at(argument, message);
            return Self::Plain;
        }
        if let (Some(alias), Some(kept)) = (written.aliases.first(), kept(written)) {
            let message = format!(
                "`{kept}` is checked in the item under one name, and an older one would be passed over; remove `alias`"
            );
            diagnostics.at(alias, message);
        }
        if let Some(skip) = &written.skip {
            let others = [
                written.rename.is_some(),
                !written.aliases.is_empty(),
                written.flatten.is_some(),
                written.with.is_some(),
                written.serde.is_some(),
                written.compress.is_some(),
                written.offload.is_some(),
                written.ttl.is_some(),
            ];
            if others.contains(&true) {
                let message = "a field that is skipped is not stored, and has no argument but `default`";
                diagnostics.at(skip, message);
            }
            return Self::Skipped(skip.clone());
        }
        if let Some(flatten) = &written.flatten {
            let own = [
                written.rename.is_some(),
                !written.aliases.is_empty(),
                written.default.is_some(),
                written.with.is_some(),
                written.serde.is_some(),
                written.compress.is_some(),
                written.offload.is_some(),
                written.ttl.is_some(),
            ];
            if own.contains(&true) {
                let message = "a field that is flattened has no attribute of its own, and no other argument; write them on the fields of its struct";
                diagnostics.at(flatten, message);
            }
            return Self::Flattened(flatten.clone());
        }
        let unwritten = || {
            let argument = Ident::new("offload", ty.span());
            Coder::Offload { argument, is_written: false, inline_up_to: 0, inner: None }
        };
        let coder = Coder::of(written, diagnostics);
        let Some(coder) = coder.or_else(|| is_offloaded(ty).then(unwritten)) else { return Self::Plain };
        if written.ttl.is_some() {
            let message = "a time to live is stored as seconds, as DynamoDB wants it; remove this, or `ttl`";
            diagnostics.at(coder.argument(), message);
            return Self::Plain;
        }
        Self::Coded(coder)
    }

    /// The argument that says so, if it is not the usual way.
    pub(crate) fn argument(&self) -> Option<&Ident> {
        match self {
            Self::Plain => None,
            Self::Coded(coder) => Some(coder.argument()),
            Self::Flattened(argument) | Self::Skipped(argument) => Some(argument),
        }
    }

    /// The size of the largest value that stays in the item, if larger ones may be in an object store.
    pub(crate) fn inline_up_to(&self) -> Option<usize> {
        match self {
            Self::Coded(Coder::Offload { inline_up_to, .. }) => Some(*inline_up_to),
            _ => None,
        }
    }

    /// Whether the field has an attribute of its own.
    pub(crate) fn has_attribute(&self) -> bool {
        matches!(self, Self::Plain | Self::Coded(_))
    }
}

/// Whether a type is written as `Offloaded<T>` or `Option<Offloaded<T>>`.
pub(crate) fn is_offloaded(ty: &Type) -> bool {
    let Type::Path(path) = ty else { return false };
    let Some(last) = path.path.segments.last() else { return false };
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return false };
    let inner = arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    });
    last.ident == "Offloaded" || last.ident == "Option" && inner.is_some_and(is_offloaded)
}

/// The argument by which a field is seen to when an item is written.
fn kept(written: &FieldAttributes) -> Option<&Ident> {
    let keeping = written.keeping.as_ref().map(|(name, _)| name);
    keeping.or(written.write_once.as_ref()).or(written.validate.as_ref().map(|(name, _)| name))
}

/// The names that fields are stored under, older ones among them, each with its field.
pub(crate) fn stored_names(fields: &[super::entity::Field]) -> impl Iterator<Item = (&Ident, &LitStr)> {
    let stored = fields.iter().filter(|field| field.storage.has_attribute());
    stored.flat_map(|field| {
        let names = std::iter::once(&field.stored).chain(&field.aliases);
        names.map(|name| (&field.ident, name))
    })
}
