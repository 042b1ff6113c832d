//! `ListStreams`, `DescribeStream`, `GetShardIterator` and `GetRecords`, of the protocol's second service.

use dynorm::backend::{Backend as _, Failure};

use super::reader::{Parsed, Reader, Wanted};
use super::table::{view_name, write_key};
use super::value::write_item;
use super::writer::{Writer, object};
use super::{Wire, member};
use crate::call::stream::{
    DescribeStream, GetRecords, GetShardIterator, ListStreams, Record, Shard, ShardIteratorType, StreamStatus,
};

/// Most streams or shards in one answer.
const LIST_MAX: u32 = 100;
/// Most records in one answer.
const RECORDS_MAX: u32 = 1000;

pub(super) fn list(wire: &Wire, body: &[u8]) -> Result<String, Failure> {
    let call = wire.read(body, parse_list)?;
    let reply = wire.backend.engine().list_streams(&call, wire.backend.now())?;
    Ok(object(|out| {
        out.name("Streams").list(&reply.streams, |out, stream| {
            out.object(|out| {
                out.name("StreamArn").text(&stream.arn);
                out.name("TableName").text(&stream.table);
                out.name("StreamLabel").text(&stream.label);
            });
        });
        if let Some(last) = &reply.last {
            out.name("LastEvaluatedStreamArn").text(last);
        }
    }))
}

fn parse_list(json: &mut Reader<'_>) -> Parsed<ListStreams> {
    let mut call = ListStreams::default();
    json.members(Wanted::Element("ListStreamsInput"), |json, member| {
        match member {
            "TableName" => call.table = member::table(json)?,
            "Limit" => call.limit = member::ranged(json, member, 1..=LIST_MAX)?,
            "ExclusiveStartStreamArn" => call.start = Some(json.string()?),
            _ => json.skip()?,
        }
        Ok(())
    })?;
    Ok(call)
}

pub(super) fn describe(wire: &Wire, body: &[u8]) -> Result<String, Failure> {
    let call = wire.read(body, parse_describe)?;
    let reply = wire.backend.engine().describe_stream(&call, wire.backend.now())?;
    let status = if reply.status == StreamStatus::Enabled { "ENABLED" } else { "DISABLED" };
    Ok(object(|out| {
        out.name("StreamDescription").object(|out| {
            out.name("StreamArn").text(&reply.arn);
            out.name("StreamLabel").text(&reply.label);
            out.name("StreamStatus").plain(status);
            out.name("StreamViewType").plain(view_name(reply.view));
            out.name("CreationRequestDateTime").time(reply.created);
            out.name("TableName").text(&reply.table);
            write_key(out.name("KeySchema"), &reply.key);
            out.name("Shards").list(&reply.shards, write_shard);
            if let Some(last) = &reply.last_shard {
                out.name("LastEvaluatedShardId").text(last);
            }
        });
    }))
}

fn write_shard(out: &mut Writer, shard: &Shard) {
    out.object(|out| {
        out.name("ShardId").text(&shard.id);
        out.name("SequenceNumberRange").object(|out| {
            out.name("StartingSequenceNumber").text(&shard.first);
            if let Some(last) = &shard.last {
                out.name("EndingSequenceNumber").text(last);
            }
        });
    });
}

fn parse_describe(json: &mut Reader<'_>) -> Parsed<DescribeStream> {
    let mut call = DescribeStream::default();
    let mut stream = None;
    json.members(Wanted::Element("DescribeStreamInput"), |json, member| {
        match member {
            "StreamArn" => stream = Some(json.string()?),
            "Limit" => call.limit = member::ranged(json, member, 1..=LIST_MAX)?,
            "ExclusiveStartShardId" => call.start = Some(json.string()?),
            "ShardFilter" => {
                json.checks.not_modelled("ShardFilter of DescribeStream");
                json.skip()?;
            }
            _ => json.skip()?,
        }
        Ok(())
    })?;
    call.stream = json.checks.required("", "StreamArn", stream);
    Ok(call)
}

pub(super) fn shard_iterator(wire: &Wire, body: &[u8]) -> Result<String, Failure> {
    let call = wire.read(body, parse_shard_iterator)?;
    let iterator = wire.backend.engine().get_shard_iterator(&call, wire.backend.now())?;
    Ok(object(|out| out.name("ShardIterator").text(&iterator)))
}

fn parse_shard_iterator(json: &mut Reader<'_>) -> Parsed<GetShardIterator> {
    let mut call = GetShardIterator::default();
    let (mut stream, mut shard, mut kind) = (None, None, None);
    json.members(Wanted::Element("GetShardIteratorInput"), |json, member| {
        match member {
            "StreamArn" => stream = Some(json.string()?),
            "ShardId" => shard = Some(json.string()?),
            "ShardIteratorType" => {
                let words = [
                    ("AFTER_SEQUENCE_NUMBER", ShardIteratorType::AfterSequenceNumber),
                    ("AT_SEQUENCE_NUMBER", ShardIteratorType::AtSequenceNumber),
                    ("LATEST", ShardIteratorType::Latest),
                    ("TRIM_HORIZON", ShardIteratorType::TrimHorizon),
                ];
                kind = Some(member::word(json, member, &words)?);
            }
            "SequenceNumber" => call.sequence_number = Some(json.string()?),
            _ => json.skip()?,
        }
        Ok(())
    })?;
    call.stream = json.checks.required("", "StreamArn", stream);
    call.shard = json.checks.required("", "ShardId", shard);
    call.kind = json.checks.required("", "ShardIteratorType", kind);
    Ok(call)
}

pub(super) fn records(wire: &Wire, body: &[u8]) -> Result<String, Failure> {
    let call = wire.read(body, parse_records)?;
    let reply = wire.backend.engine().get_records(&call, wire.backend.now())?;
    Ok(object(|out| {
        out.name("Records").list(&reply.records, write_record);
        if let Some(next) = &reply.next {
            out.name("NextShardIterator").text(next);
        }
    }))
}

fn parse_records(json: &mut Reader<'_>) -> Parsed<GetRecords> {
    let mut call = GetRecords::default();
    let mut iterator = None;
    json.members(Wanted::Element("GetRecordsInput"), |json, member| {
        match member {
            "ShardIterator" => iterator = Some(json.string()?),
            "Limit" => call.limit = member::ranged(json, member, 1..=RECORDS_MAX)?,
            _ => json.skip()?,
        }
        Ok(())
    })?;
    call.iterator = json.checks.required("", "ShardIterator", iterator);
    Ok(call)
}

fn write_record(out: &mut Writer, record: &Record) {
    out.object(|out| {
        out.name("eventID").text(&record.id);
        out.name("eventName").plain(record.event.name());
        out.name("eventVersion").plain(Record::VERSION);
        out.name("eventSource").plain(Record::SOURCE);
        out.name("awsRegion").plain(Record::REGION);
        out.name("dynamodb").object(|out| {
            out.name("ApproximateCreationDateTime").time(record.created);
            write_item(out.name("Keys"), &record.keys);
            if let Some(image) = &record.new_image {
                write_item(out.name("NewImage"), image);
            }
            if let Some(image) = &record.old_image {
                write_item(out.name("OldImage"), image);
            }
            out.name("SequenceNumber").text(&record.sequence_number);
            out.name("SizeBytes").whole(record.size_bytes);
            out.name("StreamViewType").plain(view_name(record.view));
        });
        if record.is_expiry {
            // These names begin with small letters, unlike those of the model.
            out.name("userIdentity").object(|out| {
                out.name("type").plain(Record::SERVICE_TYPE);
                out.name("principalId").plain(Record::SERVICE_PRINCIPAL);
            });
        }
    });
}
