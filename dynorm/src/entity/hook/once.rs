//! Attributes that are written once: a put or a move that would change one is refused.

use super::{Adjustment, Hook, Write, WriteKind};
use crate::error::{Error, Result};
use crate::expr::{Node, Side};

/// The hook of `#[attr(write_once)]`; that updates do not set it, their types see to.
#[derive(Debug)]
pub struct Once {
    /// The attribute.
    pub attribute: &'static str,
}

impl Hook for Once {
    fn before_write(&self, write: &Write<'_>) -> Result<Adjustment> {
        let mut adjustment = Adjustment::none();
        // The move requires that what is stored is what it was read as.
        let was = write.known.and_then(|known| known.get(self.attribute));
        if write.kind() == WriteKind::Rekey && was.is_some() && was != write.assigned(self.attribute) {
            let reason = "it is written once, and the move to another key changes it";
            return Err(Error::invalid_field(write.entity().name, self.attribute, reason.to_owned()));
        }
        if write.kind() == WriteKind::Put {
            let absent = Node::Call("attribute_not_exists", vec![Side::top(self.attribute)]);
            adjustment.conditions.push(match write.assigned(self.attribute) {
                Some(value) => {
                    let same = Node::Compare(Side::top(self.attribute), "=", Side::Value(value.clone()));
                    Node::Or(vec![absent, same])
                }
                None => absent,
            });
        }
        Ok(adjustment)
    }
}
