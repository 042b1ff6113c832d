//! All tables as JSON lines: a line with a table's definition, then a line for each of its items.
//!
//! The lines of items are those of the service's exports to S3, `{"Item": {...}}` in DynamoDB JSON, so that
//! such an export can be read behind a line of its table's definition. Tokens of transactions are not kept.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use dynorm::backend::table::{CreateTable, Index, IndexScope, TableDescription, Throughput, TimeToLive};
use dynorm::backend::{Backend as _, Failure, call};
use dynorm::value::Item;

use super::reader::{Parsed, Reader, Wanted};
use super::writer::{Writer, object};
use super::{definition, read, table, tag, value};
use crate::call::tag::Tag;
use crate::{Engine, MemBackend};

/// What an import has brought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// How many tables were created.
    pub n_tables: usize,
    /// How many items were put.
    pub n_items: usize,
}

/// Why an import was refused, and where. Nothing was changed.
#[derive(Debug)]
pub struct ImportError {
    line: usize,
    failure: Failure,
}

impl ImportError {
    /// The line at fault, from 1.
    #[must_use]
    pub fn line(&self) -> usize {
        self.line
    }
}

impl fmt::Display for ImportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot import line {}", self.line)
    }
}

impl std::error::Error for ImportError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.failure)
    }
}

/// All tables and items of an engine, as of one moment.
///
/// ```
/// use dynorm_mem::{MemBackend, wire};
///
/// let fixture = br#"{"Table": {
///     "TableName": "users",
///     "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
///     "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
///     "BillingMode": "PAY_PER_REQUEST"}}"#;
/// let fixture = String::from_utf8_lossy(fixture).replace('\n', "");
/// let lines = format!("{fixture}\n{{\"Item\": {{\"id\": {{\"S\": \"ann\"}}}}}}\n");
///
/// let backend = MemBackend::new();
/// let imported = wire::import(&backend, lines.as_bytes())?;
/// assert_eq!((imported.n_tables, imported.n_items), (1, 1));
///
/// let copy = MemBackend::new();
/// wire::import(&copy, wire::export(&backend).as_bytes())?;
/// assert_eq!(copy.items("users"), backend.items("users"));
/// # Ok::<(), wire::ImportError>(())
/// ```
#[must_use]
pub fn export(backend: &MemBackend) -> String {
    // A clone shares all items, so that nothing waits for the text to be written.
    let engine = backend.engine().clone();
    let mut lines = String::new();
    for name in engine.table_names() {
        let Ok(description) = engine.describe_table(name) else { continue };
        let time_to_live = engine.describe_time_to_live(name).unwrap_or_default();
        let tags = engine.list_tags_of_resource(&description.arn).unwrap_or_default();
        lines += &object(|out| write_line(out, &description, &tags, time_to_live.as_deref()));
        lines.push('\n');
        for item in engine.items(name) {
            lines += &object(|out| value::write_item(out.name("Item"), item));
            lines.push('\n');
        }
    }
    lines
}

/// Creates the tables of an export and puts its items; all or, after an error, nothing.
///
/// # Errors
///
/// If a line is not of the form, or breaks a rule of the service: a table that is there already, for example.
pub fn import(backend: &MemBackend, lines: &[u8]) -> Result<Imported, ImportError> {
    let now = backend.now();
    let mut current = backend.engine_mut();
    let mut engine = current.clone();
    let mut imported = Imported::default();
    let mut table = None;
    for (line, position) in lines.split(|byte| *byte == b'\n').zip(1..) {
        if !line.trim_ascii().is_empty() {
            carry_out(line, now, &mut engine, &mut table, &mut imported)
                .map_err(|failure| ImportError { line: position, failure })?;
        }
    }
    *current = engine;
    Ok(imported)
}

fn carry_out(
    line: &[u8],
    now: SystemTime,
    engine: &mut Engine,
    table: &mut Option<String>,
    imported: &mut Imported,
) -> Result<(), Failure> {
    match read(line, || engine.cohort(), parse)? {
        Line::Table(restored) => {
            let created = restored.created.unwrap_or(now);
            let name = definition::create(engine, restored.definition, restored.tags, created)?.table;
            if let Some(attribute) = restored.time_to_live {
                let time_to_live = TimeToLive { table: name.clone(), attribute, enabled: true };
                engine.update_time_to_live(&time_to_live, created)?;
            }
            *table = Some(name);
            imported.n_tables += 1;
        }
        Line::Item(item) => {
            let table = table.clone().ok_or_else(|| Failure::validation("an item before any table"))?;
            engine.put(call::Put { table, item, ..call::Put::default() })?;
            imported.n_items += 1;
        }
        Line::Neither => return Err(Failure::validation("neither a `Table` nor an `Item`")),
    }
    Ok(())
}

enum Line {
    Table(Restored),
    Item(Item),
    Neither,
}

struct Restored {
    definition: CreateTable,
    tags: Vec<Tag>,
    time_to_live: Option<String>,
    created: Option<SystemTime>,
}

fn parse(json: &mut Reader<'_>) -> Parsed<Line> {
    let (mut definition, mut item, mut time_to_live, mut created) = (None, None, None, None);
    json.members(Wanted::Element("Line"), |json, member| {
        match member {
            "Table" => definition = Some(definition::parse(json)?),
            "Item" => item = Some(value::item(json)?),
            "TimeToLiveAttribute" => time_to_live = Some(json.string()?),
            "CreatedMillis" => created = u64::try_from(json.whole("Long")?).ok(),
            _ => json.skip()?,
        }
        Ok(())
    })?;
    let created = created.and_then(|millis| UNIX_EPOCH.checked_add(Duration::from_millis(millis)));
    Ok(match (definition, item) {
        (Some((definition, tags)), None) => Line::Table(Restored { definition, tags, time_to_live, created }),
        (None, Some(item)) => Line::Item(item),
        _ => Line::Neither,
    })
}

/// Writes the line of a table: the parameters that create it, and what they do not say.
fn write_line(out: &mut Writer, description: &TableDescription, tags: &[Tag], time_to_live: Option<&str>) {
    out.name("Table").object(|out| {
        write_definition(out, description);
        if !tags.is_empty() {
            tag::write(out.name("Tags"), tags);
        }
    });
    if let Some(attribute) = time_to_live {
        out.name("TimeToLiveAttribute").text(attribute);
    }
    let created = description.created.and_then(|created| created.duration_since(UNIX_EPOCH).ok());
    if let Some(millis) = created.and_then(|created| u64::try_from(created.as_millis()).ok()) {
        out.name("CreatedMillis").whole(millis);
    }
}

fn write_definition(out: &mut Writer, description: &TableDescription) {
    out.name("TableName").text(&description.table);
    table::write_definitions(out, &description.key, &description.indexes);
    table::write_key(out.name("KeySchema"), &description.key);
    match description.throughput {
        None => out.name("BillingMode").plain("PAY_PER_REQUEST"),
        Some(throughput) => write_throughput(out, throughput),
    }
    if let Some(view) = description.stream {
        out.name("StreamSpecification").object(|out| table::write_stream_view(out, view));
    }
    if description.deletion_protection {
        out.name("DeletionProtectionEnabled").flag(true);
    }
    for (name, scope) in
        [("LocalSecondaryIndexes", IndexScope::Local), ("GlobalSecondaryIndexes", IndexScope::Global)]
    {
        let of_scope: Vec<&Index> = description.indexes.iter().filter(|index| index.scope == scope).collect();
        if of_scope.is_empty() {
            continue;
        }
        out.name(name).list(of_scope, |out, index| {
            out.object(|out| {
                out.name("IndexName").text(&index.name);
                table::write_key(out.name("KeySchema"), &index.key);
                table::write_projection(out.name("Projection"), &index.projection);
                if let (IndexScope::Global, Some(throughput)) = (scope, description.throughput) {
                    write_throughput(out, throughput);
                }
            });
        });
    }
}

fn write_throughput(out: &mut Writer, throughput: Throughput) {
    out.name("ProvisionedThroughput").object(|out| {
        out.name("ReadCapacityUnits").whole(throughput.read);
        out.name("WriteCapacityUnits").whole(throughput.write);
    });
}
