//! Unique constraints: `unique(email, scope = tenant)`.

use syn::Ident;
use syn::ext::IdentExt;

use super::entity::Field;
use crate::diagnostics::Diagnostics;
use crate::parse::entity::UniqueArguments;
use crate::parse::suggest;

/// A unique constraint.
pub(crate) struct Unique {
    /// `email`, `tenant_email`, `email_in_tenant`.
    pub(crate) name: String,
    /// Where it is written.
    pub(crate) argument: Ident,
    /// The fields as they are written, with their positions; the scope is the last.
    pub(crate) fields: Vec<(Ident, usize)>,
}

impl Unique {
    /// The constraint, if all of its fields are there.
    pub(crate) fn of(
        written: &UniqueArguments,
        fields: &[Field],
        diagnostics: &mut Diagnostics,
    ) -> Option<Self> {
        let named = written.fields.iter().chain(&written.scope);
        let found: Vec<Option<(Ident, usize)>> =
            named.map(|name| position(name, fields, diagnostics).map(|at| (name.clone(), at))).collect();
        let text = |name: &Ident| name.unraw().to_string();
        let mut name = written.fields.iter().map(text).collect::<Vec<_>>().join("_");
        if let Some(scope) = &written.scope {
            name = format!("{name}_in_{}", text(scope));
        }
        let fields: Vec<(Ident, usize)> = found.into_iter().collect::<Option<_>>()?;
        let is_twice = |at: usize| fields[..at].iter().any(|(_, known)| *known == fields[at].1);
        if let Some(at) = (0..fields.len()).find(|at| is_twice(*at)) {
            let name = &fields[at].0;
            diagnostics.at(name, format!("`{name}` is named twice; remove one"));
            return None;
        }
        Some(Self { name, argument: written.argument.clone(), fields })
    }
}

fn position(name: &Ident, fields: &[Field], diagnostics: &mut Diagnostics) -> Option<usize> {
    let names: Vec<String> = fields.iter().map(|field| field.ident.unraw().to_string()).collect();
    let wanted = name.unraw().to_string();
    let found = names.iter().position(|known| *known == wanted);
    if found.is_none() {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let hint = match suggest::closest(&wanted, &names) {
            Some(name) => format!("did you mean `{name}`?"),
            None => format!("there are {}", suggest::list(&names)),
        };
        diagnostics.at(name, format!("there is no field `{wanted}`; {hint}"));
    }
    found
}
