//! The parameters of `CreateTable`: a table's definition.

use std::collections::BTreeMap;
use std::time::SystemTime;

use dynorm::backend::Failure;
use dynorm::backend::table::{
    CreateTable, Encryption, Index, IndexCapacity, IndexScope, KeyAttribute, KeySchema, Projection,
    StreamView, TableClass, TableDescription, Throughput, UnitsPerSecond,
};
use dynorm::value::KeyKind;

use super::checks::Problem;
use super::reader::{Parsed, Reader, Wanted};
use super::value::{elements, strings};
use super::{member, settings, tag};
use crate::Engine;
use crate::call::table::StreamSpecification;
use crate::call::tag::{Tag, TagResource};

const INVALID: &str = "One or more parameter values were invalid";

/// The whole request, before its parts are matched with each other.
#[derive(Debug, Default)]
struct Draft {
    table: Option<String>,
    kinds: Option<Vec<(String, Option<KeyKind>)>>,
    key: Option<Vec<KeyElement>>,
    indexes: Vec<IndexDraft>,
    billing: Option<Billing>,
    throughput: Option<Throughput>,
    on_demand: UnitsPerSecond,
    warm: UnitsPerSecond,
    class: TableClass,
    encryption: Encryption,
    stream: Option<StreamView>,
    deletion_protection: bool,
    tags: Vec<Tag>,
}

#[derive(Debug)]
pub(super) struct IndexDraft {
    scope: IndexScope,
    name: String,
    key: Vec<KeyElement>,
    projection: Projection,
    pub(super) capacity: IndexCapacity,
}

#[derive(Clone, Debug)]
struct KeyElement {
    name: String,
    role: Role,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Role {
    #[default]
    Partition,
    Sort,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Billing {
    #[default]
    Provisioned,
    PerRequest,
}

/// Creates a table with its tags, or changes nothing.
pub(super) fn create(
    engine: &mut Engine,
    call: CreateTable,
    tags: Vec<Tag>,
    now: SystemTime,
) -> Result<TableDescription, Failure> {
    if tags.is_empty() {
        return engine.create_table(call, now);
    }
    let mut tagged = engine.clone();
    let description = tagged.create_table(call, now)?;
    tagged.tag_resource(&TagResource { resource: description.arn.clone(), tags })?;
    *engine = tagged;
    Ok(description)
}

/// Reads the request; the tags are no part of the engine's call.
pub(super) fn parse(json: &mut Reader<'_>) -> Parsed<(CreateTable, Vec<Tag>)> {
    let mut draft = Draft::default();
    json.members(Wanted::Element("CreateTableInput"), |json, member| {
        match member {
            "TableName" => draft.table = member::table(json)?,
            "AttributeDefinitions" => draft.kinds = Some(elements(json, attribute)?),
            "KeySchema" => draft.key = Some(elements(json, |json| key_element(json, ""))?),
            "LocalSecondaryIndexes" => indexes(json, member, IndexScope::Local, &mut draft.indexes)?,
            "GlobalSecondaryIndexes" => indexes(json, member, IndexScope::Global, &mut draft.indexes)?,
            "BillingMode" => draft.billing = Some(billing(json)?),
            "ProvisionedThroughput" => {
                draft.throughput = Some(settings::throughput(json, "ProvisionedThroughput.")?);
            }
            "StreamSpecification" => draft.stream = new_stream(json)?,
            "DeletionProtectionEnabled" => draft.deletion_protection = json.flag()?,
            "SSESpecification" => draft.encryption = settings::encryption(json)?,
            "TableClass" => draft.class = settings::class(json)?,
            "OnDemandThroughput" => draft.on_demand = settings::on_demand(json)?,
            "WarmThroughput" => draft.warm = settings::warm(json, "WarmThroughput.")?,
            "Tags" => draft.tags = tag::parse(json)?,
            "ResourcePolicy" | "VectorIndexes" | "GlobalTableSettingsReplicationMode" => {
                json.checks.not_modelled(format_args!("{member} of CreateTable"));
                json.skip()?;
            }
            _ => json.skip()?,
        }
        Ok(())
    })?;
    let tags = std::mem::take(&mut draft.tags);
    Ok((finished(json, draft), tags))
}

/// Reads how the table is paid for.
pub(super) fn billing(json: &mut Reader<'_>) -> Parsed<Billing> {
    let words = [("PROVISIONED", Billing::Provisioned), ("PAY_PER_REQUEST", Billing::PerRequest)];
    member::word(json, "BillingMode", &words)
}

/// Reads what a new table's stream is to tell, if it is to have one.
fn new_stream(json: &mut Reader<'_>) -> Parsed<Option<StreamView>> {
    let StreamSpecification { enabled, view } = stream(json)?;
    let problem = match (enabled, view) {
        (true, None) => "a stream enabled, UpdateViewType is required",
        (false, Some(_)) => "a stream disabled, UpdateViewType should not be specified",
        _ => return Ok(view),
    };
    let problem = format!("{INVALID}: Table is being created with {problem}");
    json.checks.parameters(Problem::of_data(problem));
    Ok(view.filter(|_| enabled))
}

/// Reads whether a stream is to be on, and what it is to tell.
pub(super) fn stream(json: &mut Reader<'_>) -> Parsed<StreamSpecification> {
    let (mut enabled, mut view) = (None, None);
    json.members(Wanted::Field("StreamSpecification"), |json, member| {
        match member {
            "StreamEnabled" => enabled = Some(json.flag()?),
            "StreamViewType" => {
                let words = [
                    ("NEW_IMAGE", Some(StreamView::NewImage)),
                    ("OLD_IMAGE", Some(StreamView::OldImage)),
                    ("NEW_AND_OLD_IMAGES", Some(StreamView::NewAndOldImages)),
                    ("KEYS_ONLY", Some(StreamView::KeysOnly)),
                ];
                view = member::word(json, "StreamSpecification.StreamViewType", &words)?;
            }
            _ => json.skip()?,
        }
        Ok(())
    })?;
    let enabled = json.checks.required("StreamSpecification.", "StreamEnabled", enabled);
    Ok(StreamSpecification { enabled, view })
}

pub(super) fn attribute(json: &mut Reader<'_>) -> Parsed<(String, Option<KeyKind>)> {
    let (mut name, mut kind) = (None, None);
    json.members(Wanted::Element("AttributeDefinition"), |json, member| {
        match member {
            "AttributeName" => name = Some(json.string()?),
            "AttributeType" => {
                let words = [("B", Some(KeyKind::B)), ("N", Some(KeyKind::N)), ("S", Some(KeyKind::S))];
                kind = Some(member::word(json, "AttributeDefinitions.member.AttributeType", &words)?);
            }
            _ => json.skip()?,
        }
        Ok(())
    })?;
    let path = "AttributeDefinitions.member.";
    let name = json.checks.required(path, "AttributeName", name);
    Ok((name, json.checks.required(path, "AttributeType", kind)))
}

fn key_element(json: &mut Reader<'_>, path: &str) -> Parsed<KeyElement> {
    let (mut name, mut role) = (None, None);
    let path = format!("{path}KeySchema.member.");
    json.members(Wanted::Element("KeySchemaElement"), |json, member| {
        match member {
            "AttributeName" => name = Some(json.string()?),
            "KeyType" => {
                let words = [("HASH", Role::Partition), ("RANGE", Role::Sort)];
                role = Some(member::word(json, &format!("{path}KeyType"), &words)?);
            }
            _ => json.skip()?,
        }
        Ok(())
    })?;
    let name = json.checks.required(&path, "AttributeName", name);
    Ok(KeyElement { name, role: json.checks.required(&path, "KeyType", role) })
}

fn indexes(
    json: &mut Reader<'_>,
    member: &str,
    scope: IndexScope,
    indexes: &mut Vec<IndexDraft>,
) -> Parsed<()> {
    let mut position = 0;
    let before = indexes.len();
    json.list(|json| {
        position += 1;
        indexes.push(index(json, scope, &format!("{member}.{position}.member."))?);
        Ok(())
    })?;
    if indexes.len() == before {
        let problem = format!("{INVALID}: List of {member} is empty");
        json.checks.parameters(Problem::of_data(problem));
    }
    Ok(())
}

pub(super) fn index(json: &mut Reader<'_>, scope: IndexScope, path: &str) -> Parsed<IndexDraft> {
    let (mut name, mut key, mut projected) = (None, None, None);
    let mut capacity = IndexCapacity::default();
    let class = match scope {
        IndexScope::Local => "LocalSecondaryIndex",
        IndexScope::Global => "GlobalSecondaryIndex",
    };
    json.members(Wanted::Element(class), |json, member| {
        match member {
            "IndexName" => name = Some(json.string()?),
            "KeySchema" => key = Some(elements(json, |json| key_element(json, path))?),
            "Projection" => projected = Some(projection(json, path)?),
            _ if scope == IndexScope::Global => index_capacity(json, member, path, &mut capacity)?,
            _ => json.skip()?,
        }
        Ok(())
    })?;
    let name = json.checks.required(path, "IndexName", name);
    let key = json.checks.required(path, "KeySchema", key);
    let projection = json.checks.required(path, "Projection", projected);
    Ok(IndexDraft { scope, name, key, projection, capacity })
}

/// Reads a member that is about the capacity of a global index, or passes over it.
pub(super) fn index_capacity(
    json: &mut Reader<'_>,
    member: &str,
    path: &str,
    capacity: &mut IndexCapacity,
) -> Parsed<()> {
    let path = format!("{path}{member}.");
    match member {
        "ProvisionedThroughput" => capacity.throughput = Some(settings::throughput(json, &path)?),
        "OnDemandThroughput" => capacity.on_demand = settings::on_demand(json)?,
        "WarmThroughput" => capacity.warm = settings::warm(json, &path)?,
        _ => json.skip()?,
    }
    Ok(())
}

fn projection(json: &mut Reader<'_>, path: &str) -> Parsed<Projection> {
    let (mut kind, mut names) = (None, None);
    json.members(Wanted::Field("Projection"), |json, member| {
        match member {
            "ProjectionType" => {
                let words = [
                    ("ALL", Some(Projection::All)),
                    ("INCLUDE", Some(Projection::Include(Vec::new()))),
                    ("KEYS_ONLY", Some(Projection::KeysOnly)),
                ];
                kind = member::word(json, &format!("{path}Projection.ProjectionType"), &words)?;
            }
            "NonKeyAttributes" => names = Some(strings(json)?),
            _ => json.skip()?,
        }
        Ok(())
    })?;
    let (kind, name) = match (kind, names) {
        (Some(Projection::Include(_)), names) => return Ok(Projection::Include(names.unwrap_or_default())),
        (Some(kind), None) => return Ok(kind),
        (Some(Projection::KeysOnly), Some(_)) => (Projection::KeysOnly, "KEYS_ONLY"),
        (Some(kind), Some(_)) => (kind, "ALL"),
        (None, _) => {
            let problem = format!("{INVALID}: Unknown ProjectionType: null");
            json.checks.parameters(Problem::of_data(problem));
            return Ok(Projection::All);
        }
    };
    let problem = format!("{INVALID}: ProjectionType is {name}, but NonKeyAttributes is specified");
    json.checks.parameters(Problem::of_data(problem));
    Ok(kind)
}

/// Matches the parts with each other.
fn finished(json: &mut Reader<'_>, draft: Draft) -> CreateTable {
    let table = json.checks.required("", "TableName", draft.table);
    let kinds = json.checks.required("", "AttributeDefinitions", draft.kinds);
    let key = json.checks.required("", "KeySchema", draft.key);
    let problem = throughput_problem(draft.billing, draft.throughput, &draft.indexes)
        .or_else(|| repeated_problem(&kinds))
        .or_else(|| key_problem(&key))
        .or_else(|| draft.indexes.iter().find_map(|index| index_key_problem(&index.key)))
        .or_else(|| attributes_problem(&kinds, &key, &draft.indexes));
    if let Some(problem) = problem {
        json.checks.parameters(Problem::of_data(problem));
    }
    let kinds = by_name(kinds);
    let capacities = draft.indexes.iter().filter(|index| index.capacity != IndexCapacity::default());
    let index_capacity = capacities.map(|index| (index.name.clone(), index.capacity)).collect();
    let indexes = draft.indexes.into_iter().map(|index| index.with(&kinds));
    CreateTable {
        table,
        indexes: indexes.collect(),
        index_capacity,
        key: schema(key, &kinds),
        throughput: draft.throughput,
        on_demand: draft.on_demand,
        warm: draft.warm,
        class: draft.class,
        encryption: draft.encryption,
        stream: draft.stream,
        deletion_protection: draft.deletion_protection,
    }
}

impl IndexDraft {
    /// The index of a table that is there, with the kinds of attributes that the request defines.
    pub(super) fn finished(
        self,
        json: &mut Reader<'_>,
        kinds: Option<&[(String, Option<KeyKind>)]>,
    ) -> Index {
        let Some(kinds) = kinds else {
            let problem =
                format!("{INVALID}: AttributeDefinitions is not specified for index: {}", self.name);
            json.checks.parameters(Problem::of_data(problem));
            return self.with(&BTreeMap::new());
        };
        let problem = repeated_problem(kinds)
            .or_else(|| index_key_problem(&self.key))
            .or_else(|| undefined_problem(kinds, &[], std::slice::from_ref(&self)));
        if let Some(problem) = problem {
            json.checks.parameters(Problem::of_data(problem));
        }
        self.with(&by_name(kinds.to_vec()))
    }

    fn with(self, kinds: &BTreeMap<String, KeyKind>) -> Index {
        let Self { scope, name, key, projection, .. } = self;
        Index { name, scope, key: schema(key, kinds), projection }
    }
}

/// Attributes without a kind have been refused.
fn by_name(kinds: Vec<(String, Option<KeyKind>)>) -> BTreeMap<String, KeyKind> {
    kinds.into_iter().filter_map(|(name, kind)| Some((name, kind?))).collect()
}

fn throughput_problem(
    billing: Option<Billing>,
    throughput: Option<Throughput>,
    indexes: &[IndexDraft],
) -> Option<String> {
    match (billing.unwrap_or_default(), throughput) {
        (Billing::Provisioned, None) => Some(format!(
            "{INVALID}: ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is \
             PROVISIONED"
        )),
        (Billing::PerRequest, Some(_)) => Some(format!(
            "{INVALID}: Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is \
             PAY_PER_REQUEST"
        )),
        (Billing::Provisioned, Some(_)) => {
            let is_bare = |index: &&IndexDraft| {
                index.scope == IndexScope::Global && index.capacity.throughput.is_none()
            };
            let index = indexes.iter().find(is_bare)?;
            Some(format!("{INVALID}: ProvisionedThroughput is not specified for index: {}", index.name))
        }
        (Billing::PerRequest, None) => {
            let index = indexes.iter().find(|index| index.capacity.throughput.is_some())?;
            Some(format!(
                "{INVALID}: ProvisionedThroughput should not be specified for index: {} when BillingMode is \
                 PAY_PER_REQUEST",
                index.name
            ))
        }
    }
}

/// The roles of a table's key attributes; the engine checks everything else about them.
fn key_problem(key: &[KeyElement]) -> Option<String> {
    match key {
        [first, ..] if first.role != Role::Partition => {
            Some("Invalid KeySchema: The first KeySchemaElement is not a HASH key type".to_owned())
        }
        [_, second, ..] if second.role != Role::Sort => {
            Some("Invalid KeySchema: The second KeySchemaElement is not a RANGE key type".to_owned())
        }
        _ => None,
    }
}

/// The order of roles in the key of an index, which may have several attributes of each.
fn index_key_problem(key: &[KeyElement]) -> Option<String> {
    if key.first().is_some_and(|first| first.role != Role::Partition) {
        return key_problem(key);
    }
    let is_late = |pair: &[KeyElement]| pair[0].role == Role::Sort && pair[1].role == Role::Partition;
    key.windows(2).find(|pair| is_late(pair)).map(|_| {
        format!("{INVALID}: All HASH key attributes must precede RANGE key attributes in the KeySchema")
    })
}

fn repeated_problem(kinds: &[(String, Option<KeyKind>)]) -> Option<String> {
    let mut names: Vec<&String> = kinds.iter().map(|(name, _)| name).collect();
    names.sort_unstable();
    let pair = names.windows(2).find(|pair| pair[0] == pair[1])?;
    Some(format!("Attribute Name is duplicated: {}", pair[0]))
}

/// The attributes are those of keys, and the other way round.
fn attributes_problem(
    kinds: &[(String, Option<KeyKind>)],
    key: &[KeyElement],
    indexes: &[IndexDraft],
) -> Option<String> {
    if indexes.is_empty() {
        return lone_key_problem(kinds, key);
    }
    undefined_problem(kinds, key, indexes).or_else(|| unused_problem(kinds, key, indexes))
}

/// The attributes of a table without indexes are those of its key.
fn lone_key_problem(kinds: &[(String, Option<KeyKind>)], key: &[KeyElement]) -> Option<String> {
    if kinds.len() != key.len() {
        return Some(format!(
            "{INVALID}: Number of attributes in KeySchema does not exactly match number of attributes defined in \
             AttributeDefinitions"
        ));
    }
    let is_undefined = |element: &KeyElement| !kinds.iter().any(|(name, _)| *name == element.name);
    let undefined = key.iter().any(is_undefined);
    undefined.then(|| "Invalid KeySchema: Some index key attribute have no definition".to_owned())
}

fn undefined_problem(
    kinds: &[(String, Option<KeyKind>)],
    key: &[KeyElement],
    indexes: &[IndexDraft],
) -> Option<String> {
    let keys = std::iter::once(key).chain(indexes.iter().map(|index| index.key.as_slice()));
    let is_undefined = |element: &KeyElement| !kinds.iter().any(|(name, _)| *name == element.name);
    let guilty = keys.into_iter().find(|key| key.iter().any(is_undefined))?;
    Some(format!(
        "{INVALID}: Some index key attributes are not defined in AttributeDefinitions. Keys: [{}], \
         AttributeDefinitions: [{}]",
        listed(guilty.iter().map(|element| &element.name)),
        listed(kinds.iter().map(|(name, _)| name))
    ))
}

fn unused_problem(
    kinds: &[(String, Option<KeyKind>)],
    key: &[KeyElement],
    indexes: &[IndexDraft],
) -> Option<String> {
    let keys = key.iter().chain(indexes.iter().flat_map(|index| &index.key));
    let mut used: Vec<&String> = keys.map(|element| &element.name).collect();
    used.sort_unstable();
    used.dedup();
    kinds.iter().find(|(name, _)| used.binary_search(&name).is_err())?;
    Some(format!(
        "{INVALID}: Some AttributeDefinitions are not used. AttributeDefinitions: [{}], keys used: [{}]",
        listed(kinds.iter().map(|(name, _)| name)),
        listed(used)
    ))
}

fn listed<N: AsRef<str>>(names: impl IntoIterator<Item = N>) -> String {
    let names: Vec<N> = names.into_iter().collect();
    names.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(", ")
}

/// Attributes without a kind have been refused.
fn schema(key: Vec<KeyElement>, kinds: &BTreeMap<String, KeyKind>) -> KeySchema {
    let mut schema = KeySchema::default();
    for KeyElement { name, role } in key {
        let Some(kind) = kinds.get(&name).copied() else { continue };
        let side = match role {
            Role::Partition => &mut schema.partition,
            Role::Sort => &mut schema.sort,
        };
        side.push(KeyAttribute { name, kind });
    }
    schema
}
