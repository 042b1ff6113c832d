//! The call that creates a table.

use crate::backend::table::{CreateTable, Index, IndexScope, KeyAttribute, KeySchema, Projection};
use crate::entity::{IndexSchema, KeyAttributeSchema, ProjectionSchema, Table};

/// The call that creates the table `T`, paid per request.
#[must_use]
pub fn create_table<T: Table>(name: &str) -> CreateTable {
    let schema = T::SCHEMA;
    CreateTable {
        table: name.to_owned(),
        key: key(&[schema.partition], schema.sort.as_slice()),
        indexes: schema.indexes.iter().map(index).collect(),
        ..CreateTable::default()
    }
}

fn index(schema: &IndexSchema) -> Index {
    Index {
        name: schema.name.to_owned(),
        scope: if schema.local { IndexScope::Local } else { IndexScope::Global },
        key: key(schema.partition, schema.sort),
        projection: match schema.projection {
            ProjectionSchema::All => Projection::All,
            ProjectionSchema::KeysOnly => Projection::KeysOnly,
            ProjectionSchema::Include(names) => {
                Projection::Include(names.iter().map(ToString::to_string).collect())
            }
        },
    }
}

fn key(partition: &[KeyAttributeSchema], sort: &[KeyAttributeSchema]) -> KeySchema {
    let attribute =
        |schema: &KeyAttributeSchema| KeyAttribute { name: schema.name.to_owned(), kind: schema.kind };
    KeySchema {
        partition: partition.iter().map(attribute).collect(),
        sort: sort.iter().map(attribute).collect(),
    }
}
