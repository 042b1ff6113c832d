//! The parser of statements.
//!
//! Conditions are read with a stack of their own, so that no depth of parentheses takes stack; values and
//! functions are read by recursive descent, whose depth is bounded before it begins.

use dynorm::backend::call::ReturnValues;
use dynorm::value::Value;

use super::ast::{
    Change, Computed, Delete, Filter, Insert, Order, Path, Predicate, Select, Source, Statement, Step, Term,
    Update,
};
use super::token::{Kind, Token, tokens};
use super::value;
use crate::expr::{Comparator, Node};
use crate::limits::{IN_OPERANDS_MAX, NESTING_LEVELS_MAX, PATH_STEPS_MAX, STATEMENT_CHARS_MAX};
use crate::message::{self, Checked, Expression, Refusal};

/// Words that are no names unless they are quoted.
const KEYWORDS: [&str; 27] = [
    "AND",
    "AS",
    "ASC",
    "BETWEEN",
    "BY",
    "DELETE",
    "DESC",
    "EXISTS",
    "FALSE",
    "FROM",
    "IN",
    "INSERT",
    "INTO",
    "IS",
    "LIKE",
    "MISSING",
    "NOT",
    "NULL",
    "OR",
    "ORDER",
    "REMOVE",
    "RETURNING",
    "SELECT",
    "SET",
    "TRUE",
    "UPDATE",
    "WHERE",
];
/// Keywords between two operands.
const OPERATORS: [&str; 4] = ["BETWEEN", "IN", "IS", "LIKE"];

/// Parses a statement and fills its parameters in.
pub(super) fn statement(text: &str, parameters: &[Value]) -> Checked<Statement> {
    let constraint = match text.chars().count() {
        0 => Some("Member must have length greater than or equal to 1"),
        n if n > STATEMENT_CHARS_MAX => Some("Member must have length less than or equal to 8192"),
        _ => None,
    };
    if let Some(constraint) = constraint {
        return Err(Refusal::constraint("Statement", text, constraint));
    }
    parameters.iter().try_for_each(value::check)?;
    let mut parser = Parser { tokens: tokens(text)?, at: 0, parameters, n_parameters: 0 };
    let statement = parser.statement()?;
    parser.eat_symbol(";");
    if parser.peek().kind != Kind::End {
        return Err(malformed("Unexpected token after expression"));
    }
    if parser.n_parameters != parameters.len() {
        return Err(message::statement_parameter_count());
    }
    Ok(statement)
}

pub(super) fn malformed(detail: &str) -> Refusal {
    message::statement_malformed(detail)
}

pub(super) struct Parser<'t> {
    /// Ends with `End`, which is never passed.
    tokens: Vec<Token<'t>>,
    at: usize,
    parameters: &'t [Value],
    n_parameters: usize,
}

/// What waits for its right side, or for its end.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Pending {
    Open,
    Or,
    And,
    Not,
}

impl<'t> Parser<'t> {
    pub(super) fn peek(&self) -> Token<'t> {
        self.tokens[self.at]
    }

    pub(super) fn next(&mut self) -> Token<'t> {
        let token = self.peek();
        if token.kind != Kind::End {
            self.at += 1;
        }
        token
    }

    pub(super) fn eat_symbol(&mut self, symbol: &str) -> bool {
        let is_next = self.peek().is_symbol(symbol);
        if is_next {
            self.next();
        }
        is_next
    }

    fn eat_word(&mut self, word: &str) -> bool {
        let is_next = self.peek().is_word(word);
        if is_next {
            self.next();
        }
        is_next
    }

    pub(super) fn expect_symbol(&mut self, symbol: &str) -> Checked {
        if self.eat_symbol(symbol) {
            return Ok(());
        }
        Err(match symbol {
            ")" => malformed("Expected RIGHT_PAREN"),
            "(" => malformed("Expected LEFT_PAREN"),
            _ => self.unexpected(),
        })
    }

    fn expect_word(&mut self, word: &str) -> Checked {
        if self.eat_word(word) { Ok(()) } else { Err(self.unexpected()) }
    }

    /// The next parameter's value.
    pub(super) fn parameter(&mut self) -> Checked<Value> {
        let value = self.parameters.get(self.n_parameters).ok_or_else(message::statement_parameter_count)?;
        self.n_parameters += 1;
        Ok(value.clone())
    }

    /// What is wrong with a term that begins with this token.
    pub(super) fn unexpected(&self) -> Refusal {
        let token = self.peek();
        let is_any = |words: &[&str]| words.iter().any(|word| token.is_word(word));
        if is_any(&OPERATORS) {
            malformed("Unexpected operator")
        } else if is_any(&KEYWORDS) {
            malformed("Unexpected keyword")
        } else {
            malformed("Unexpected term")
        }
    }

    fn statement(&mut self) -> Checked<Statement> {
        let token = self.next();
        if token.is_word("SELECT") {
            self.select().map(Statement::Select)
        } else if token.is_word("INSERT") {
            self.insert().map(Statement::Insert)
        } else if token.is_word("UPDATE") {
            self.update().map(Statement::Update)
        } else if token.is_word("DELETE") {
            self.delete().map(Statement::Delete)
        } else if token.is_word("EXISTS") {
            self.expect_symbol("(")?;
            self.expect_word("SELECT")?;
            let select = self.select()?;
            self.expect_symbol(")")?;
            Ok(Statement::Exists(select))
        } else {
            Err(malformed("Expected data manipulation"))
        }
    }

    fn select(&mut self) -> Checked<Select> {
        let mut columns = None;
        if !self.eat_symbol("*") {
            columns = Some(self.separated(Self::path)?);
        }
        self.expect_word("FROM")?;
        let table = self.name().ok_or_else(|| self.unexpected())?;
        let mut index = None;
        if self.eat_symbol(".") {
            index = Some(self.name().ok_or_else(|| self.unexpected())?);
        }
        self.no_alias()?;
        let filter = self.filter()?;
        let mut order = Vec::new();
        if self.eat_word("ORDER") {
            self.expect_word("BY")?;
            order = self.separated(Self::order)?;
        }
        if self.peek().is_word("LIMIT") {
            return Err(message::statement_limit_clause());
        }
        Ok(Select { columns, source: Source { table, index }, filter, order })
    }

    fn order(&mut self) -> Checked<Order> {
        let attribute = self.name().ok_or_else(|| self.unexpected())?;
        let descending = self.eat_word("DESC");
        if !descending {
            self.eat_word("ASC");
        }
        Ok(Order { attribute, descending })
    }

    fn insert(&mut self) -> Checked<Insert> {
        self.expect_word("INTO")?;
        let table = self.written_table()?;
        if !self.eat_word("VALUE") {
            let next = self.peek();
            let is_stray_name = matches!(next.kind, Kind::Word | Kind::Quoted) && !is_keyword(next);
            let detail =
                if is_stray_name { "Unexpected token after expression" } else { "Unexpected keyword" };
            return Err(malformed(detail));
        }
        match self.item()? {
            Value::M(item) => Ok(Insert { table, item }),
            _ => Err(malformed("Expected tuple")),
        }
    }

    fn update(&mut self) -> Checked<Update> {
        let table = self.written_table()?;
        self.no_alias()?;
        let mut changes = Vec::new();
        loop {
            if self.eat_word("SET") {
                changes.extend(self.separated(Self::set)?);
            } else if self.eat_word("REMOVE") {
                changes.extend(self.separated(|parser| parser.path().map(Change::Remove))?);
            } else {
                break;
            }
        }
        if changes.is_empty() {
            return Err(malformed("Expected data manipulation"));
        }
        let filter = self.filter()?;
        let returned = self.returning()?.map_or(ReturnValues::None, |(_, returned)| returned);
        Ok(Update { table, changes, filter, returned })
    }

    fn delete(&mut self) -> Checked<Delete> {
        self.expect_word("FROM")?;
        let table = self.written_table()?;
        self.no_alias()?;
        let filter = self.filter()?;
        match self.returning()? {
            None => Ok(Delete { table, filter, returned: ReturnValues::None }),
            Some((_, ReturnValues::AllOld)) => Ok(Delete { table, filter, returned: ReturnValues::AllOld }),
            Some((clause, _)) => Err(message::statement_returning_in_delete(&clause)),
        }
    }

    /// The words of a RETURNING clause, and what it returns.
    fn returning(&mut self) -> Checked<Option<(String, ReturnValues)>> {
        if !self.eat_word("RETURNING") {
            return Ok(None);
        }
        let [which, when] = [self.next(), self.next()];
        let returned = match (which.text.to_uppercase().as_str(), when.text.to_uppercase().as_str()) {
            ("ALL", "OLD") => ReturnValues::AllOld,
            ("ALL", "NEW") => ReturnValues::AllNew,
            ("MODIFIED", "OLD") => ReturnValues::UpdatedOld,
            ("MODIFIED", "NEW") => ReturnValues::UpdatedNew,
            _ => return Err(malformed("Expected ALL OLD, ALL NEW, MODIFIED OLD or MODIFIED NEW")),
        };
        self.expect_symbol("*")?;
        let clause = format!("{} {}", which.text, when.text).to_uppercase();
        Ok(Some((clause, returned)))
    }

    fn separated<T>(&mut self, mut one: impl FnMut(&mut Self) -> Checked<T>) -> Checked<Vec<T>> {
        let mut all = vec![one(self)?];
        while self.eat_symbol(",") {
            all.push(one(self)?);
        }
        Ok(all)
    }

    /// The table of a write, which has no index.
    fn written_table(&mut self) -> Checked<String> {
        let table = self.name().ok_or_else(|| malformed("Expected identifier for simple path"))?;
        if self.eat_symbol(".") {
            return Err(message::statement_writes_index());
        }
        Ok(table)
    }

    fn no_alias(&self) -> Checked {
        let token = self.peek();
        let is_name = matches!(token.kind, Kind::Word | Kind::Quoted);
        if token.is_word("AS") || (is_name && !is_keyword(token) && !token.is_word("LIMIT")) {
            return Err(message::statement_alias());
        }
        Ok(())
    }

    /// A name, quoted or not.
    fn name(&mut self) -> Option<String> {
        let token = self.peek();
        let is_name = token.kind == Kind::Quoted || (token.kind == Kind::Word && !is_keyword(token));
        is_name.then(|| self.next().unquoted())
    }

    fn path(&mut self) -> Checked<Path> {
        let mut steps = vec![Step::Name(self.name().ok_or_else(|| self.unexpected())?)];
        loop {
            if self.eat_symbol(".") {
                steps.push(Step::Name(self.name().ok_or_else(|| self.unexpected())?));
            } else if self.eat_symbol("[") {
                let token = self.next();
                steps.push(match token.kind {
                    Kind::Text => Step::Name(token.unquoted()),
                    _ => Step::Index(token.text.parse().map_err(|_| malformed("Unexpected path component"))?),
                });
                self.expect_symbol("]")?;
            } else {
                break;
            }
        }
        if steps.len() > PATH_STEPS_MAX {
            let refusal = message::path_too_deep(Expression::Projection, steps.len());
            return Err(refusal.of_statement(Expression::Projection));
        }
        Ok(Path(steps))
    }

    fn filter(&mut self) -> Checked<Filter> {
        if self.eat_word("WHERE") { self.condition() } else { Ok(Filter::new()) }
    }

    /// Postfix by two stacks: what is done goes out, what waits stays.
    fn condition(&mut self) -> Checked<Filter> {
        let mut done = Filter::new();
        let mut pending = Vec::new();
        loop {
            if self.eat_word("NOT") {
                pending.push(Pending::Not);
                continue;
            }
            if self.eat_symbol("(") {
                pending.push(Pending::Open);
                continue;
            }
            let is_joined = matches!(pending.last(), Some(Pending::And | Pending::Or));
            if is_joined && self.peek().kind == Kind::End {
                return Err(malformed("Missing right-hand side expression of infix operator"));
            }
            self.predicate(&mut done)?;
            while pending.contains(&Pending::Open) && self.eat_symbol(")") {
                settle(Pending::Or, &mut pending, &mut done);
                pending.pop();
            }
            let joint = if self.eat_word("AND") {
                Pending::And
            } else if self.eat_word("OR") {
                Pending::Or
            } else {
                break;
            };
            settle(joint, &mut pending, &mut done);
            pending.push(joint);
        }
        settle(Pending::Or, &mut pending, &mut done);
        if pending.is_empty() { Ok(done) } else { Err(malformed("Expected RIGHT_PAREN")) }
    }

    fn predicate(&mut self, done: &mut Filter) -> Checked {
        if let Some(call) = self.function()? {
            done.push(Node::Test(call));
            return Ok(());
        }
        let left = self.term()?;
        if self.eat_word("IS") {
            return self.is(left, done);
        }
        let is_negated = self.eat_word("NOT");
        let predicate = if self.eat_word("BETWEEN") {
            let low = self.term()?;
            self.expect_word("AND")?;
            Predicate::Between([left, low, self.term()?])
        } else if self.eat_word("IN") {
            Predicate::In(left, self.list()?)
        } else {
            let comparator = match self.peek() {
                token if token.kind != Kind::Symbol || is_negated => return Err(self.unexpected()),
                token => {
                    comparator(token.text).ok_or_else(|| malformed("Unexpected token after expression"))?
                }
            };
            self.next();
            Predicate::Compare(comparator, left, self.term()?)
        };
        done.push(Node::Test(predicate));
        done.extend(is_negated.then_some(Node::Not));
        Ok(())
    }

    /// `IS [NOT] MISSING` and `IS [NOT] NULL`.
    fn is(&mut self, left: Term, done: &mut Filter) -> Checked {
        let is_negated = self.eat_word("NOT");
        let Term::Path(path) = left else { return Err(malformed("Unexpected operator")) };
        let predicate = if self.eat_word("MISSING") {
            Predicate::Missing(path)
        } else if self.eat_word("NULL") {
            Predicate::HasType(path, Value::from("NULL"))
        } else {
            return Err(malformed("Expected type name"));
        };
        done.push(Node::Test(predicate));
        done.extend(is_negated.then_some(Node::Not));
        Ok(())
    }

    /// The members of IN, in brackets or parentheses.
    fn list(&mut self) -> Checked<Vec<Term>> {
        let end = if self.eat_symbol("[") { "]" } else { ")" };
        if end == ")" {
            self.expect_symbol("(")?;
        }
        let members = self.separated(Self::term)?;
        self.expect_symbol(end)?;
        if members.len() > IN_OPERANDS_MAX {
            let refusal = message::too_many_in_operands(Expression::Filter, members.len());
            return Err(refusal.of_statement(Expression::Filter));
        }
        Ok(members)
    }

    /// A function that is a condition, if one is next.
    fn function(&mut self) -> Checked<Option<Predicate>> {
        let name = self.peek();
        if name.kind != Kind::Word || is_keyword(name) || name.is_word("size") || !self.opens_call() {
            return Ok(None);
        }
        self.next();
        self.expect_symbol("(")?;
        let first = self.term()?;
        let second = if self.eat_symbol(",") { Some(self.term()?) } else { None };
        self.expect_symbol(")")?;
        let lower = name.text.to_lowercase();
        Ok(Some(match (lower.as_str(), first, second) {
            ("begins_with", first, Some(second)) => Predicate::BeginsWith(first, second),
            ("contains", first, Some(second)) => Predicate::Contains(first, second),
            ("attribute_type", Term::Path(path), Some(Term::Value(kind))) => Predicate::HasType(path, kind),
            ("attribute_exists", Term::Path(path), None) => Predicate::Exists(path),
            ("attribute_not_exists", Term::Path(path), None) => Predicate::Missing(path),
            (
                "begins_with" | "contains" | "attribute_type" | "attribute_exists" | "attribute_not_exists",
                ..,
            ) => {
                return Err(message::statement_function_operands(&lower));
            }
            _ => return Err(message::statement_function_unknown(name.text)),
        }))
    }

    /// Whether the token after the next opens a parenthesis.
    fn opens_call(&self) -> bool {
        self.tokens.get(self.at + 1).is_some_and(|token| token.is_symbol("("))
    }

    fn term(&mut self) -> Checked<Term> {
        let token = self.peek();
        if token.is_word("size") && self.opens_call() {
            self.next();
            self.expect_symbol("(")?;
            let path = self.path()?;
            self.expect_symbol(")")?;
            return Ok(Term::Size(path));
        }
        if token.kind == Kind::Quoted || (token.kind == Kind::Word && !is_keyword(token)) {
            return self.path().map(Term::Path);
        }
        self.value().map(Term::Value)
    }

    fn set(&mut self) -> Checked<Change> {
        let path = self.path()?;
        self.expect_symbol("=")?;
        let first = self.computed(1)?;
        let computed = if self.eat_symbol("+") {
            Computed::Sum(Box::new([first, self.computed(1)?]))
        } else if self.eat_symbol("-") {
            Computed::Difference(Box::new([first, self.computed(1)?]))
        } else {
            first
        };
        Ok(Change::Set(path, computed))
    }

    fn computed(&mut self, level: usize) -> Checked<Computed> {
        if level > NESTING_LEVELS_MAX {
            return Err(message::nesting_exceeded());
        }
        let token = self.peek();
        let is_name = token.kind == Kind::Quoted || (token.kind == Kind::Word && !is_keyword(token));
        if !is_name {
            return self.value().map(Computed::Value);
        }
        if token.kind == Kind::Quoted || !self.opens_call() {
            return self.path().map(Computed::Path);
        }
        self.next();
        self.expect_symbol("(")?;
        let first = self.computed(level + 1)?;
        if !self.eat_symbol(",") {
            return Err(message::statement_function_operands(token.text));
        }
        let second = self.computed(level + 1)?;
        self.expect_symbol(")")?;
        let lower = token.text.to_lowercase();
        match (lower.as_str(), first, second) {
            ("list_append", first, second) => Ok(Computed::ListAppend(Box::new([first, second]))),
            ("if_not_exists", Computed::Path(path), second) => {
                Ok(Computed::IfNotExists(path, Box::new(second)))
            }
            ("set_add", Computed::Path(path), Computed::Value(set)) => Ok(Computed::SetAdd(path, set)),
            ("set_delete", Computed::Path(path), Computed::Value(set)) => Ok(Computed::SetDelete(path, set)),
            ("if_not_exists" | "set_add" | "set_delete", ..) => {
                Err(message::statement_function_operands(&lower))
            }
            _ => Err(message::statement_function_unknown(token.text)),
        }
    }
}

/// Moves out what binds at least as tightly.
fn settle(joint: Pending, pending: &mut Vec<Pending>, done: &mut Filter) {
    while let Some(last) = pending.pop_if(|last| *last >= joint) {
        done.push(match last {
            Pending::Not => Node::Not,
            Pending::And => Node::And,
            Pending::Or | Pending::Open => Node::Or,
        });
    }
}

fn is_keyword(token: Token<'_>) -> bool {
    KEYWORDS.iter().any(|word| token.is_word(word))
}

fn comparator(symbol: &str) -> Option<Comparator> {
    Some(match symbol {
        "=" => Comparator::Equal,
        "<>" | "!=" => Comparator::NotEqual,
        "<" => Comparator::Less,
        "<=" => Comparator::LessOrEqual,
        ">" => Comparator::Greater,
        ">=" => Comparator::GreaterOrEqual,
        _ => return None,
    })
}
