//! What the hooks of a database and an entity make of a write.

use std::borrow::Cow;

use super::{Context, refuse};
use crate::entity::hook::{Adjustment, Content, ExpectedVersion, Hook, Write, WriteKind};
use crate::entity::{Entity, IndexParts, Table, check_size, remake_index_keys};
use crate::error::{Error, Kind, Result};
use crate::expr::{Changes, Node};
use crate::value::Item;

/// What hooks ask of the item that is stored.
#[derive(Clone, Debug, Default)]
pub(super) struct Asked {
    pub(super) conditions: Vec<Node>,
    pub(super) version: Option<ExpectedVersion>,
}

impl Asked {
    /// Takes what a hook asks, and gives its changes.
    fn take(&mut self, adjustment: Adjustment) -> Changes {
        let Adjustment { changes, conditions, version } = adjustment;
        self.conditions.extend(conditions);
        self.version = version.or(self.version.take());
        changes
    }
}

impl Asked {
    /// The same, whatever version is stored.
    pub(super) fn without_version(mut self) -> Self {
        if let Some(version) = self.version.take() {
            let condition = version.condition();
            self.conditions.retain(|known| *known != condition);
        }
        self
    }
}

fn hooks<E: Entity>(context: &Context) -> impl Iterator<Item = &dyn Hook> {
    context.hooks.iter().map(|hook| &**hook).chain(E::DESCRIPTOR.hooks.iter().copied())
}

/// A whole item that is to be written; `known` is what it was before, if the writer has that.
pub(super) fn whole<E: Entity>(
    context: &Context,
    kind: WriteKind,
    known: Option<&Item>,
    mut item: Item,
) -> Result<(Item, Asked)> {
    let mut asked = Asked::default();
    let (mut is_changed, mut makes_keys) = (false, false);
    let (entity, now) = (E::DESCRIPTOR, context.backend.now());
    for hook in hooks::<E>(context) {
        let write = Write { kind, entity, now, content: Content::Whole(&item), known };
        let changes = asked.take(hook.before_write(&write)?);
        refuse_keys::<E>(hook, &changes)?;
        is_changed |= !changes.is_empty();
        makes_keys |= changes.attributes().any(|name| entity.makes_index_keys(name));
        let encode_error = |source| Error::new(Kind::Encode { entity: entity.name, source });
        changes.apply(&mut item).map_err(encode_error)?;
    }
    if makes_keys {
        remake_index_keys::<E>(&mut item)?;
    }
    if is_changed {
        item.conceal(entity.sensitive);
        check_size(entity, &item)?;
    }
    Ok((item, asked))
}

/// The changes that an update is to make besides its own, with what index keys are made of.
pub(super) fn changes<'c, E: Entity>(
    context: &Context,
    known: Option<&Item>,
    own: &'c Changes,
) -> Result<(Cow<'c, Changes>, IndexParts, Asked)> {
    let (mut all, mut parts, mut asked) = (Cow::Borrowed(own), IndexParts::default(), Asked::default());
    let (kind, entity, now) = (WriteKind::Update, E::DESCRIPTOR, context.backend.now());
    for hook in hooks::<E>(context) {
        let write = Write { kind, entity, now, content: Content::Changes(&all), known };
        let changes = asked.take(hook.before_write(&write)?);
        refuse_keys::<E>(hook, &changes)?;
        for name in changes.attributes().filter(|name| entity.makes_index_keys(name)) {
            if !parts.add::<E>(name, changes.assigned(name)) {
                return refuse(format!(
                    "the hook {hook:?} changes `{name}` of `{}` in an update, which index keys are made of; let the update set it",
                    entity.name
                ));
            }
        }
        if !changes.is_empty() {
            all.to_mut().extend(changes);
        }
    }
    Ok((all, parts, asked))
}

/// What a deletion asks of the item.
pub(super) fn deletion<E: Entity>(context: &Context, known: Option<&Item>) -> Result<Asked> {
    let mut asked = Asked::default();
    let (kind, entity, now) = (WriteKind::Delete, E::DESCRIPTOR, context.backend.now());
    for hook in hooks::<E>(context) {
        let write = Write { kind, entity, now, content: Content::Nothing, known };
        asked.take(hook.before_write(&write)?);
    }
    Ok(asked)
}

/// The item is found by its primary key, which the caller has.
fn refuse_keys<E: Entity>(hook: &dyn Hook, changes: &Changes) -> Result<()> {
    let (descriptor, schema) = (E::DESCRIPTOR, E::Table::SCHEMA);
    for (source, key) in descriptor.primary_sources(schema) {
        let is_key = |name: &str| {
            name == key.name || source.positions().any(|at| descriptor.attributes[at].name == name)
        };
        if let Some(name) = changes.attributes().find(|name| is_key(name)) {
            return refuse(format!(
                "the hook {hook:?} changes `{name}` of `{}`, which the primary key is made of",
                descriptor.name
            ));
        }
    }
    Ok(())
}
