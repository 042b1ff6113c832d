//! The parser of every kind of expression.
//!
//! Conditions are read with a stack of their own, because they may be 300 levels deep; the rest by recursive
//! descent, whose depth is bounded before it begins. What a placeholder stands for is not known here.
//! Mistakes that do not stop the parser are noted, and reported in the service's order once the syntax is
//! known to be right.

use super::ast::{
    Comparator, Node, ParsedAction, ParsedCall, ParsedCondition, ParsedName, ParsedOperand, ParsedPath,
    ParsedSource, ParsedStep, ParsedTest,
};
use super::reserved::is_reserved;
use super::token::{Kind, Token, tokens};
use crate::limits::{EXPRESSION_BYTES_MAX, EXPRESSION_OPERATORS_MAX, IN_OPERANDS_MAX};
use crate::message::{self, Checked, Expression};

/// Operands in operands. Functions are operators and limited as such; unknown functions and parentheses are
/// not.
const OPERAND_DEPTH_MAX: usize = EXPRESSION_OPERATORS_MAX;

const CONDITION_FUNCTIONS: [&str; 6] =
    ["attribute_exists", "attribute_not_exists", "attribute_type", "begins_with", "contains", "size"];
const UPDATE_FUNCTIONS: [&str; 2] = ["if_not_exists", "list_append"];
const CONDITION_KEYWORDS: [&str; 5] = ["AND", "OR", "NOT", "BETWEEN", "IN"];
const UPDATE_KEYWORDS: [&str; 4] = ["SET", "REMOVE", "ADD", "DELETE"];

/// Parses a condition, a filter or a key condition.
pub(super) fn condition(expression: Expression, text: &str) -> Checked<ParsedCondition<'_>> {
    let mut parser = Parser::new(expression, text)?;
    let condition = parser.condition()?;
    parser.finish()?;
    Ok(condition)
}

/// Parses a projection.
pub(super) fn projection(text: &str) -> Checked<Vec<ParsedPath<'_>>> {
    let mut parser = Parser::new(Expression::Projection, text)?;
    let mut paths = vec![parser.path()?];
    while parser.eat_symbol(",") {
        paths.push(parser.path()?);
    }
    parser.finish()?;
    Ok(paths)
}

/// Parses an update.
pub(super) fn update(text: &str) -> Checked<Vec<ParsedAction<'_>>> {
    let mut parser = Parser::new(Expression::Update, text)?;
    let mut actions = Vec::with_capacity(2);
    let mut is_there = [false; UPDATE_KEYWORDS.len()];
    loop {
        let Some(at) = UPDATE_KEYWORDS.iter().position(|word| parser.peek().is_word(word)) else {
            return Err(parser.unexpected());
        };
        let section = UPDATE_KEYWORDS[at];
        parser.advance();
        if std::mem::replace(&mut is_there[at], true) {
            parser.mistakes.section_twice.get_or_insert(section);
        }
        actions.push(parser.action(section)?);
        while parser.eat_symbol(",") {
            actions.push(parser.action(section)?);
        }
        if parser.peek().kind == Kind::End {
            break;
        }
    }
    parser.finish()?;
    Ok(actions)
}

/// What was noted on the way, first of each kind.
#[derive(Default)]
struct Mistakes<'t> {
    redundant_parentheses: bool,
    unknown_function: Option<&'t str>,
    misused_function: Option<&'t str>,
    reserved_word: Option<&'t str>,
    section_twice: Option<&'static str>,
    in_operands: Option<usize>,
}

struct Parser<'t> {
    expression: Expression,
    text: &'t str,
    /// Ends with `End`, which is never passed.
    tokens: Vec<Token<'t>>,
    /// Where each closed parenthesis opens and ends, in order of the openings.
    ends: Vec<(usize, usize)>,
    at: usize,
    mistakes: Mistakes<'t>,
}

/// What waits for its right side, or for its end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pending {
    Open,
    Or,
    And,
    Not,
}

impl Pending {
    /// How tightly it binds.
    fn precedence(self) -> u8 {
        self as u8
    }
}

impl<'t> Parser<'t> {
    fn new(expression: Expression, text: &'t str) -> Checked<Self> {
        if text.is_empty() {
            return Err(message::empty_expression(expression));
        }
        if text.len() > EXPRESSION_BYTES_MAX {
            return Err(message::expression_too_long(expression, text.len()));
        }
        let tokens = tokens(text);
        let parser = Self {
            expression,
            text,
            ends: parentheses(&tokens),
            tokens,
            at: 0,
            mistakes: Mistakes::default(),
        };
        parser.check_operators()?;
        Ok(parser)
    }

    fn check_operators(&self) -> Checked {
        // Every operator is a token.
        if self.tokens.len() <= EXPRESSION_OPERATORS_MAX {
            return Ok(());
        }
        let mut count = 0usize;
        for pair in self.tokens.windows(2) {
            let [token, next] = [pair[0], pair[1]];
            let is_operator = match token.kind {
                Kind::Symbol if self.expression == Expression::Update => matches!(token.text, "+" | "-"),
                Kind::Symbol => matches!(token.text, "=" | "<>" | "<" | "<=" | ">" | ">="),
                Kind::Word => {
                    let is_keyword = !matches!(self.expression, Expression::Update | Expression::Projection)
                        && CONDITION_KEYWORDS.iter().any(|word| token.is_word(word));
                    is_keyword || next.is_symbol("(") && self.functions().contains(&token.text)
                }
                _ => false,
            };
            // The AND of BETWEEN belongs to it.
            count += usize::from(is_operator && !token.is_word("BETWEEN"));
        }
        if count > EXPRESSION_OPERATORS_MAX {
            return Err(message::too_many_operators(self.expression, count));
        }
        Ok(())
    }

    fn functions(&self) -> &'static [&'static str] {
        if self.expression == Expression::Update { &UPDATE_FUNCTIONS } else { &CONDITION_FUNCTIONS }
    }

    fn is_keyword(&self, token: &Token<'_>) -> bool {
        match self.expression {
            Expression::Update => UPDATE_KEYWORDS.iter().any(|word| token.is_word(word)),
            Expression::Projection => false,
            _ => CONDITION_KEYWORDS.iter().any(|word| token.is_word(word)),
        }
    }

    fn is_unknown_function(&self, token: &Token<'_>) -> bool {
        token.kind == Kind::Word && !self.is_keyword(token) && !self.functions().contains(&token.text)
    }

    /// Nothing may follow; then the mistakes that were noted, in the service's order.
    fn finish(self) -> Checked {
        if self.peek().kind != Kind::End {
            return Err(self.unexpected());
        }
        let kind = self.expression;
        if self.mistakes.redundant_parentheses {
            return Err(message::redundant_parentheses(kind));
        }
        if kind == Expression::Update
            && let Some(word) = self.mistakes.reserved_word
        {
            return Err(message::reserved_word(kind, word));
        }
        if let Some(name) = self.mistakes.unknown_function {
            return Err(message::unknown_function(kind, name));
        }
        if let Some(name) = self.mistakes.misused_function {
            return Err(message::misused_function(kind, name));
        }
        if let Some(section) = self.mistakes.section_twice {
            return Err(message::section_twice(section));
        }
        if let Some(word) = self.mistakes.reserved_word {
            return Err(message::reserved_word(kind, word));
        }
        if let Some(count) = self.mistakes.in_operands {
            return Err(message::too_many_in_operands(kind, count));
        }
        Ok(())
    }

    fn condition(&mut self) -> Checked<ParsedCondition<'t>> {
        let mut output = Vec::new();
        let mut pending: Vec<Pending> = Vec::new();
        loop {
            if self.eat_word("NOT") {
                pending.push(Pending::Not);
                continue;
            }
            if self.peek().is_symbol("(") && !self.opens_operand() {
                self.advance();
                pending.push(Pending::Open);
                continue;
            }
            output.push(Node::Test(self.test()?));
            self.close(&mut output, &mut pending)?;
            let joint = if self.eat_word("AND") {
                Pending::And
            } else if self.eat_word("OR") {
                Pending::Or
            } else {
                break;
            };
            reduce(&mut output, &mut pending, joint.precedence());
            pending.push(joint);
        }
        reduce(&mut output, &mut pending, Pending::Or.precedence());
        if pending.is_empty() { Ok(output) } else { Err(self.unexpected()) }
    }

    /// Closes the parentheses that end behind a test.
    fn close(&mut self, output: &mut Vec<Node<ParsedTest<'t>>>, pending: &mut Vec<Pending>) -> Checked {
        let mut holds_parentheses_only = false;
        while self.peek().is_symbol(")") {
            let n_joined = reduce(output, pending, Pending::Or.precedence());
            if pending.pop().is_none() {
                return Err(self.unexpected());
            }
            self.advance();
            self.mistakes.redundant_parentheses |= holds_parentheses_only && n_joined == 0;
            holds_parentheses_only = true;
        }
        Ok(())
    }

    /// Whether the parenthesis ahead is around an operand: then an operator follows its end, and not the end
    /// of a condition.
    fn opens_operand(&self) -> bool {
        self.after_parenthesis().is_some_and(|next| {
            let is_operator = matches!(next.text, "=" | "<>" | "<" | "<=" | ">" | ">=" | "." | "[");
            is_operator || next.is_word("BETWEEN") || next.is_word("IN")
        })
    }

    /// Whether the parenthesis ahead is around the first of two addends, and not around a sum.
    fn opens_addend(&self) -> bool {
        self.after_parenthesis().is_some_and(|next| next.is_symbol("+") || next.is_symbol("-"))
    }

    /// The token behind the end of the parenthesis ahead, if it has one.
    fn after_parenthesis(&self) -> Option<&Token<'t>> {
        let end = self.ends.binary_search_by_key(&self.at, |(open, _)| *open).ok()?;
        self.tokens.get(self.ends[end].1 + 1)
    }

    /// One comparison, or a function that is a condition.
    fn test(&mut self) -> Checked<ParsedTest<'t>> {
        let left = self.operand(0)?.0;
        if let Some(comparator) = self.eat_comparator() {
            let right = self.operand(0)?.0;
            self.note_misused([&left, &right]);
            return Ok(ParsedTest::Compare(comparator, left, right));
        }
        if self.eat_word("BETWEEN") {
            let low = self.operand(0)?.0;
            if !self.eat_word("AND") {
                return Err(self.unexpected());
            }
            let high = self.operand(0)?.0;
            self.note_misused([&left, &low, &high]);
            return Ok(ParsedTest::Between([left, low, high]));
        }
        if self.eat_word("IN") {
            let list = self.arguments(0)?;
            self.note_misused(list.iter().chain([&left]));
            if list.len() > IN_OPERANDS_MAX {
                self.mistakes.in_operands.get_or_insert(list.len());
            }
            return Ok(ParsedTest::In(left, list));
        }
        let ParsedOperand::Call(call) = left else { return Err(self.unexpected()) };
        if call.name == "size" {
            self.mistakes.misused_function.get_or_insert(call.name);
        }
        Ok(ParsedTest::Call(call))
    }

    /// An operand inside of `depth` others, and whether it is in parentheses.
    fn operand(&mut self, depth: usize) -> Checked<(ParsedOperand<'t>, bool)> {
        if !self.eat_symbol("(") {
            return Ok((self.plain_operand(depth)?, false));
        }
        if depth > OPERAND_DEPTH_MAX {
            return Err(message::redundant_parentheses(self.expression));
        }
        let (inner, in_parentheses) = self.operand(depth + 1)?;
        self.expect_symbol(")")?;
        self.mistakes.redundant_parentheses |= in_parentheses;
        match inner {
            ParsedOperand::Path(path) => Ok((ParsedOperand::Path(self.path_steps(path)?), true)),
            other => Ok((other, true)),
        }
    }

    fn plain_operand(&mut self, depth: usize) -> Checked<ParsedOperand<'t>> {
        let token = self.peek();
        if token.kind == Kind::Value {
            self.advance();
            return Ok(ParsedOperand::Value(token.text));
        }
        if token.kind == Kind::Word && !self.is_keyword(&token) && self.tokens[self.at + 1].is_symbol("(") {
            self.advance();
            if self.is_unknown_function(&token) {
                self.mistakes.unknown_function.get_or_insert(token.text);
            }
            if depth > OPERAND_DEPTH_MAX {
                let name = self.mistakes.unknown_function.unwrap_or(token.text);
                return Err(message::unknown_function(self.expression, name));
            }
            let arguments = self.arguments(depth + 1)?;
            if self.expression != Expression::Update {
                self.note_misused(&arguments);
            }
            return Ok(ParsedOperand::Call(ParsedCall { name: token.text, arguments }));
        }
        Ok(ParsedOperand::Path(self.path()?))
    }

    /// One or more operands in parentheses.
    fn arguments(&mut self, depth: usize) -> Checked<Vec<ParsedOperand<'t>>> {
        self.expect_symbol("(")?;
        // Of functions there are two at most.
        let mut arguments = Vec::with_capacity(2);
        arguments.push(self.operand(depth)?.0);
        while self.eat_symbol(",") {
            arguments.push(self.operand(depth)?.0);
        }
        self.expect_symbol(")")?;
        Ok(arguments)
    }

    fn path(&mut self) -> Checked<ParsedPath<'t>> {
        let attribute = self.path_name()?;
        self.path_steps(ParsedPath { attribute, inner: Vec::new() })
    }

    fn path_steps(&mut self, mut path: ParsedPath<'t>) -> Checked<ParsedPath<'t>> {
        loop {
            if self.eat_symbol(".") {
                path.inner.push(ParsedStep::Name(self.path_name()?));
            } else if self.eat_symbol("[") {
                let token = self.peek();
                if token.kind != Kind::Integer {
                    return Err(self.unexpected());
                }
                self.advance();
                // The service counts list positions in 32 bits.
                let index = token.text.parse::<u32>().ok().and_then(|index| usize::try_from(index).ok());
                let index =
                    index.ok_or_else(|| message::list_index_out_of_range(self.expression, token.text))?;
                path.inner.push(ParsedStep::Index(index));
                self.expect_symbol("]")?;
            } else {
                return Ok(path);
            }
        }
    }

    fn path_name(&mut self) -> Checked<ParsedName<'t>> {
        let token = self.peek();
        let name = match token.kind {
            Kind::Name => ParsedName::Placeholder(token.text),
            Kind::Word if !self.is_keyword(&token) => {
                if is_reserved(token.text) {
                    self.mistakes.reserved_word.get_or_insert(token.text);
                }
                ParsedName::Plain(token.text)
            }
            _ => return Err(self.unexpected()),
        };
        self.advance();
        Ok(name)
    }

    fn action(&mut self, section: &str) -> Checked<ParsedAction<'t>> {
        let path = self.path()?;
        match section {
            "SET" => {
                self.expect_symbol("=")?;
                Ok(ParsedAction::Set(path, self.source()?))
            }
            "REMOVE" => Ok(ParsedAction::Remove(path)),
            _ => {
                let token = self.peek();
                if token.kind != Kind::Value {
                    return Err(self.unexpected());
                }
                self.advance();
                Ok(match section {
                    "ADD" => ParsedAction::Add(path, token.text),
                    _ => ParsedAction::Delete(path, token.text),
                })
            }
        }
    }

    /// What SET assigns: an operand, or a sum or difference of two, in parentheses or not.
    fn source(&mut self) -> Checked<ParsedSource<'t>> {
        if !self.peek().is_symbol("(") || self.opens_addend() {
            let left = self.operand(0)?.0;
            return self.sum(left);
        }
        self.advance();
        let left = self.operand(0)?.0;
        let source = self.sum(left)?;
        self.expect_symbol(")")?;
        Ok(source)
    }

    fn sum(&mut self, left: ParsedOperand<'t>) -> Checked<ParsedSource<'t>> {
        if self.eat_symbol("+") {
            return Ok(ParsedSource::Sum(left, self.operand(0)?.0));
        }
        if self.eat_symbol("-") {
            return Ok(ParsedSource::Difference(left, self.operand(0)?.0));
        }
        Ok(ParsedSource::Operand(left))
    }

    /// Of the functions only `size` gives a value.
    fn note_misused<'o>(&mut self, operands: impl IntoIterator<Item = &'o ParsedOperand<'t>>)
    where
        't: 'o,
    {
        for operand in operands {
            if let ParsedOperand::Call(call) = operand
                && call.name != "size"
            {
                self.mistakes.misused_function.get_or_insert(call.name);
            }
        }
    }

    fn eat_comparator(&mut self) -> Option<Comparator> {
        let token = self.peek();
        if token.kind != Kind::Symbol {
            return None;
        }
        let comparator = match token.text {
            "=" => Comparator::Equal,
            "<>" => Comparator::NotEqual,
            "<" => Comparator::Less,
            "<=" => Comparator::LessOrEqual,
            ">" => Comparator::Greater,
            ">=" => Comparator::GreaterOrEqual,
            _ => return None,
        };
        self.advance();
        Some(comparator)
    }

    fn eat_word(&mut self, word: &str) -> bool {
        let found = self.peek().is_word(word);
        if found {
            self.advance();
        }
        found
    }

    fn eat_symbol(&mut self, symbol: &str) -> bool {
        let found = self.peek().is_symbol(symbol);
        if found {
            self.advance();
        }
        found
    }

    fn expect_symbol(&mut self, symbol: &str) -> Checked {
        if self.eat_symbol(symbol) { Ok(()) } else { Err(self.unexpected()) }
    }

    fn peek(&self) -> Token<'t> {
        self.tokens[self.at]
    }

    fn advance(&mut self) {
        if self.at + 1 < self.tokens.len() {
            self.at += 1;
        }
    }

    /// The next token cannot stand where it stands.
    fn unexpected(&self) -> message::Refusal {
        let at = self.at;
        let token = self.tokens[at];
        let before = self.tokens[at.saturating_sub(1)].start;
        let after = self.tokens.get(at + 1).unwrap_or(&token);
        let near = &self.text[before..after.start + after.text.len()];
        message::syntax_error(self.expression, token.shown(), near)
    }
}

/// Where each closed parenthesis opens and ends, in order of the openings.
fn parentheses(tokens: &[Token<'_>]) -> Vec<(usize, usize)> {
    let (mut open, mut ends) = (Vec::new(), Vec::new());
    for (at, token) in tokens.iter().enumerate() {
        if token.is_symbol("(") {
            open.push(at);
        } else if token.is_symbol(")")
            && let Some(start) = open.pop()
        {
            ends.push((start, at));
        }
    }
    ends.sort_unstable();
    ends
}

/// Joins what binds at least as tightly, down to the last open parenthesis, and says how many there were.
fn reduce<T>(output: &mut Vec<Node<T>>, pending: &mut Vec<Pending>, precedence: u8) -> usize {
    let n_before = pending.len();
    while let Some(last) = pending.pop_if(|last| *last != Pending::Open && last.precedence() >= precedence) {
        output.push(match last {
            Pending::Not => Node::Not,
            Pending::And => Node::And,
            Pending::Or | Pending::Open => Node::Or,
        });
    }
    n_before - pending.len()
}
