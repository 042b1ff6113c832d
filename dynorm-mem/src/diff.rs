//! What two engines hold that is not the same, in words for the message of a failed test.

use std::fmt;

use dynorm::value::{Item, Name, Value};

use crate::Engine;
use crate::table::Table;

/// The differences between what a test expects and what it found: [`Engine::diff`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Diff {
    differences: Vec<Difference>,
}

/// One difference.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Difference {
    /// A table that is expected is not there.
    MissingTable(String),
    /// A table that is not expected is there.
    UnexpectedTable(String),
    /// A table is defined or set otherwise.
    Setting {
        /// The table's name.
        table: String,
        /// What differs, as `indexes`.
        what: &'static str,
        /// What is expected, for a person to read.
        expected: String,
        /// What is found, for a person to read.
        found: String,
    },
    /// An item is expected, or found, or both but not the same.
    Item {
        /// The table's name.
        table: String,
        /// The expected item.
        expected: Option<Item>,
        /// The item found under the same key.
        found: Option<Item>,
    },
}

/// How many differences are printed.
const SHOWN_MAX: usize = 20;

impl Diff {
    /// Whether there is no difference.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.differences.is_empty()
    }

    /// All differences, by table; those of items in the order of a scan.
    #[must_use]
    pub fn differences(&self) -> &[Difference] {
        &self.differences
    }
}

impl fmt::Display for Diff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, difference) in self.differences.iter().take(SHOWN_MAX).enumerate() {
            if at > 0 {
                f.write_str("\n")?;
            }
            difference.fmt(f)?;
        }
        match self.differences.len().saturating_sub(SHOWN_MAX) {
            0 => Ok(()),
            n_more => write!(f, "\nand {n_more} more"),
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingTable(table) => write!(f, "table `{table}`: expected, found none"),
            Self::UnexpectedTable(table) => write!(f, "table `{table}`: not expected, found"),
            Self::Setting { table, what, expected, found } => {
                write!(f, "table `{table}`: expected {what} {expected}, found {found}")
            }
            Self::Item { table, expected: Some(expected), found: Some(found) } => {
                write!(f, "table `{table}`: expected item ")?;
                write_item(f, expected)?;
                f.write_str(", found ")?;
                write_item(f, found)?;
                write!(f, " (differs in {})", differing(expected, found).join(", "))
            }
            Self::Item { table, expected: Some(expected), found: None } => {
                write!(f, "table `{table}`: expected item ")?;
                write_item(f, expected)?;
                f.write_str(", found none")
            }
            Self::Item { table, expected: None, found } => {
                write!(f, "table `{table}`: expected no item, found ")?;
                found.as_ref().map_or(Ok(()), |found| write_item(f, found))
            }
        }
    }
}

/// The names of the attributes that are not the same in both.
fn differing(expected: &Item, found: &Item) -> Vec<String> {
    let mut names: Vec<&Name> = expected.iter().chain(found.iter()).map(|(name, _)| name).collect();
    names.sort_unstable();
    names.dedup();
    names.retain(|name| expected.get(name) != found.get(name));
    names.into_iter().map(|name| format!("`{name}`")).collect()
}

fn write_item(f: &mut fmt::Formatter<'_>, item: &Item) -> fmt::Result {
    f.write_str("{")?;
    for (at, (name, value)) in item.iter().enumerate() {
        if at > 0 {
            f.write_str(", ")?;
        }
        write!(f, "{name}: ")?;
        write_value(f, value)?;
    }
    f.write_str("}")
}

fn write_value(f: &mut fmt::Formatter<'_>, value: &Value) -> fmt::Result {
    match value {
        Value::S(text) => write!(f, "{text:?}"),
        Value::N(number) => write!(f, "{number}"),
        Value::B(bytes) => write_bytes(f, bytes),
        Value::Bool(flag) => write!(f, "{flag}"),
        Value::Null => f.write_str("NULL"),
        Value::M(map) => write_item(f, map),
        Value::L(list) => write_list(f, "[", list, write_value),
        Value::Ss(set) => write_list(f, "SS[", set, |f, text| write!(f, "{text:?}")),
        Value::Ns(set) => write_list(f, "NS[", set, |f, number| write!(f, "{number}")),
        Value::Bs(set) => write_list(f, "BS[", set, |f, bytes| write_bytes(f, bytes)),
    }
}

fn write_bytes(f: &mut fmt::Formatter<'_>, bytes: &[u8]) -> fmt::Result {
    f.write_str("0x")?;
    bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
}

fn write_list<T>(
    f: &mut fmt::Formatter<'_>,
    open: &str,
    members: &[T],
    write_member: impl Fn(&mut fmt::Formatter<'_>, &T) -> fmt::Result,
) -> fmt::Result {
    f.write_str(open)?;
    for (at, member) in members.iter().enumerate() {
        if at > 0 {
            f.write_str(", ")?;
        }
        write_member(f, member)?;
    }
    f.write_str("]")
}

impl Engine {
    /// How what `found` holds differs from what this engine holds, which is what a test expects.
    ///
    /// Compares tables with their definitions and settings, and items; not times, tokens and the records of
    /// streams. What two forks still share is not looked at, so that the diff of a fork costs what has changed.
    ///
    /// ```
    /// use std::time::UNIX_EPOCH;
    /// use dynorm::backend::call;
    /// use dynorm::backend::table::{CreateTable, KeyAttribute, KeySchema};
    /// use dynorm::value::{Item, KeyKind};
    /// use dynorm_mem::Engine;
    ///
    /// let mut expected = Engine::new();
    /// let id = KeyAttribute { name: "id".into(), kind: KeyKind::S };
    /// let key = KeySchema { partition: vec![id], sort: vec![] };
    /// expected.create_table(CreateTable { table: "users".into(), key, ..Default::default() }, UNIX_EPOCH)?;
    /// let mut found = expected.clone();
    /// assert!(expected.diff(&found).is_empty());
    ///
    /// let item = |mail| Item::from([("id", "ann"), ("mail", mail)]);
    /// let put = |mail| call::Put { table: "users".into(), item: item(mail), ..Default::default() };
    /// expected.put(put("a@b"))?;
    /// found.put(put("a@c"))?;
    /// assert_eq!(
    ///     expected.diff(&found).to_string(),
    ///     r#"table `users`: expected item {id: "ann", mail: "a@b"}, found {id: "ann", mail: "a@c"} (differs in `mail`)"#
    /// );
    /// # Ok::<(), dynorm::backend::Failure>(())
    /// ```
    #[must_use]
    pub fn diff(&self, found: &Self) -> Diff {
        let (expected, found) = (&self.state.tables, &found.state.tables);
        let mut differences = Vec::new();
        for (name, table) in expected {
            match found.get(name) {
                Some(other) => compare(&mut differences, table, other),
                None => differences.push(Difference::MissingTable(name.clone())),
            }
        }
        let unexpected = found.keys().filter(|name| !expected.contains_key(*name));
        differences.extend(unexpected.map(|name| Difference::UnexpectedTable(name.clone())));
        Diff { differences }
    }
}

fn compare(differences: &mut Vec<Difference>, expected: &Table, found: &Table) {
    let name = &expected.schema.name;
    let has_same_key = expected.schema.definition == found.schema.definition;
    for ((what, expected), (_, found)) in settings(expected).into_iter().zip(settings(found)) {
        if expected != found {
            differences.push(Difference::Setting { table: name.clone(), what, expected, found });
        }
    }
    if !has_same_key {
        return;
    }
    let pairs = expected.items.differing(&expected.names, &found.items, &found.names);
    differences.extend(pairs.into_iter().map(|(expected, found)| Difference::Item {
        table: name.clone(),
        expected,
        found,
    }));
}

/// What a table is, besides its items.
fn settings(table: &Table) -> [(&'static str, String); 11] {
    let description = table.describe();
    [
        ("key", format!("{:?}", description.key)),
        ("indexes", format!("{:?}", description.indexes)),
        ("throughput", format!("{:?}", description.throughput)),
        ("capacity", format!("{:?}", (description.on_demand, description.warm))),
        ("index capacity", format!("{:?}", table.settings.own_index_capacity())),
        ("class", format!("{:?}", description.class)),
        ("encryption", format!("{:?}", description.encryption_key)),
        ("stream", format!("{:?}", description.stream)),
        ("deletion protection", format!("{:?}", description.deletion_protection)),
        ("time to live", format!("{:?}", table.time_to_live.attribute)),
        ("tags", format!("{:?}", table.tags)),
    ]
}
