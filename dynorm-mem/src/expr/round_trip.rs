//! Any tree of an expression, written as text in any style, is parsed back to the same tree.

use proptest::prelude::*;
use proptest::sample::select;

use super::ast::{
    Comparator, Node, ParsedAction, ParsedCall, ParsedCondition, ParsedName, ParsedOperand, ParsedPath,
    ParsedSource, ParsedStep, ParsedTest,
};
use super::parse;
use crate::limits::EXPRESSION_BYTES_MAX;
use crate::message::Expression;

/// A condition as a tree, which the parser has in postfix order.
#[derive(Debug)]
enum Tree {
    Test(ParsedTest<'static>),
    Not(Box<Tree>),
    And(Box<[Tree; 2]>),
    Or(Box<[Tree; 2]>),
}

impl Tree {
    /// How tightly its root binds.
    fn precedence(&self) -> u8 {
        match self {
            Self::Or(_) => 1,
            Self::And(_) => 2,
            Self::Not(_) => 3,
            Self::Test(_) => 4,
        }
    }

    fn into_postfix(self, nodes: &mut ParsedCondition<'static>) {
        let mut joined = |sides: [Self; 2], node| {
            for side in sides {
                side.into_postfix(nodes);
            }
            nodes.push(node);
        };
        match self {
            Self::Test(test) => nodes.push(Node::Test(test)),
            Self::Not(inner) => {
                inner.into_postfix(nodes);
                nodes.push(Node::Not);
            }
            Self::And(sides) => joined(*sides, Node::And),
            Self::Or(sides) => joined(*sides, Node::Or),
        }
    }
}

/// Writes text; what does not matter to the parser is as the style has it, over and over.
struct Text {
    written: String,
    style: Vec<u8>,
    at: usize,
}

impl Text {
    fn of(style: Vec<u8>, write: impl FnOnce(&mut Self)) -> String {
        let mut text = Self { written: String::new(), style, at: 0 };
        write(&mut text);
        text.written
    }

    fn choice(&mut self, n: u8) -> u8 {
        self.at += 1;
        self.style[self.at % self.style.len()] % n
    }

    fn token(&mut self, token: &str) {
        let is_of_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let runs_on = self.written.ends_with(is_of_word) && token.starts_with(is_of_word);
        let blank = match self.choice(4) {
            0 if !runs_on => "",
            1 => "\n",
            2 => " \t\r",
            _ => " ",
        };
        self.written += blank;
        self.written += token;
    }

    /// A keyword, in any case.
    fn keyword(&mut self, word: &str) {
        match self.choice(3) {
            0 => self.token(&word.to_ascii_lowercase()),
            1 => self.token(&format!("{}{}", &word[..1], word[1..].to_ascii_lowercase())),
            _ => self.token(word),
        }
    }

    /// In parentheses where they are needed, and at times where they are not.
    fn parenthesized(&mut self, is_needed: bool, write: impl FnOnce(&mut Self)) {
        let has_parentheses = is_needed || self.choice(4) == 0;
        if has_parentheses {
            self.token("(");
        }
        write(self);
        if has_parentheses {
            self.token(")");
        }
    }

    fn separated<T>(&mut self, all: &[T], mut write: impl FnMut(&mut Self, &T)) {
        for (at, one) in all.iter().enumerate() {
            if at > 0 {
                self.token(",");
            }
            write(self, one);
        }
    }

    fn name(&mut self, name: ParsedName<'_>) {
        let (ParsedName::Plain(text) | ParsedName::Placeholder(text)) = name;
        self.token(text);
    }

    fn path(&mut self, path: &ParsedPath<'_>) {
        self.name(path.attribute);
        for step in &path.inner {
            match step {
                ParsedStep::Name(name) => {
                    self.token(".");
                    self.name(*name);
                }
                ParsedStep::Index(index) => {
                    self.token("[");
                    self.token(&index.to_string());
                    self.token("]");
                }
            }
        }
    }

    fn call(&mut self, call: &ParsedCall<'_>) {
        self.token(call.name);
        self.token("(");
        self.separated(&call.arguments, Self::operand);
        self.token(")");
    }

    fn operand(&mut self, operand: &ParsedOperand<'_>) {
        self.parenthesized(false, |out| match operand {
            ParsedOperand::Path(path) => out.path(path),
            ParsedOperand::Value(value) => out.token(value),
            ParsedOperand::Call(call) => out.call(call),
        });
    }

    fn test(&mut self, test: &ParsedTest<'_>) {
        match test {
            ParsedTest::Compare(comparator, left, right) => {
                self.operand(left);
                self.token(comparator.symbol());
                self.operand(right);
            }
            ParsedTest::Between([value, low, high]) => {
                self.operand(value);
                self.keyword("BETWEEN");
                self.operand(low);
                self.keyword("AND");
                self.operand(high);
            }
            ParsedTest::In(value, list) => {
                self.operand(value);
                self.keyword("IN");
                self.token("(");
                self.separated(list, Self::operand);
                self.token(")");
            }
            ParsedTest::Call(call) => self.call(call),
        }
    }

    fn tree(&mut self, tree: &Tree, binds_at_least: u8) {
        self.parenthesized(tree.precedence() < binds_at_least, |out| {
            let precedence = tree.precedence();
            let mut joined = |sides: &[Tree; 2], word| {
                out.tree(&sides[0], precedence);
                out.keyword(word);
                // What is joined alike is joined from the left.
                out.tree(&sides[1], precedence + 1);
            };
            match tree {
                Tree::Test(test) => out.test(test),
                Tree::Not(inner) => {
                    out.keyword("NOT");
                    out.tree(inner, precedence);
                }
                Tree::And(sides) => joined(sides, "AND"),
                Tree::Or(sides) => joined(sides, "OR"),
            }
        });
    }

    fn source(&mut self, source: &ParsedSource<'_>) {
        let (left, symbol, right) = match source {
            ParsedSource::Operand(operand) => return self.operand(operand),
            ParsedSource::Sum(left, right) => (left, "+", right),
            ParsedSource::Difference(left, right) => (left, "-", right),
        };
        self.parenthesized(false, |out| {
            out.operand(left);
            out.token(symbol);
            out.operand(right);
        });
    }

    fn action(&mut self, action: &ParsedAction<'_>) {
        match action {
            ParsedAction::Set(path, source) => {
                self.path(path);
                self.token("=");
                self.source(source);
            }
            ParsedAction::Remove(path) => self.path(path),
            ParsedAction::Add(path, value) | ParsedAction::Delete(path, value) => {
                self.path(path);
                self.token(value);
            }
        }
    }
}

fn style() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(any::<u8>(), 1..40)
}

fn name() -> impl Strategy<Value = ParsedName<'static>> {
    prop_oneof![
        select(&["ax", "b_1", "Q9", "an_attribute"]).prop_map(ParsedName::Plain),
        select(&["#a", "#0", "#set", "#A_b"]).prop_map(ParsedName::Placeholder),
    ]
}

fn path() -> impl Strategy<Value = ParsedPath<'static>> {
    let step = prop_oneof![
        name().prop_map(ParsedStep::Name),
        prop_oneof![0..12_usize, Just(u32::MAX as usize)].prop_map(ParsedStep::Index),
    ];
    let inner = proptest::collection::vec(step, 0..4);
    (name(), inner).prop_map(|(attribute, inner)| ParsedPath { attribute, inner })
}

fn value() -> impl Strategy<Value = &'static str> {
    select(&[":v", ":0", ":and", ":V_1"])
}

fn plain_operand() -> impl Strategy<Value = ParsedOperand<'static>> {
    prop_oneof![path().prop_map(ParsedOperand::Path), value().prop_map(ParsedOperand::Value)]
}

fn call(name: &'static str, arguments: Vec<ParsedOperand<'static>>) -> ParsedCall<'static> {
    ParsedCall { name, arguments }
}

/// Of the functions in operands there is only `size`.
fn operand() -> impl Strategy<Value = ParsedOperand<'static>> + Clone {
    plain_operand().prop_recursive(3, 4, 1, |inner| {
        inner.prop_map(|inner| ParsedOperand::Call(call("size", vec![inner])))
    })
}

fn operand_of_update() -> impl Strategy<Value = ParsedOperand<'static>> + Clone {
    let functions = select(&["if_not_exists", "list_append"]);
    plain_operand().prop_recursive(3, 8, 2, move |inner| {
        (functions.clone(), inner.clone(), inner)
            .prop_map(|(name, left, right)| ParsedOperand::Call(call(name, vec![left, right])))
    })
}

fn test() -> impl Strategy<Value = ParsedTest<'static>> {
    let comparators = select(&[
        Comparator::Equal,
        Comparator::NotEqual,
        Comparator::Less,
        Comparator::LessOrEqual,
        Comparator::Greater,
        Comparator::GreaterOrEqual,
    ]);
    let path = || path().prop_map(ParsedOperand::Path);
    prop_oneof![
        (comparators, operand(), operand())
            .prop_map(|(comparator, left, right)| ParsedTest::Compare(comparator, left, right)),
        [operand(), operand(), operand()].prop_map(ParsedTest::Between),
        (operand(), proptest::collection::vec(operand(), 1..5))
            .prop_map(|(value, list)| ParsedTest::In(value, list)),
        (select(&["attribute_exists", "attribute_not_exists"]), path())
            .prop_map(|(name, path)| ParsedTest::Call(call(name, vec![path]))),
        (path(), value().prop_map(ParsedOperand::Value))
            .prop_map(|(path, kind)| ParsedTest::Call(call("attribute_type", vec![path, kind]))),
        (select(&["begins_with", "contains"]), operand(), operand())
            .prop_map(|(name, whole, part)| ParsedTest::Call(call(name, vec![whole, part]))),
    ]
}

fn tree() -> impl Strategy<Value = Tree> {
    test().prop_map(Tree::Test).prop_recursive(6, 24, 2, |inner| {
        let sides = || [inner.clone(), inner.clone()].prop_map(Box::new);
        prop_oneof![
            inner.clone().prop_map(|inner| Tree::Not(Box::new(inner))),
            sides().prop_map(Tree::And),
            sides().prop_map(Tree::Or),
        ]
    })
}

fn source() -> impl Strategy<Value = ParsedSource<'static>> {
    let two = || (operand_of_update(), operand_of_update());
    prop_oneof![
        operand_of_update().prop_map(ParsedSource::Operand),
        two().prop_map(|(left, right)| ParsedSource::Sum(left, right)),
        two().prop_map(|(left, right)| ParsedSource::Difference(left, right)),
    ]
}

/// A word of an update with the actions behind it.
type Section = (&'static str, Vec<ParsedAction<'static>>);

/// Some of the sections, in any order.
fn sections() -> impl Strategy<Value = Vec<Section>> {
    fn section(
        word: &'static str,
        action: impl Strategy<Value = ParsedAction<'static>> + 'static,
    ) -> BoxedStrategy<Section> {
        (Just(word), proptest::collection::vec(action, 1..4)).boxed()
    }
    let all = [
        section("SET", (path(), source()).prop_map(|(path, source)| ParsedAction::Set(path, source))),
        section("REMOVE", path().prop_map(ParsedAction::Remove)),
        section("ADD", (path(), value()).prop_map(|(path, value)| ParsedAction::Add(path, value))),
        section("DELETE", (path(), value()).prop_map(|(path, value)| ParsedAction::Delete(path, value))),
    ];
    proptest::sample::subsequence(all.to_vec(), 1..=all.len()).prop_shuffle().prop_flat_map(|some| some)
}

proptest! {
    #[test]
    fn conditions_are_parsed_as_they_were_written(tree in tree(), style in style()) {
        let text = Text::of(style, |out| out.tree(&tree, 0));
        prop_assume!(text.len() <= EXPRESSION_BYTES_MAX);
        let mut expected = Vec::new();
        tree.into_postfix(&mut expected);
        for expression in [Expression::Condition, Expression::Filter, Expression::KeyCondition] {
            let parsed = parse::condition(expression, &text).ok();
            prop_assert_eq!(parsed.as_ref(), Some(&expected), "{}", text);
        }
    }

    #[test]
    fn updates_are_parsed_as_they_were_written(sections in sections(), style in style()) {
        let text = Text::of(style, |out| {
            for (word, actions) in &sections {
                out.keyword(word);
                out.separated(actions, Text::action);
            }
        });
        prop_assume!(text.len() <= EXPRESSION_BYTES_MAX);
        let expected: Vec<ParsedAction<'_>> = sections.into_iter().flat_map(|(_, actions)| actions).collect();
        prop_assert_eq!(parse::update(&text).ok(), Some(expected), "{}", text);
    }

    #[test]
    fn projections_are_parsed_as_they_were_written(
        paths in proptest::collection::vec(path(), 1..8),
        style in style(),
    ) {
        let text = Text::of(style, |out| out.separated(&paths, Text::path));
        prop_assert_eq!(parse::projection(&text).ok(), Some(paths), "{}", text);
    }
}
