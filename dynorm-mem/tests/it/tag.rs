//! `TagResource`, `UntagResource`, `ListTagsOfResource`.

use dynorm::backend::table::Projection;
use dynorm::backend::{Failure, FailureKind};
use dynorm_mem::Engine;
use dynorm_mem::call::tag::{Tag, TagResource, UntagResource};

use crate::kit::*;

fn arn(engine: &Engine) -> String {
    engine.describe_table(&engine.table()).unwrap().arn
}

fn tag(key: &str, value: &str) -> Tag {
    Tag { key: key.into(), value: value.into() }
}

fn numbered(from: usize, to: usize) -> Vec<Tag> {
    (from..to).map(|n| tag(&format!("{n:02}"), "")).collect()
}

fn add(engine: &mut Engine, tags: Vec<Tag>) -> Result<(), Failure> {
    let resource = arn(engine);
    engine.tag_resource(&TagResource { resource, tags })
}

fn remove(engine: &mut Engine, keys: &[&str]) -> Result<(), Failure> {
    let (resource, keys) = (arn(engine), keys.iter().map(ToString::to_string).collect());
    engine.untag_resource(&UntagResource { resource, keys })
}

fn tags(engine: &Engine) -> Vec<Tag> {
    engine.list_tags_of_resource(&arn(engine)).unwrap()
}

#[track_caller]
fn check_refused(tags_given: Vec<Tag>, expected: &str) {
    let mut engine = users();
    let with_good = [vec![tag("good", "")], tags_given].concat();
    assert_eq!(refusal(add(&mut engine, with_good)), expected);
    assert_eq!(tags(&engine), []);
}

#[test]
fn tags_are_added_replaced_and_taken_away() {
    let mut engine = users();
    assert_eq!(tags(&engine), []);
    add(&mut engine, vec![tag("b", "1"), tag("a", ""), tag(" ", "9")]).unwrap();
    add(&mut engine, vec![tag("b", "2")]).unwrap();
    assert_eq!(tags(&engine), [tag(" ", "9"), tag("a", ""), tag("b", "2")]);
    remove(&mut engine, &["b", "none"]).unwrap();
    assert_eq!(tags(&engine), [tag(" ", "9"), tag("a", "")]);
    engine.delete_table("users").unwrap();
    engine.create_table(definition("users", "id:S", vec![]), NOW).unwrap();
    assert_eq!(tags(&engine), []);
}

#[test]
fn a_table_has_fifty_tags() {
    let mut engine = users();
    let too_many = "Number of Tags exceed the current limit for the provided ResourceArn";
    assert_eq!(refusal(add(&mut engine, numbered(0, 51))), too_many);
    add(&mut engine, numbered(0, 40)).unwrap();
    assert_eq!(refusal(add(&mut engine, numbered(30, 51))), too_many);
    add(&mut engine, numbered(30, 50)).unwrap();
    assert_eq!(tags(&engine).len(), 50);
    let keys: Vec<String> = (0..51).map(|n| format!("{n:02}")).collect();
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    assert_eq!(refusal(remove(&mut engine, &keys)), too_many);
    remove(&mut engine, &keys[..50]).unwrap();
    assert_eq!(tags(&engine), []);
}

#[test]
fn lengths_count_characters() {
    let mut engine = users();
    add(&mut engine, vec![tag(&"я".repeat(128), &"я".repeat(256))]).unwrap();
    let (key, value) = ("x".repeat(129), "x".repeat(257));
    check_refused(vec![tag(&key, "")], &format!("The Tag Key provided is invalid, Key: {key}"));
    check_refused(vec![tag("k", &value)], &format!("The Tag Value provided is invalid, Value: {value}"));
    check_refused(vec![tag("", "")], "The Tag Key provided is invalid, Key: ");
    assert_eq!(refusal(remove(&mut engine, &[""])), "The Tag Key provided is invalid, Key: ");
}

#[test]
fn tags_have_an_alphabet() {
    let mut engine = users();
    for text in ["ключ", "café", "表", "\u{a0}\u{3000}", "a+b-c=d.e_f:g/h@i", "0 9"] {
        add(&mut engine, vec![tag(text, text)]).unwrap();
    }
    for text in [
        "🔑", "100%", "a,b", "\"q\"", "(x)", "a&b", "a*b", "a;b", "a?b", "a|b", "a\\b", "<a>", "~a", "#",
        "\n",
    ] {
        check_refused(vec![tag(text, "")], &format!("The Tag Key provided is invalid, Key: {text}"));
        check_refused(vec![tag("k", text)], &format!("The Tag Value provided is invalid, Value: {text}"));
    }
    check_refused(vec![tag("aws:x", "")], "Tag Key cannot be prefixed with aws:, Key: aws:x");
    add(&mut engine, vec![tag("k", "aws:x")]).unwrap();
}

#[test]
fn tags_are_given_and_each_once() {
    let mut engine = users();
    assert_eq!(refusal(add(&mut engine, vec![])), "Atleast one Tag needs to be provided as Input.");
    assert_eq!(refusal(remove(&mut engine, &[])), "Atleast one Tag Key needs to be provided as Input.");
    let twice = vec![tag("k", "1"), tag("k", "2")];
    check_refused(twice, "Duplicate Tag Keys provided as input: Duplicate Tag Key found k");
}

#[test]
fn only_tables_have_tags() {
    let engine = with_table(definition("users", "id:S", vec![global("ggg", "g:S", Projection::All)]));
    let list = |resource: &str| engine.list_tags_of_resource(resource);
    let prefix = "One or more parameter values were invalid: ";
    assert_eq!(refusal(list("users")), format!("{prefix}ARNs must start with 'arn:': users"));
    let other = "arn:aws:s3:::bucket";
    assert_eq!(refusal(list(other)), format!("{prefix}Provided Arn is not a DynamoDB resource arn: {other}"));
    let index = format!("{}/index/ggg", arn(&engine));
    assert_eq!(
        refusal(list(&index)),
        format!(
            "{prefix}Invalid resource arn provided, only table or stream is accepted. Provided resource arn: {index}"
        )
    );
    let missing = format!("{}x", arn(&engine));
    let failure = list(&missing).unwrap_err();
    assert_eq!(failure.kind, FailureKind::NotFound);
    assert_eq!(failure.message, format!("Requested resource not found: ResourceArn: {missing} not found"));
}
