//! Raw fragments of conditions: text that the library has no operator for, checked before it is sent.

use std::fmt;
use std::marker::PhantomData;

use super::attr::Attr;
use super::condition::{Condition, Node, Side};
use crate::value::{Attribute, EncodeError, path_text};

/// What fills a `{}` of a raw condition: [`Attr::operand`], or [`value`](Self::value).
#[derive(Clone)]
pub struct Operand<E> {
    side: Side,
    entity: PhantomData<fn() -> E>,
}

/// A value is not shown: what it is compared with, and so whether it is sensitive, is known in the condition.
impl<E> fmt::Debug for Operand<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.side {
            Side::Path(steps) | Side::Size(steps) => write!(f, "Operand({})", path_text(steps)),
            Side::Value(value) => write!(f, "Operand({})", value.type_name()),
            Side::Bad(_) => f.write_str("Operand(bad)"),
        }
    }
}

impl<E> Operand<E> {
    /// A value.
    #[must_use]
    pub fn value<T: Attribute>(value: T) -> Self {
        Self { side: Side::of(value.encode(), &[]), entity: PhantomData }
    }
}

impl<E, T, R> Attr<E, T, R> {
    /// The attribute, for a raw condition.
    #[must_use]
    pub fn operand(self) -> Operand<E> {
        Operand { side: Side::Path(self.steps()), entity: PhantomData }
    }
}

impl<E> Condition<E> {
    /// A condition in DynamoDB's own words, with `{}` for each attribute and value.
    ///
    /// Names and values are never part of the text: they are given as operands, in their order, and become
    /// placeholders. A text that is not made of `{}`, operators, functions and parentheses, or that has more or fewer
    /// `{}` than there are operands, is an error of the request that uses the condition.
    ///
    /// Source: [the grammar](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html).
    ///
    /// ```
    /// # use dynorm::prelude::*;
    /// use dynorm::expr::RawOperand;
    /// # use dynorm::Condition;
    /// # #[derive(Entity, Debug, PartialEq)]
    /// # #[entity(table = "Products", pk = id)]
    /// # struct Product { id: u64, tags: Vec<String>, limit: u64 }
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> dynorm::Result<()> {
    /// # let db = Db::new(dynorm_mem::MemBackend::new());
    /// # db.create_table::<Product>().await?;
    /// # db.put(&Product { id: 7, tags: vec!["new".into()], limit: 3 }).await?;
    /// // Sizes on both sides.
    /// let longer = Condition::raw("size({}) < {}", [Product::TAGS.operand(), Product::LIMIT.operand()]);
    /// db.update(Product::key(7u64)).append(Product::TAGS, ["sale"]).when(longer).await?;
    ///
    /// let wrong = Condition::raw("tags = {}", [RawOperand::value(1)]);
    /// let error = db.update(Product::key(7u64)).add(Product::LIMIT, 1).when(wrong).await.unwrap_err();
    /// assert!(error.to_string().contains("`tags` is neither an operator nor a function"), "{error}");
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn raw(text: &str, operands: impl IntoIterator<Item = Operand<E>>) -> Self {
        let text = without_outer_parentheses(text.trim());
        let operands: Vec<Side> = operands.into_iter().map(|operand| operand.side).collect();
        Self::of(match pieces(text, operands.len()) {
            Ok(pieces) => Node::Raw(pieces, operands),
            Err(reason) => {
                let reason = format!("the raw condition {text:?} is not one: {reason}");
                Node::Raw(vec![String::new(); 2], vec![Side::Bad(EncodeError::new(reason))])
            }
        })
    }
}

/// The text before, between and after the operands; or why it is no condition.
fn pieces(text: &str, n_operands: usize) -> Result<Vec<String>, String> {
    let pieces: Vec<String> = text.split("{}").map(str::to_owned).collect();
    let n_places = pieces.len() - 1;
    if n_places != n_operands {
        return Err(format!("it has {n_places} `{{}}` and is given {n_operands} operands"));
    }
    if n_places == 0 {
        return Err("it has no `{}`, and so is about nothing".to_owned());
    }
    let mut depth = 0_u32;
    for piece in &pieces {
        check_piece(piece, &mut depth)?;
    }
    if depth > 0 {
        return Err("a `(` is not closed".to_owned());
    }
    Ok(pieces)
}

const WORDS: [&str; 5] = ["AND", "OR", "NOT", "BETWEEN", "IN"];
const FUNCTIONS: [&str; 6] =
    ["attribute_exists", "attribute_not_exists", "attribute_type", "begins_with", "contains", "size"];

fn check_piece(piece: &str, depth: &mut u32) -> Result<(), String> {
    let mut rest = piece.trim_start();
    while let Some(first) = rest.chars().next() {
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let end =
            if is_word(first) { rest.find(|c| !is_word(c)).unwrap_or(rest.len()) } else { first.len_utf8() };
        let (token, after) = rest.split_at(end);
        rest = after.trim_start();
        match token {
            "(" => *depth += 1,
            ")" => *depth = depth.checked_sub(1).ok_or("a `)` closes nothing")?,
            "," | "=" | "<" | ">" => {}
            word if FUNCTIONS.contains(&word) && rest.starts_with('(') => {}
            word if WORDS.iter().any(|known| known.eq_ignore_ascii_case(word)) => {}
            other => {
                return Err(format!(
                    "`{other}` is neither an operator nor a function; write `{{}}` and give the attribute or value as an operand"
                ));
            }
        }
    }
    Ok(())
}

/// DynamoDB refuses two pairs of parentheses around one condition, and its place may need one.
fn without_outer_parentheses(text: &str) -> &str {
    let Some(inner) = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) else { return text };
    let mut depth = 0_i32;
    for c in inner.chars() {
        depth += i32::from(c == '(') - i32::from(c == ')');
        if depth < 0 {
            return text;
        }
    }
    if depth == 0 { without_outer_parentheses(inner.trim()) } else { text }
}
