//! `TagResource`, `UntagResource` and `ListTagsOfResource`.

use dynorm::backend::Failure;

use super::Wire;
use super::reader::{Parsed, Reader, Wanted};
use super::value::{elements, strings};
use super::writer::{Writer, object};
use crate::call::tag::{Tag, TagResource, UntagResource};

/// The answer has no body.
pub(super) fn tag(wire: &Wire, body: &[u8]) -> Result<String, Failure> {
    let call = wire.read(body, |json| {
        let (mut resource, mut tags) = (None, None);
        json.members(Wanted::Element("TagResourceInput"), |json, member| {
            match member {
                "ResourceArn" => resource = Some(json.string()?),
                "Tags" => tags = Some(parse(json)?),
                _ => json.skip()?,
            }
            Ok(())
        })?;
        let resource = json.checks.required("", "ResourceArn", resource);
        Ok(TagResource { resource, tags: json.checks.required("", "Tags", tags) })
    })?;
    wire.backend.engine_mut().tag_resource(&call)?;
    Ok(String::new())
}

/// The answer has no body.
pub(super) fn untag(wire: &Wire, body: &[u8]) -> Result<String, Failure> {
    let call = wire.read(body, |json| {
        let (mut resource, mut keys) = (None, None);
        json.members(Wanted::Element("UntagResourceInput"), |json, member| {
            match member {
                "ResourceArn" => resource = Some(json.string()?),
                "TagKeys" => keys = Some(strings(json)?),
                _ => json.skip()?,
            }
            Ok(())
        })?;
        let resource = json.checks.required("", "ResourceArn", resource);
        Ok(UntagResource { resource, keys: json.checks.required("", "TagKeys", keys) })
    })?;
    wire.backend.engine_mut().untag_resource(&call)?;
    Ok(String::new())
}

/// All tags in one answer, so that there is never a token to go on with; one that is given is passed over, as on
/// the service.
pub(super) fn list(wire: &Wire, body: &[u8]) -> Result<String, Failure> {
    let resource = wire.read(body, |json| {
        let mut resource = None;
        json.members(Wanted::Element("ListTagsOfResourceInput"), |json, member| {
            match member {
                "ResourceArn" => resource = Some(json.string()?),
                _ => json.skip()?,
            }
            Ok(())
        })?;
        Ok(json.checks.required("", "ResourceArn", resource))
    })?;
    let tags = wire.backend.engine().list_tags_of_resource(&resource)?;
    Ok(object(|out| write(out.name("Tags"), &tags)))
}

/// Reads a list of tags.
pub(super) fn parse(json: &mut Reader<'_>) -> Parsed<Vec<Tag>> {
    elements(json, |json| {
        let (mut key, mut value) = (None, None);
        json.members(Wanted::Element("Tag"), |json, member| {
            match member {
                "Key" => key = Some(json.string()?),
                "Value" => value = Some(json.string()?),
                _ => json.skip()?,
            }
            Ok(())
        })?;
        let key = json.checks.required("Tags.member.", "Key", key);
        Ok(Tag { key, value: json.checks.required("Tags.member.", "Value", value) })
    })
}

/// Writes a list of tags.
pub(super) fn write(out: &mut Writer, tags: &[Tag]) {
    out.list(tags, |out, tag| {
        out.object(|out| {
            out.name("Key").text(&tag.key);
            out.name("Value").text(&tag.value);
        });
    });
}
