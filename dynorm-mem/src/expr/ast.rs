//! The two trees of an expression: parsed, with placeholders, and resolved, without.

use dynorm::value::Value;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comparator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Comparator {
    pub(crate) const fn symbol(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "<>",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        }
    }

    /// The comparator that holds for exchanged operands.
    pub(crate) const fn mirrored(self) -> Self {
        match self {
            Self::Less => Self::Greater,
            Self::LessOrEqual => Self::GreaterOrEqual,
            Self::Greater => Self::Less,
            Self::GreaterOrEqual => Self::LessOrEqual,
            Self::Equal | Self::NotEqual => self,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ParsedName<'t> {
    Plain(&'t str),
    Placeholder(&'t str),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ParsedStep<'t> {
    Name(ParsedName<'t>),
    Index(usize),
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct ParsedPath<'t> {
    pub(super) attribute: ParsedName<'t>,
    pub(super) inner: Vec<ParsedStep<'t>>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct ParsedCall<'t> {
    pub(super) name: &'t str,
    pub(super) arguments: Vec<ParsedOperand<'t>>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum ParsedOperand<'t> {
    Path(ParsedPath<'t>),
    Value(&'t str),
    Call(ParsedCall<'t>),
}

/// One step of a condition in postfix order: tests are followed by what joins them.
///
/// Postfix, because a tree would be walked by recursion, and the service allows trees that are 300 levels
/// deep.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Node<T> {
    Test(T),
    Not,
    And,
    Or,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum ParsedTest<'t> {
    Compare(Comparator, ParsedOperand<'t>, ParsedOperand<'t>),
    Between([ParsedOperand<'t>; 3]),
    In(ParsedOperand<'t>, Vec<ParsedOperand<'t>>),
    Call(ParsedCall<'t>),
}

pub(super) type ParsedCondition<'t> = Vec<Node<ParsedTest<'t>>>;

#[derive(Debug, PartialEq, Eq)]
pub(super) enum ParsedSource<'t> {
    Operand(ParsedOperand<'t>),
    Sum(ParsedOperand<'t>, ParsedOperand<'t>),
    Difference(ParsedOperand<'t>, ParsedOperand<'t>),
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum ParsedAction<'t> {
    Set(ParsedPath<'t>, ParsedSource<'t>),
    Remove(ParsedPath<'t>),
    Add(ParsedPath<'t>, &'t str),
    Delete(ParsedPath<'t>, &'t str),
}

/// One step of a resolved path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Step<'e> {
    Name(&'e str),
    Index(usize),
}

/// A path into an item: to an attribute, or on into its value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Path<'e> {
    attribute: &'e str,
    /// The steps behind the attribute; most paths have none.
    inner: Vec<Step<'e>>,
}

impl<'e> Path<'e> {
    /// The path to an attribute of the item.
    pub(crate) fn of_attribute(name: &'e str) -> Self {
        Self::of(name, Vec::new())
    }

    /// The path to an attribute, and on by these steps.
    pub(crate) fn of(attribute: &'e str, inner: Vec<Step<'e>>) -> Self {
        Self { attribute, inner }
    }

    /// The attribute that the path goes into.
    pub(crate) fn attribute(&self) -> &'e str {
        self.attribute
    }

    /// Whether the path is the attribute itself.
    pub(crate) fn is_attribute(&self) -> bool {
        self.inner.is_empty()
    }

    /// The steps behind the attribute.
    pub(crate) fn inner(&self) -> &[Step<'e>] {
        &self.inner
    }

    /// All steps, the attribute's first.
    pub(crate) fn steps(&self) -> impl Iterator<Item = Step<'e>> {
        std::iter::once(Step::Name(self.attribute)).chain(self.inner.iter().copied())
    }

    /// The last step, and those between it and the attribute.
    pub(crate) fn split_last(&self) -> (Step<'e>, &[Step<'e>]) {
        self.inner.split_last().map_or((Step::Name(self.attribute), &[]), |(last, parents)| (*last, parents))
    }
}

/// How messages print a path: `[a, [0], b]`.
impl std::fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[")?;
        for (at, step) in self.steps().enumerate() {
            if at > 0 {
                f.write_str(", ")?;
            }
            match step {
                Step::Name(name) => f.write_str(name)?,
                Step::Index(index) => write!(f, "[{index}]")?,
            }
        }
        f.write_str("]")
    }
}

#[derive(Debug)]
pub(crate) enum Operand<'e> {
    Path(Path<'e>),
    Value(&'e Value),
    Size(Box<Operand<'e>>),
}

#[derive(Debug)]
pub(crate) enum Test<'e> {
    Compare(Comparator, Operand<'e>, Operand<'e>),
    Between([Operand<'e>; 3]),
    In(Operand<'e>, Vec<Operand<'e>>),
    Exists(Path<'e>),
    NotExists(Path<'e>),
    HasType(Path<'e>, &'e str),
    BeginsWith(Operand<'e>, Operand<'e>),
    Contains(Operand<'e>, Operand<'e>),
}

/// A condition without placeholders; never empty.
#[derive(Debug)]
pub(crate) struct Condition<'e>(pub(super) Vec<Node<Test<'e>>>);

impl<'e> Condition<'e> {
    /// The condition of these nodes in postfix order, or `None` if there is none.
    pub(crate) fn of(nodes: Vec<Node<Test<'e>>>) -> Option<Self> {
        (!nodes.is_empty()).then_some(Self(nodes))
    }

    /// The condition with more nodes behind it, in postfix order, which join themselves to it.
    pub(crate) fn and_then<const LEN: usize>(mut self, more: [Node<Test<'e>>; LEN]) -> Self {
        self.0.extend(more);
        self
    }

    /// The tests and what joins them, in postfix order.
    pub(crate) fn nodes(&self) -> &[Node<Test<'e>>] {
        &self.0
    }
}

/// What SET computes a value from.
#[derive(Debug)]
pub(crate) enum Source<'e> {
    Path(Path<'e>),
    Value(&'e Value),
    Sum(Box<[Source<'e>; 2]>),
    Difference(Box<[Source<'e>; 2]>),
    IfNotExists(Path<'e>, Box<Source<'e>>),
    ListAppend(Box<[Source<'e>; 2]>),
}

#[derive(Debug)]
pub(crate) enum Action<'e> {
    Set(Path<'e>, Source<'e>),
    Remove(Path<'e>),
    Add(Path<'e>, &'e Value),
    Delete(Path<'e>, &'e Value),
}

impl<'e> Action<'e> {
    pub(crate) fn path(&self) -> &Path<'e> {
        match self {
            Self::Set(path, _) | Self::Remove(path) | Self::Add(path, _) | Self::Delete(path, _) => path,
        }
    }
}
