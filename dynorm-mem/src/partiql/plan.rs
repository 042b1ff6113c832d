//! What a statement means for its table: the key that it names, and the rest as resolved conditions and
//! updates.

use dynorm::value::{Item, Value};

use super::ast::{Change, Computed, Filter, Path, Predicate, Select, Step, Term};
use crate::expr::{self, Action, Comparator, Condition, Node, Operand, Source, Test};
use crate::message::{self, Checked, Expression};
use crate::table::key::{KeyPart, KeyShape};

/// A part of a WHERE clause that must hold.
type Conjunct = [Node<Predicate>];

/// A WHERE clause that names one item.
pub(super) struct Keyed<'s> {
    pub(super) key: Item,
    /// What else must hold.
    pub(super) rest: Option<Condition<'s>>,
}

/// The one item that a WHERE clause names by values for all key attributes, if it does.
pub(super) fn keyed<'s>(filter: &'s Filter, key: &KeyShape) -> Checked<Option<Keyed<'s>>> {
    let mut left = conjuncts(filter);
    let mut item = Item::new();
    for part in key.parts() {
        let Some(at) = left.iter().position(|conjunct| equal_to(conjunct, &part.name).is_some()) else {
            return Ok(None);
        };
        item.extend(equal_to(left.remove(at), &part.name).map(|value| (part.name.clone(), value.clone())));
    }
    Ok(Some(Keyed { key: item, rest: joined(&left, Expression::Condition)? }))
}

/// How a SELECT finds its items.
pub(super) struct Reading<'s> {
    /// The values of the partition attributes, partition by partition; all of them are scanned if `None`.
    pub(super) partitions: Option<Vec<Vec<&'s Value>>>,
    sort: Vec<&'s Conjunct>,
    /// What the key does not decide.
    pub(super) filter: Option<Condition<'s>>,
    pub(super) descending: bool,
}

/// How to read what a SELECT asks for: partitions that it names, or everything.
pub(super) fn reading<'s>(select: &'s Select, key: &KeyShape) -> Checked<Reading<'s>> {
    let mut left = conjuncts(&select.filter);
    let mut partitions = partitions(&mut left, key);
    let mut sort = Vec::new();
    if partitions.is_some() {
        for part in &key.sort {
            let Some(at) = left.iter().position(|conjunct| is_range(conjunct, &part.name)) else { break };
            let conjunct = left.remove(at);
            sort.push(conjunct);
            if equal_to(conjunct, &part.name).is_none() {
                break;
            }
        }
    }
    let descending = order(select, key, &mut partitions)?;
    Ok(Reading { partitions, sort, filter: joined(&left, Expression::Filter)?, descending })
}

impl<'s> Reading<'s> {
    /// The key condition of one partition.
    pub(super) fn key_condition<'k>(
        &self,
        key: &'k KeyShape,
        values: &[&'k Value],
    ) -> Checked<Option<Condition<'k>>>
    where
        's: 'k,
    {
        let mut nodes = Vec::new();
        for (part, value) in key.partition.iter().zip(values) {
            let attribute = Operand::Path(expr::Path::of_attribute(&part.name));
            push(
                vec![Node::Test(Test::Compare(Comparator::Equal, attribute, Operand::Value(value)))],
                &mut nodes,
            );
        }
        for conjunct in &self.sort {
            push(lowered(conjunct, Expression::KeyCondition)?, &mut nodes);
        }
        Ok(Condition::of(nodes))
    }
}

/// Takes what fixes the partition out of the conjuncts.
fn partitions<'s>(left: &mut Vec<&'s Conjunct>, key: &KeyShape) -> Option<Vec<Vec<&'s Value>>> {
    if let [part] = key.partition.as_slice()
        && let Some(at) = left.iter().position(|conjunct| one_of(conjunct, &part.name).is_some())
    {
        return one_of(left.remove(at), &part.name);
    }
    let position = |part: &KeyPart| left.iter().position(|conjunct| equal_to(conjunct, &part.name).is_some());
    let mut found = key.partition.iter().map(position).collect::<Option<Vec<usize>>>()?;
    let values = key.partition.iter().zip(&found).map(|(part, at)| equal_to(left[*at], &part.name));
    let values = values.collect::<Option<Vec<_>>>()?;
    found.sort_unstable();
    for at in found.into_iter().rev() {
        left.remove(at);
    }
    Some(vec![values])
}

/// The values of `name IN [...]`, each a partition; a repeated one is read once.
fn one_of<'s>(conjunct: &'s Conjunct, name: &str) -> Option<Vec<Vec<&'s Value>>> {
    let [Node::Test(Predicate::In(Term::Path(path), members))] = conjunct else { return None };
    if path.attribute() != Some(name) {
        return None;
    }
    let mut values: Vec<Vec<&Value>> = Vec::with_capacity(members.len());
    for member in members {
        let Term::Value(value) = member else { return None };
        if !values.iter().any(|known| known[0] == value) {
            values.push(vec![value]);
        }
    }
    Some(values)
}

/// The value of `name = value`, either way round.
fn equal_to<'s>(conjunct: &'s Conjunct, name: &str) -> Option<&'s Value> {
    let [Node::Test(Predicate::Compare(Comparator::Equal, left, right))] = conjunct else { return None };
    match (left, right) {
        (Term::Path(path), Term::Value(value)) | (Term::Value(value), Term::Path(path))
            if path.attribute() == Some(name) =>
        {
            Some(value)
        }
        _ => None,
    }
}

/// Whether an index can look this up in its sort key.
fn is_range(conjunct: &Conjunct, name: &str) -> bool {
    let is_name = |term: &Term| matches!(term, Term::Path(path) if path.attribute() == Some(name));
    let is_value = |term: &Term| matches!(term, Term::Value(_));
    match conjunct {
        [Node::Test(Predicate::Compare(comparator, left, right))] => {
            *comparator != Comparator::NotEqual
                && ((is_name(left) && is_value(right)) || (is_value(left) && is_name(right)))
        }
        [Node::Test(Predicate::Between([value, low, high]))] => {
            is_name(value) && is_value(low) && is_value(high)
        }
        [Node::Test(Predicate::BeginsWith(value, prefix))] => is_name(value) && is_value(prefix),
        _ => false,
    }
}

/// Checks ORDER BY, puts the partitions in order, and says whether each is read from its end.
fn order(select: &Select, key: &KeyShape, partitions: &mut Option<Vec<Vec<&Value>>>) -> Checked<bool> {
    if select.order.is_empty() {
        return Ok(false);
    }
    if select.filter.is_empty() {
        return Err(message::order_without_where());
    }
    if let Some(order) = select.order.iter().find(|order| !key.contains(&order.attribute)) {
        return Err(message::order_not_by_key(&order.attribute));
    }
    let Some(partitions) = partitions else { return Err(message::order_without_partition()) };
    let of = |parts: &[KeyPart]| {
        let is_of = |name: &str| parts.iter().any(|part| part.name == *name);
        select.order.iter().find(|order| is_of(&order.attribute)).map(|order| order.descending)
    };
    match of(&key.partition) {
        None if partitions.len() > 1 => return Err(message::order_without_partition_key()),
        None => {}
        Some(descending) => {
            partitions
                .sort_by(|one, other| expr::order(one[0], other[0]).unwrap_or(std::cmp::Ordering::Equal));
            if descending {
                partitions.reverse();
            }
        }
    }
    // A partition comes from its end if the sort key is not named: observed on the service by the tests of
    // public emulators.
    Ok(of(&key.sort).unwrap_or(true))
}

/// The parts of a WHERE clause that AND joins at the top.
fn conjuncts(filter: &Filter) -> Vec<&Conjunct> {
    // Where the operand that ends at each node begins.
    let mut starts: Vec<usize> = Vec::with_capacity(filter.len());
    for (at, node) in filter.iter().enumerate() {
        let start = match node {
            Node::Test(_) => at,
            Node::Not => starts[at - 1],
            // The left operand ends before the right one begins.
            Node::And | Node::Or => starts[starts[at - 1] - 1],
        };
        starts.push(start);
    }
    let mut found = Vec::new();
    let mut open: Vec<&Conjunct> = if filter.is_empty() { Vec::new() } else { vec![filter] };
    let mut offsets = vec![0];
    while let Some(part) = open.pop() {
        let offset = offsets.pop().unwrap_or_default();
        let Some((Node::And, operands)) = part.split_last() else {
            found.push(part);
            continue;
        };
        let right = starts[offset + operands.len() - 1] - offset;
        let (left, right_part) = operands.split_at(right);
        // The left one is looked at first, so that the order stays.
        open.extend([right_part, left]);
        offsets.extend([offset + right, offset]);
    }
    found
}

/// The conjuncts as one condition; `None` if there are none.
fn joined<'s>(conjuncts: &[&'s Conjunct], expression: Expression) -> Checked<Option<Condition<'s>>> {
    let mut nodes = Vec::new();
    for conjunct in conjuncts {
        push(lowered(conjunct, expression)?, &mut nodes);
    }
    Ok(Condition::of(nodes))
}

fn push<'s>(more: Vec<Node<Test<'s>>>, nodes: &mut Vec<Node<Test<'s>>>) {
    let joins = !nodes.is_empty();
    nodes.extend(more);
    nodes.extend(joins.then_some(Node::And));
}

fn lowered(conjunct: &Conjunct, expression: Expression) -> Checked<Vec<Node<Test<'_>>>> {
    let mut nodes = Vec::with_capacity(conjunct.len());
    for node in conjunct {
        nodes.push(match node {
            Node::Test(predicate) => {
                let checked = test(predicate, expression).and_then(|test| {
                    expr::check_test(expression, &test)?;
                    Ok(test)
                });
                Node::Test(checked.map_err(|refusal| refusal.of_statement(expression))?)
            }
            Node::Not => Node::Not,
            Node::And => Node::And,
            Node::Or => Node::Or,
        });
    }
    Ok(nodes)
}

fn test(predicate: &Predicate, expression: Expression) -> Checked<Test<'_>> {
    Ok(match predicate {
        Predicate::Compare(comparator, left, right) => {
            Test::Compare(*comparator, operand(left), operand(right))
        }
        Predicate::Between([value, low, high]) => {
            Test::Between([operand(value), operand(low), operand(high)])
        }
        Predicate::In(value, members) => Test::In(operand(value), members.iter().map(operand).collect()),
        Predicate::BeginsWith(value, prefix) => Test::BeginsWith(operand(value), operand(prefix)),
        Predicate::Contains(value, member) => Test::Contains(operand(value), operand(member)),
        Predicate::HasType(path, kind) => {
            expr::has_type(expression, Operand::Path(self::path(path)), &Operand::Value(kind))?
        }
        Predicate::Exists(path) => Test::Exists(self::path(path)),
        Predicate::Missing(path) => Test::NotExists(self::path(path)),
    })
}

fn operand(term: &Term) -> Operand<'_> {
    match term {
        Term::Path(path) => Operand::Path(self::path(path)),
        Term::Value(value) => Operand::Value(value),
        Term::Size(path) => Operand::Size(Box::new(Operand::Path(self::path(path)))),
    }
}

/// The resolved form of a path.
pub(super) fn path(path: &Path) -> expr::Path<'_> {
    let step = |step| match step {
        &Step::Index(index) => expr::Step::Index(index),
        Step::Name(name) => expr::Step::Name(name),
    };
    match path.0.as_slice() {
        [Step::Name(attribute), inner @ ..] => expr::Path::of(attribute, inner.iter().map(step).collect()),
        _ => unreachable!("the parser begins every path with a name"),
    }
}

/// The actions of an UPDATE.
pub(super) fn actions(changes: &[Change]) -> Checked<Vec<Action<'_>>> {
    let actions = changes.iter().map(action).collect::<Checked<Vec<_>>>()?;
    expr::check_actions(&actions).map_err(|refusal| refusal.of_statement(Expression::Update))?;
    Ok(actions)
}

fn action(change: &Change) -> Checked<Action<'_>> {
    match change {
        Change::Remove(path) => Ok(Action::Remove(self::path(path))),
        Change::Set(path, Computed::SetAdd(of, set)) if of == path => Ok(Action::Add(self::path(path), set)),
        Change::Set(path, Computed::SetDelete(of, set)) if of == path => {
            Ok(Action::Delete(self::path(path), set))
        }
        Change::Set(path, computed) => Ok(Action::Set(self::path(path), source(computed)?)),
    }
}

/// The recursion is as deep as the parser's was.
fn source(computed: &Computed) -> Checked<Source<'_>> {
    Ok(match computed {
        Computed::Path(path) => Source::Path(self::path(path)),
        Computed::Value(value) => Source::Value(value),
        Computed::Sum(operands) => Source::Sum(Box::new(sources(operands)?)),
        Computed::Difference(operands) => Source::Difference(Box::new(sources(operands)?)),
        Computed::ListAppend(operands) => Source::ListAppend(Box::new(sources(operands)?)),
        Computed::IfNotExists(path, default) => {
            Source::IfNotExists(self::path(path), Box::new(source(default)?))
        }
        Computed::SetAdd(..) => return Err(message::statement_set_target("set_add")),
        Computed::SetDelete(..) => return Err(message::statement_set_target("set_delete")),
    })
}

fn sources(operands: &[Computed; 2]) -> Checked<[Source<'_>; 2]> {
    let [first, second] = operands;
    Ok([source(first)?, source(second)?])
}
