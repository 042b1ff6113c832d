//! All tables as JSON lines: a line with a table's definition, then a line for each of its items.
//!
//! The lines of items are those of the service's exports to S3, `{"Item": {...}}` in DynamoDB JSON, so that
//! such an export can be read behind a line of its table's definition, or into a table that is there, compressed
//! with gzip or not. Tokens of transactions and records of streams are not kept.
//!
//! An index that came after its table may lack items of which it cannot hold the key. The line of the table has
//! it among the calls of `UpdateTable` that follow the items, so that it lacks them again.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use dynorm::backend::table::{
    CreateTable, Index, IndexScope, TableClass, TableDescription, Throughput, TimeToLive, UnitsPerSecond,
};
use dynorm::backend::{Backend as _, Failure, call};
use dynorm::value::Item;

use super::reader::{Parsed, Reader, Wanted};
use super::writer::{Writer, object};
use super::{definition, gzip, read, settings, table, tag, update_table, value};
use crate::call::table::UpdateTable;
use crate::call::tag::Tag;
use crate::limits::{ON_DEMAND_READ_UNITS, ON_DEMAND_WRITE_UNITS};
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
        let late = engine.late_indexes(name);
        lines += &object(|out| {
            write_line(out, &description, &tags, time_to_live.as_deref(), &late);
        });
        lines.push('\n');
        write_items(&mut lines, &engine, name);
    }
    lines
}

/// All items of a table as the service exports them to S3: a line `{"Item": {...}}` for each, in the order of a
/// scan.
///
/// # Errors
///
/// If there is no such table.
///
/// ```
/// use dynorm::backend::table::{CreateTable, KeyAttribute, KeySchema};
/// use dynorm::backend::{Backend, call};
/// use dynorm::value::{Item, KeyKind};
/// use dynorm_mem::{MemBackend, wire};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let backend = MemBackend::new();
/// let id = KeyAttribute { name: "id".into(), kind: KeyKind::S };
/// let key = KeySchema { partition: vec![id], sort: vec![] };
/// backend.create_table(CreateTable { table: "users".into(), key, ..Default::default() }).await?;
///
/// let exported = r#"{"Item":{"id":{"S":"ann"}}}"#;
/// assert_eq!(wire::import_items(&backend, "users", exported.as_bytes())?.n_items, 1);
/// assert_eq!(wire::export_items(&backend, "users")?.trim_end(), exported);
/// # Ok(())
/// # }
/// ```
pub fn export_items(backend: &MemBackend, table: &str) -> Result<String, Failure> {
    let engine = backend.engine().clone();
    engine.describe_table(table)?;
    let mut lines = String::new();
    write_items(&mut lines, &engine, table);
    Ok(lines)
}

fn write_items(lines: &mut String, engine: &Engine, table: &str) {
    for item in engine.items(table) {
        *lines += &object(|out| value::write_item(out.name("Item"), &item));
        lines.push('\n');
    }
}

/// Creates the tables of an export and puts its items; all or, after an error, nothing. The lines may be compressed
/// with gzip.
///
/// # Errors
///
/// If what is compressed is damaged, or a line is not of the form, or breaks a rule of the service: a table that is there already, for example.
pub fn import(backend: &MemBackend, lines: &[u8]) -> Result<Imported, ImportError> {
    carry_out(backend, lines, None)
}

/// Puts the items of an export of the service to S3, in DynamoDB JSON, into a table that is there; all or,
/// after an error, nothing. Items under the same keys are replaced. The lines may be compressed with gzip, as the
/// service's are (`data/*.json.gz`); files one behind the other are read as one.
///
/// Source: the developer guide, "DynamoDB table export output format". Exports in Amazon Ion, and those of the changes
/// in a time, are of other forms.
///
/// # Errors
///
/// If there is no such table, if what is compressed is damaged, or if a line is not of the form or breaks a rule of
/// the service. See [`export_items`] for an example.
pub fn import_items(backend: &MemBackend, table: &str, lines: &[u8]) -> Result<Imported, ImportError> {
    carry_out(backend, lines, Some(table.to_owned()))
}

fn carry_out(backend: &MemBackend, lines: &[u8], into: Option<String>) -> Result<Imported, ImportError> {
    let lines = gzip::inflated(lines).map_err(|line| {
        let failure = Failure::validation("the lines are compressed with gzip, and are damaged or break off");
        ImportError { line, failure }
    })?;
    let now = backend.now();
    let mut current = backend.engine_mut();
    let mut import =
        Import { engine: current.clone(), now, into, table: None, imported: Imported::default() };
    // An import has no time to wait for its tables.
    let delay = std::mem::take(&mut import.engine.state.table_delay);
    for (line, position) in lines.split(|byte| *byte == b'\n').zip(1..) {
        if !line.trim_ascii().is_empty() {
            import.carry_out(line, position)?;
        }
    }
    import.finish_table()?;
    import.engine.state.table_delay = delay;
    *current = import.engine;
    Ok(import.imported)
}

/// An import that goes on.
struct Import {
    engine: Engine,
    now: SystemTime,
    /// The table that is there for the items, if there is to be no other.
    into: Option<String>,
    /// The table that the items go to.
    table: Option<Current>,
    imported: Imported,
}

/// A table that was created, the line that did so, and the changes that follow its items.
struct Current {
    name: String,
    line: usize,
    changes: Vec<UpdateTable>,
}

impl Import {
    fn carry_out(&mut self, line: &[u8], position: usize) -> Result<(), ImportError> {
        let at_line = |failure| ImportError { line: position, failure };
        match read(line, || self.engine.cohort(), parse).map_err(at_line)? {
            Line::Table(_) if self.into.is_some() => {
                Err(at_line(Failure::validation("a table among the items of a table")))
            }
            Line::Table(restored) => {
                self.finish_table()?;
                self.create(*restored, position).map_err(at_line)
            }
            Line::Item(item) => {
                let table = self.into.as_ref().or(self.table.as_ref().map(|table| &table.name)).cloned();
                let table = table.ok_or_else(|| at_line(Failure::validation("an item before any table")))?;
                self.engine.put(call::Put { table, item, ..call::Put::default() }).map_err(at_line)?;
                self.imported.n_items += 1;
                Ok(())
            }
            Line::Neither => Err(at_line(Failure::validation("neither a `Table` nor an `Item`"))),
        }
    }

    fn create(&mut self, restored: Restored, line: usize) -> Result<(), Failure> {
        let created = restored.created.unwrap_or(self.now);
        let name = definition::create(&mut self.engine, restored.definition, restored.tags, created)?.table;
        if let Some(attribute) = restored.time_to_live {
            let time_to_live = TimeToLive { table: name.clone(), attribute, enabled: true };
            self.engine.update_time_to_live(&time_to_live, created)?;
        }
        self.table = Some(Current { name, line, changes: restored.changes });
        self.imported.n_tables += 1;
        Ok(())
    }

    /// Carries out what follows the items of a table.
    fn finish_table(&mut self) -> Result<(), ImportError> {
        let Some(Current { line, changes, .. }) = self.table.take() else { return Ok(()) };
        for change in changes {
            let done = self.engine.update_table(&change, self.now);
            done.map_err(|failure| ImportError { line, failure })?;
        }
        Ok(())
    }
}

enum Line {
    Table(Box<Restored>),
    Item(Item),
    Neither,
}

struct Restored {
    definition: CreateTable,
    tags: Vec<Tag>,
    time_to_live: Option<String>,
    created: Option<SystemTime>,
    changes: Vec<UpdateTable>,
}

fn parse(json: &mut Reader<'_>) -> Parsed<Line> {
    let (mut definition, mut item, mut time_to_live, mut created) = (None, None, None, None);
    let mut changes = Vec::new();
    json.members(Wanted::Element("Line"), |json, member| {
        match member {
            "Table" => definition = Some(definition::parse(json)?),
            "Item" => item = Some(value::item(json)?),
            "Changes" => changes = value::elements(json, update_table::parse)?,
            "TimeToLiveAttribute" => time_to_live = Some(json.string()?),
            "CreatedMillis" => created = u64::try_from(json.whole("Long")?).ok(),
            _ => json.skip()?,
        }
        Ok(())
    })?;
    let created = created.and_then(|millis| UNIX_EPOCH.checked_add(Duration::from_millis(millis)));
    Ok(match (definition, item) {
        (Some((definition, tags)), None) => {
            Line::Table(Box::new(Restored { definition, tags, time_to_live, created, changes }))
        }
        (None, Some(item)) => Line::Item(item),
        _ => Line::Neither,
    })
}

/// Writes the line of a table: the parameters that create it, and what they do not say.
fn write_line(
    out: &mut Writer,
    description: &TableDescription,
    tags: &[Tag],
    time_to_live: Option<&str>,
    late: &[&str],
) {
    out.name("Table").object(|out| {
        write_definition(out, description, late);
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
    let changes = changes(description, late);
    if !changes.is_empty() {
        out.name("Changes").list(changes, |out, change| write_change(out, description, change));
    }
}

fn write_definition(out: &mut Writer, description: &TableDescription, late: &[&str]) {
    let early: Vec<Index> =
        description.indexes.iter().filter(|index| !late.contains(&&*index.name)).cloned().collect();
    out.name("TableName").text(&description.table);
    table::write_definitions(out, &description.key, &early);
    table::write_key(out.name("KeySchema"), &description.key);
    match description.throughput {
        None => out.name("BillingMode").plain("PAY_PER_REQUEST"),
        Some(throughput) => write_throughput(out, throughput),
    }
    write_capacity(out, description.throughput, description.on_demand, description.warm);
    if description.class != TableClass::Standard {
        out.name("TableClass").plain(settings::class_name(description.class));
    }
    if let Some(key) = &description.encryption_key {
        out.name("SSESpecification").object(|out| {
            out.name("Enabled").flag(true);
            out.name("SSEType").plain("KMS");
            out.name("KMSMasterKeyId").text(key);
        });
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
        let of_scope: Vec<&Index> = early.iter().filter(|index| index.scope == scope).collect();
        if !of_scope.is_empty() {
            out.name(name).list(of_scope, |out, index| write_index(out, description, index));
        }
    }
}

fn write_index(out: &mut Writer, description: &TableDescription, index: &Index) {
    out.object(|out| {
        out.name("IndexName").text(&index.name);
        table::write_key(out.name("KeySchema"), &index.key);
        table::write_projection(out.name("Projection"), &index.projection);
        if let Some(state) = description.global_indexes.get(&index.name) {
            if let Some(throughput) = state.throughput {
                write_throughput(out, throughput);
            }
            write_capacity(out, state.throughput, state.on_demand, state.warm);
        }
    });
}

fn write_throughput(out: &mut Writer, throughput: Throughput) {
    out.name("ProvisionedThroughput").object(|out| {
        out.name("ReadCapacityUnits").whole(throughput.read);
        out.name("WriteCapacityUnits").whole(throughput.write);
    });
}

/// Writes what is not the rule for a table or an index of this throughput.
fn write_capacity(
    out: &mut Writer,
    throughput: Option<Throughput>,
    on_demand: UnitsPerSecond,
    warm: UnitsPerSecond,
) {
    let limited = |units: Option<i64>| units.filter(|units| *units > 0);
    let on_demand = UnitsPerSecond { read: limited(on_demand.read), write: limited(on_demand.write) };
    settings::write_on_demand(out, on_demand);
    let units = |units: u64| i64::try_from(units).unwrap_or(i64::MAX);
    let rule = match throughput {
        None => (ON_DEMAND_READ_UNITS, ON_DEMAND_WRITE_UNITS),
        Some(throughput) => (units(throughput.read), units(throughput.write)),
    };
    if warm != (UnitsPerSecond { read: Some(rule.0), write: Some(rule.1) }) {
        settings::write_warm(out, warm);
    }
}

/// What follows the items of a table.
#[derive(Clone, Copy)]
enum Change<'d> {
    /// The table has maxima that were taken away.
    Unlimited(UnitsPerSecond),
    /// So has an index.
    UnlimitedIndex(&'d str, UnitsPerSecond),
    /// An index that came after the table.
    Add(&'d Index),
}

fn changes<'d>(description: &'d TableDescription, late: &[&str]) -> Vec<Change<'d>> {
    let is_unlimited = |units: UnitsPerSecond| units.read == Some(-1) || units.write == Some(-1);
    let late = description.indexes.iter().filter(|index| late.contains(&&*index.name));
    let mut changes: Vec<Change<'_>> = late.map(Change::Add).collect();
    if is_unlimited(description.on_demand) {
        changes.push(Change::Unlimited(description.on_demand));
    }
    let indexes = description.global_indexes.iter().filter(|(_, state)| is_unlimited(state.on_demand));
    changes.extend(indexes.map(|(name, state)| Change::UnlimitedIndex(name, state.on_demand)));
    changes
}

/// Writes the parameters of `UpdateTable`.
fn write_change(out: &mut Writer, description: &TableDescription, change: Change<'_>) {
    out.object(|out| {
        out.name("TableName").text(&description.table);
        match change {
            Change::Unlimited(units) => settings::write_on_demand(out, units),
            Change::UnlimitedIndex(name, units) => {
                out.name("GlobalSecondaryIndexUpdates").list([name], |out, name| {
                    out.object(|out| {
                        out.name("Update").object(|out| {
                            out.name("IndexName").text(name);
                            settings::write_on_demand(out, units);
                        });
                    });
                });
            }
            Change::Add(index) => {
                table::write_definitions(out, &index.key, &[]);
                out.name("GlobalSecondaryIndexUpdates").list([index], |out, index| {
                    out.object(|out| write_index(out.name("Create"), description, index));
                });
            }
        }
    });
}
