//! Attributes that are written once: a put that would change one is refused.

use super::{Adjustment, Hook, Write, WriteKind};
use crate::error::Result;
use crate::expr::{Node, Side};
use crate::value::{Name, Step};

/// The hook of `#[attr(write_once)]`; that updates do not set it, their types see to.
#[derive(Debug)]
pub struct Once {
    /// The attribute.
    pub attribute: &'static str,
}

impl Hook for Once {
    fn before_write(&self, write: &Write<'_>) -> Result<Adjustment> {
        let mut adjustment = Adjustment::none();
        if write.kind() == WriteKind::Put {
            let path = || vec![Step::Name(Name::from(self.attribute))];
            let absent = Node::Call("attribute_not_exists", vec![Side::Path(path())]);
            adjustment.conditions.push(match write.assigned(self.attribute) {
                Some(value) => {
                    let same = Node::Compare(Side::Path(path()), "=", Side::Value(value.clone()));
                    Node::Or(vec![absent, same])
                }
                None => absent,
            });
        }
        Ok(adjustment)
    }
}
