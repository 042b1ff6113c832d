//! The parser: recursive descent over tokens, for every kind of expression.
//!
//! What a placeholder stands for is not known here. Mistakes that do not stop the parser are noted, and reported in
//! the service's order once the syntax is known to be right.

use super::ast::{
    Comparator, ParsedAction, ParsedCall, ParsedCondition, ParsedOperand, ParsedPath, ParsedSource,
    ParsedStep,
};
use super::reserved::is_reserved;
use super::token::{Kind, Token, tokens};
use crate::limits::{EXPRESSION_BYTES_MAX, EXPRESSION_OPERATORS_MAX, IN_OPERANDS_MAX};
use crate::message::{self, Checked, Expression};

/// Parentheses deeper than this cannot all be needed: each level needs an operator, or is around one operand.
const PARENTHESES_DEPTH_MAX: usize = EXPRESSION_OPERATORS_MAX + 20;

const CONDITION_FUNCTIONS: [&str; 6] =
    ["attribute_exists", "attribute_not_exists", "attribute_type", "begins_with", "contains", "size"];
const UPDATE_FUNCTIONS: [&str; 2] = ["if_not_exists", "list_append"];
const CONDITION_KEYWORDS: [&str; 5] = ["AND", "OR", "NOT", "BETWEEN", "IN"];
const UPDATE_KEYWORDS: [&str; 4] = ["SET", "REMOVE", "ADD", "DELETE"];

/// Parses a condition, a filter or a key condition.
pub(super) fn condition(expression: Expression, text: &str) -> Checked<ParsedCondition<'_>> {
    let mut parser = Parser::new(expression, text)?;
    let term = parser.disjunction()?;
    let condition = parser.as_condition(term)?;
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
    let mut actions = Vec::new();
    let mut sections: Vec<&str> = Vec::new();
    loop {
        let Some(section) = UPDATE_KEYWORDS.into_iter().find(|word| parser.peek().is_word(word)) else {
            return Err(parser.unexpected());
        };
        parser.advance();
        if sections.contains(&section) {
            parser.mistakes.section_twice.get_or_insert(section);
        }
        sections.push(section);
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
    at: usize,
    mistakes: Mistakes<'t>,
}

/// An operand or a condition: which of them parentheses hold is known only after the closing one.
struct Term<'t> {
    node: Node<'t>,
    /// Whether the term is nothing but something in parentheses.
    in_parentheses: bool,
}

enum Node<'t> {
    Operand(ParsedOperand<'t>),
    Condition(ParsedCondition<'t>),
}

impl<'t> From<ParsedCondition<'t>> for Term<'t> {
    fn from(condition: ParsedCondition<'t>) -> Self {
        Self { node: Node::Condition(condition), in_parentheses: false }
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
        let tokens = tokens(expression, text)?;
        let parser = Self { expression, text, tokens, at: 0, mistakes: Mistakes::default() };
        parser.check_depth()?;
        parser.check_operators()?;
        Ok(parser)
    }

    /// Bounds the recursion before it begins.
    fn check_depth(&self) -> Checked {
        let (mut depth, mut deepest) = (0usize, 0);
        for token in &self.tokens {
            if token.is_symbol("(") {
                depth += 1;
                deepest = deepest.max(depth);
            } else if token.is_symbol(")") {
                depth = depth.saturating_sub(1);
            }
        }
        if deepest <= PARENTHESES_DEPTH_MAX {
            return Ok(());
        }
        let called = self.tokens.windows(2).filter(|pair| pair[1].is_symbol("("));
        if let Some(pair) = called.clone().find(|pair| self.is_unknown_function(&pair[0])) {
            return Err(message::unknown_function(self.expression, pair[0].text));
        }
        if depth == 0 {
            return Err(message::redundant_parentheses(self.expression));
        }
        Err(self.unexpected_at(self.tokens.len() - 1))
    }

    fn check_operators(&self) -> Checked {
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

    fn disjunction(&mut self) -> Checked<Term<'t>> {
        let first = self.conjunction()?;
        if !self.peek().is_word("OR") {
            return Ok(first);
        }
        let mut members = vec![self.as_condition(first)?];
        while self.eat_word("OR") {
            let next = self.conjunction()?;
            members.push(self.as_condition(next)?);
        }
        Ok(ParsedCondition::Any(members).into())
    }

    fn conjunction(&mut self) -> Checked<Term<'t>> {
        let first = self.negation()?;
        if !self.peek().is_word("AND") {
            return Ok(first);
        }
        let mut members = vec![self.as_condition(first)?];
        while self.eat_word("AND") {
            let next = self.negation()?;
            members.push(self.as_condition(next)?);
        }
        Ok(ParsedCondition::All(members).into())
    }

    fn negation(&mut self) -> Checked<Term<'t>> {
        let mut n_negations = 0usize;
        while self.eat_word("NOT") {
            n_negations += 1;
        }
        let term = self.comparison()?;
        if n_negations == 0 {
            return Ok(term);
        }
        let mut condition = self.as_condition(term)?;
        for _ in 0..n_negations {
            condition = ParsedCondition::Not(Box::new(condition));
        }
        Ok(condition.into())
    }

    fn comparison(&mut self) -> Checked<Term<'t>> {
        let term = self.primary()?;
        let Node::Operand(left) = term.node else { return Ok(term) };
        if let Some(comparator) = self.eat_comparator() {
            let right = self.operand()?.0;
            self.note_misused([&left, &right]);
            return Ok(ParsedCondition::Compare(comparator, left, right).into());
        }
        if self.eat_word("BETWEEN") {
            let low = self.operand()?.0;
            if !self.eat_word("AND") {
                return Err(self.unexpected());
            }
            let high = self.operand()?.0;
            self.note_misused([&left, &low, &high]);
            return Ok(ParsedCondition::Between([left, low, high]).into());
        }
        if self.eat_word("IN") {
            let list = self.arguments()?;
            self.note_misused(list.iter().chain([&left]));
            if list.len() > IN_OPERANDS_MAX {
                self.mistakes.in_operands.get_or_insert(list.len());
            }
            return Ok(ParsedCondition::In(left, list).into());
        }
        Ok(Term { node: Node::Operand(left), in_parentheses: term.in_parentheses })
    }

    fn primary(&mut self) -> Checked<Term<'t>> {
        if !self.eat_symbol("(") {
            let operand = self.plain_operand()?;
            return Ok(Term { node: Node::Operand(operand), in_parentheses: false });
        }
        let inner = self.disjunction()?;
        self.expect_symbol(")")?;
        self.mistakes.redundant_parentheses |= inner.in_parentheses;
        let node = match inner.node {
            Node::Operand(ParsedOperand::Path(path)) => {
                Node::Operand(ParsedOperand::Path(self.path_steps(path)?))
            }
            other => other,
        };
        Ok(Term { node, in_parentheses: true })
    }

    /// An operand, and whether it is in parentheses.
    fn operand(&mut self) -> Checked<(ParsedOperand<'t>, bool)> {
        if !self.eat_symbol("(") {
            return Ok((self.plain_operand()?, false));
        }
        let (inner, in_parentheses) = self.operand()?;
        self.expect_symbol(")")?;
        if self.expression != Expression::Update {
            self.mistakes.redundant_parentheses |= in_parentheses;
        }
        match inner {
            ParsedOperand::Path(path) => Ok((ParsedOperand::Path(self.path_steps(path)?), true)),
            other => Ok((other, true)),
        }
    }

    fn plain_operand(&mut self) -> Checked<ParsedOperand<'t>> {
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
            let arguments = self.arguments()?;
            if self.expression != Expression::Update {
                self.note_misused(&arguments);
            }
            return Ok(ParsedOperand::Call(ParsedCall { name: token.text, arguments }));
        }
        Ok(ParsedOperand::Path(self.path()?))
    }

    /// One or more operands in parentheses.
    fn arguments(&mut self) -> Checked<Vec<ParsedOperand<'t>>> {
        self.expect_symbol("(")?;
        let mut arguments = vec![self.operand()?.0];
        while self.eat_symbol(",") {
            arguments.push(self.operand()?.0);
        }
        self.expect_symbol(")")?;
        Ok(arguments)
    }

    fn path(&mut self) -> Checked<ParsedPath<'t>> {
        let head = self.path_name()?;
        self.path_steps(vec![head])
    }

    fn path_steps(&mut self, mut path: ParsedPath<'t>) -> Checked<ParsedPath<'t>> {
        loop {
            if self.eat_symbol(".") {
                path.push(self.path_name()?);
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
                path.push(ParsedStep::Index(index));
                self.expect_symbol("]")?;
            } else {
                return Ok(path);
            }
        }
    }

    fn path_name(&mut self) -> Checked<ParsedStep<'t>> {
        let token = self.peek();
        let step = match token.kind {
            Kind::Name => ParsedStep::Placeholder(token.text),
            Kind::Word if !self.is_keyword(&token) => {
                if is_reserved(token.text) {
                    self.mistakes.reserved_word.get_or_insert(token.text);
                }
                ParsedStep::Name(token.text)
            }
            _ => return Err(self.unexpected()),
        };
        self.advance();
        Ok(step)
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
        if self.peek().is_symbol("(") {
            // Parentheses are around the whole or around the first operand; the second try decides.
            let start = self.at;
            if let Ok((left, _)) = self.operand() {
                return self.sum(left);
            }
            self.at = start + 1;
            let source = self.source()?;
            self.expect_symbol(")")?;
            return Ok(source);
        }
        let left = self.operand()?.0;
        self.sum(left)
    }

    fn sum(&mut self, left: ParsedOperand<'t>) -> Checked<ParsedSource<'t>> {
        if self.eat_symbol("+") {
            return Ok(ParsedSource::Sum(left, self.operand()?.0));
        }
        if self.eat_symbol("-") {
            return Ok(ParsedSource::Difference(left, self.operand()?.0));
        }
        Ok(ParsedSource::Operand(left))
    }

    /// A term where only a condition can stand.
    fn as_condition(&mut self, term: Term<'t>) -> Checked<ParsedCondition<'t>> {
        match term.node {
            Node::Condition(condition) => Ok(condition),
            Node::Operand(ParsedOperand::Call(call)) => {
                if call.name == "size" {
                    self.mistakes.misused_function.get_or_insert(call.name);
                }
                Ok(ParsedCondition::Call(call))
            }
            Node::Operand(_) => Err(self.unexpected()),
        }
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
        self.unexpected_at(self.at)
    }

    fn unexpected_at(&self, at: usize) -> message::Refusal {
        let token = self.tokens[at];
        let before = self.tokens[at.saturating_sub(1)].start;
        let after = self.tokens.get(at + 1).unwrap_or(&token);
        let near = &self.text[before..after.start + after.text.len()];
        message::syntax_error(self.expression, token.shown(), near)
    }
}
