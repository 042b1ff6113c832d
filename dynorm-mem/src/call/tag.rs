//! Requests and answers about the tags of tables.

/// A tag.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tag {
    /// The tag's name, which a table has once.
    pub key: String,
    /// Its value, which may be empty.
    pub value: String,
}

/// Parameters of `TagResource`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TagResource {
    /// The table's ARN.
    pub resource: String,
    /// The tags to add or to replace.
    pub tags: Vec<Tag>,
}

/// Parameters of `UntagResource`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UntagResource {
    /// The table's ARN.
    pub resource: String,
    /// The keys of the tags to take away. The table need not have them.
    pub keys: Vec<String>,
}
