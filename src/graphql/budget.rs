//! How much work a document asks for, counted before anything walks it.
//!
//! The executor's own limits on depth and complexity expand every fragment spread while they count and compare only
//! afterwards, so a document of 600 bytes can keep them busy for seconds. Here each fragment is measured once and
//! its measure is added wherever it is spread: the time is linear in the document, whatever the sum says.

use std::{collections::HashMap, convert::Infallible, marker::PhantomData};

use async_graphql::{
    Name, Positioned, Value, Variables,
    parser::types::{
        BaseType, Directive, DocumentOperations, ExecutableDocument, Field, FragmentDefinition,
        OperationDefinition, OperationType, Selection, SelectionSet, Type,
    },
};

use super::complete::{Shapes, base};

/// Operations in one document.
pub const MAX_OPERATIONS: usize = 20;
/// Selections in one document, each fragment counted once for every time that it is spread.
pub const MAX_SELECTIONS: u64 = 2_000;
/// Fields within fields. The deepest introspection query that clients send needs all fifteen.
pub const MAX_DEPTH: u64 = 15;
/// Selection sets within selection sets, those of fragments included. Bounds the recursion of every later walk.
pub const MAX_NESTING: u64 = 64;
/// Fields of one operation at its root, aliases included.
pub const MAX_ROOT_FIELDS: u64 = 50;
/// Variables of one operation.
pub const MAX_VARIABLES: usize = 100;
/// Entries of all lists in the variables of a query.
pub const MAX_ENTRIES: usize = 1_000;
/// Entries of all lists in the variables of a mutation, which says itself how many of its own it takes. They may also stand
/// below what it gives back.
pub const MAX_ENTRIES_CHANGED: usize = 10_000;
/// Directives in one place.
pub const MAX_DIRECTIVES_EACH: usize = 8;
/// Directives in one document.
pub const MAX_DIRECTIVES: usize = 50;
/// Values that one operation may ask for, lists counted at the size that was asked for.
pub const MAX_COST: u64 = 50_000;
/// What a list counts for when the document does not say how much of it is wanted: the page's default size.
pub const DEFAULT_PAGE: u64 = 50;
/// What a list counts for at most: no page is larger, and asking for more is refused by the field itself.
pub const MAX_PAGE: i64 = 200;

/// Why a document is not worth executing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TooComplex {
    /// The text is longer than a document may be.
    #[error("The document is {0} bytes long; {max} are allowed.", max = super::documents::MAX_BYTES)]
    Long(usize),
    /// Brackets within brackets.
    #[error("The document nests brackets more than {max} deep.", max = super::documents::MAX_BRACKETS)]
    Brackets,
    /// More operations than [`MAX_OPERATIONS`].
    #[error("The document has {0} operations; {MAX_OPERATIONS} are allowed.")]
    Operations(usize),
    /// More selections than [`MAX_SELECTIONS`].
    #[error("The document selects {0} fields and fragments in all; {MAX_SELECTIONS} are allowed.")]
    Selections(u64),
    /// Fields nested deeper than [`MAX_DEPTH`].
    #[error("The document nests fields {0} deep; {MAX_DEPTH} are allowed.")]
    Depth(u64),
    /// Selection sets nested deeper than [`MAX_NESTING`].
    #[error("The document nests selections and fragments more than {MAX_NESTING} deep.")]
    Nesting,
    /// More fields at the root than [`MAX_ROOT_FIELDS`].
    #[error("The operation has {0} fields at its root; {MAX_ROOT_FIELDS} are allowed.")]
    RootFields(u64),
    /// More variables than [`MAX_VARIABLES`].
    #[error("The operation has {0} variables; {MAX_VARIABLES} are allowed.")]
    Variables(usize),
    /// More entries in the lists of the variables than [`MAX_ENTRIES`], or [`MAX_ENTRIES_CHANGED`].
    #[error("The lists in the variables have {found} entries; {most} are allowed. Ask several times.")]
    Entries { found: usize, most: usize },
    /// More directives than [`MAX_DIRECTIVES_EACH`] in one place or [`MAX_DIRECTIVES`] in all.
    #[error(
        "The document has too many directives; {MAX_DIRECTIVES_EACH} in one place and {MAX_DIRECTIVES} in all are allowed."
    )]
    Directives,
    /// A fragment that contains itself, directly or through others.
    #[error("A fragment of the document contains itself.")]
    FragmentCycle,
    /// The operation costs more than [`MAX_COST`].
    #[error(
        "The operation asks for about {0} values; {MAX_COST} are allowed. Ask for smaller pages or fewer fields."
    )]
    Cost(u64),
}

impl TooComplex {
    /// The error's code in an answer. A fragment cycle is not large, it is invalid.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::FragmentCycle => "GRAPHQL_VALIDATION_FAILED",
            _ => "QUERY_TOO_COMPLEX",
        }
    }
}

/// What a document asks for, within the limits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Budget {
    /// Selections of all operations, fragments expanded.
    pub selections: u64,
    /// The deepest field.
    pub depth: u64,
    /// The most fields that an operation has at its root.
    pub root_fields: u64,
}

/// Measures a whole document. Every operation counts, not only the one to be executed, since validation walks them all.
pub fn check(document: &ExecutableDocument) -> Result<Budget, TooComplex> {
    check_operations(&document.operations)?;
    check_directives(document)?;

    let mut walk = Walk::new(document, &AllAlike);
    let mut budget = Budget::default();
    for (_, operation) in document.operations.iter() {
        let measure = walk.set(None, &operation.node.selection_set.node, 1)?;
        budget.selections = budget.selections.saturating_add(measure.selections);
        budget.depth = budget.depth.max(measure.depth);
        budget.root_fields = budget.root_fields.max(measure.own_fields);
    }
    // A fragment that no operation spreads is walked by validation all the same.
    for name in document.fragments.keys() {
        let measure = walk.fragment(name, 1)?;
        budget.depth = budget.depth.max(measure.depth);
        budget.selections = budget.selections.max(measure.selections);
    }

    if budget.selections > MAX_SELECTIONS {
        return Err(TooComplex::Selections(budget.selections));
    }
    if budget.depth > MAX_DEPTH {
        return Err(TooComplex::Depth(budget.depth));
    }
    if budget.root_fields > MAX_ROOT_FIELDS {
        return Err(TooComplex::RootFields(budget.root_fields));
    }
    Ok(budget)
}

/// About how many values `operation` asks for: what is below a list counts as often as the list may have entries.
///
/// That is the value of `first` or `last` where one is given, [`DEFAULT_PAGE`] for other connections, and what `length`
/// says (by type and field) of lists without pages. For a document that passed [`check`].
pub fn cost(
    document: &ExecutableDocument,
    operation: &OperationDefinition,
    variables: &Variables,
    shapes: &Shapes,
    length: &dyn Fn(&str, &str) -> u64,
) -> Result<u64, TooComplex> {
    // Each entry becomes a value of a statement, perhaps several times, and a statement takes only so many.
    let found = variables.values().map(entries).sum();
    let most = if operation.ty == OperationType::Query { MAX_ENTRIES } else { MAX_ENTRIES_CHANGED };
    if found > most {
        return Err(TooComplex::Entries { found, most });
    }
    let sizes = Sizes { operation, variables, shapes, length };
    let root = Some(shapes.root(operation.ty));
    let measure = Walk::new(document, &sizes).set(root, &operation.selection_set.node, 1)?;
    if measure.cost > MAX_COST { Err(TooComplex::Cost(measure.cost)) } else { Ok(measure.cost) }
}

/// How many entries the lists in a value have, and the lists in those.
fn entries(value: &Value) -> usize {
    match value {
        Value::List(list) => list.len() + list.iter().map(entries).sum::<usize>(),
        Value::Object(fields) => fields.values().map(entries).sum(),
        _ => 0,
    }
}

/// How often what is below a field counts, and of what type it is.
trait Weigh<'s> {
    fn below(&self, of: Option<&'s Name>, field: &Field) -> (u64, Option<&'s Name>);
    /// The type that a fragment is on.
    fn on(&self, condition: &Name) -> Option<&'s Name>;
}

/// Every field once, whatever it is.
struct AllAlike;

impl Weigh<'static> for AllAlike {
    fn below(&self, _: Option<&'static Name>, _: &Field) -> (u64, Option<&'static Name>) {
        (1, None)
    }

    fn on(&self, _: &Name) -> Option<&'static Name> {
        None
    }
}

/// By what the schema says of fields, and the operation of pages.
struct Sizes<'s> {
    operation: &'s OperationDefinition,
    variables: &'s Variables,
    shapes: &'s Shapes,
    length: &'s dyn Fn(&str, &str) -> u64,
}

impl<'s> Weigh<'s> for Sizes<'s> {
    fn below(&self, of: Option<&'s Name>, field: &Field) -> (u64, Option<&'s Name>) {
        let ty = of.and_then(|of| self.shapes.field(of, &field.name.node));
        let (name, is_list) = ty.map_or((None, false), |ty| (Some(base(ty)), is_list(ty)));
        let is_connection = |name: &&Name| name.ends_with("Connection");
        let entries = match self.asked("first", field).max(self.asked("last", field)) {
            Some(size) => size,
            None if name.as_ref().is_some_and(is_connection) => DEFAULT_PAGE,
            // A page's own lists are as long as the page, which is counted already.
            None if is_list && !of.as_ref().is_some_and(is_connection) => {
                (self.length)(of.map_or("", Name::as_str), &field.name.node)
            }
            None => 1,
        };
        (entries, name)
    }

    fn on(&self, condition: &Name) -> Option<&'s Name> {
        self.shapes.known(condition)
    }
}

impl Sizes<'_> {
    fn asked(&self, argument: &str, field: &Field) -> Option<u64> {
        let value = field.get_argument(argument)?.node.clone();
        let known = |name: Name| Ok::<_, Infallible>(integer(self.operation, self.variables, &name).into());
        match value.into_const_with(known) {
            Ok(Value::Number(number)) => Some(number.as_i64()?.clamp(0, MAX_PAGE).unsigned_abs()),
            _ => None,
        }
    }
}

fn is_list(ty: &Type) -> bool {
    matches!(ty.base, BaseType::List(_))
}

/// The integer that a variable stands for: the value sent, else the default in the document.
fn integer(operation: &OperationDefinition, variables: &Variables, name: &Name) -> Option<i64> {
    let default = || {
        let definition = operation.variable_definitions.iter().find(|it| it.node.name.node == *name)?;
        definition.node.default_value.as_ref().map(|value| &value.node)
    };
    match variables.get(name).or_else(default)? {
        Value::Number(number) => number.as_i64(),
        _ => None,
    }
}

fn check_operations(operations: &DocumentOperations) -> Result<(), TooComplex> {
    let count = operations.iter().count();
    if count > MAX_OPERATIONS {
        return Err(TooComplex::Operations(count));
    }
    let most = operations.iter().map(|(_, it)| it.node.variable_definitions.len()).max().unwrap_or(0);
    if most > MAX_VARIABLES { Err(TooComplex::Variables(most)) } else { Ok(()) }
}

/// Counts directives where they are written: those of a fragment count once, however often it is spread.
fn check_directives(document: &ExecutableDocument) -> Result<(), TooComplex> {
    let mut total = 0;
    for (_, operation) in document.operations.iter() {
        count_directives(&operation.node.directives, &mut total)?;
        for variable in &operation.node.variable_definitions {
            count_directives(&variable.node.directives, &mut total)?;
        }
        count_directives_within(&operation.node.selection_set.node, &mut total)?;
    }
    for fragment in document.fragments.values() {
        count_directives(&fragment.node.directives, &mut total)?;
        count_directives_within(&fragment.node.selection_set.node, &mut total)?;
    }
    Ok(())
}

fn count_directives(directives: &[Positioned<Directive>], total: &mut usize) -> Result<(), TooComplex> {
    *total += directives.len();
    let too_many = directives.len() > MAX_DIRECTIVES_EACH || *total > MAX_DIRECTIVES;
    if too_many { Err(TooComplex::Directives) } else { Ok(()) }
}

/// Recurses only as deep as the parser let one definition be.
fn count_directives_within(set: &SelectionSet, total: &mut usize) -> Result<(), TooComplex> {
    for selection in &set.items {
        count_directives(selection.node.directives(), total)?;
        match &selection.node {
            Selection::Field(field) => count_directives_within(&field.node.selection_set.node, total)?,
            Selection::InlineFragment(it) => count_directives_within(&it.node.selection_set.node, total)?,
            Selection::FragmentSpread(_) => {}
        }
    }
    Ok(())
}

/// What a selection set amounts to, fragments expanded.
#[derive(Clone, Copy, Default)]
struct Measure {
    selections: u64,
    /// Fields within fields.
    depth: u64,
    /// Selection sets within selection sets.
    nesting: u64,
    /// Fields of this very set, those of its fragments included.
    own_fields: u64,
    cost: u64,
}

#[derive(Clone, Copy)]
enum Known {
    BeingMeasured,
    Measured(Measure),
}

/// One walk over a document that measures each fragment once.
struct Walk<'d, 's, W> {
    fragments: &'d HashMap<Name, Positioned<FragmentDefinition>>,
    known: HashMap<&'d Name, Known>,
    weigh: &'d W,
    types: PhantomData<&'s Name>,
}

impl<'d, 's, W: Weigh<'s>> Walk<'d, 's, W> {
    fn new(document: &'d ExecutableDocument, weigh: &'d W) -> Self {
        Self { fragments: &document.fragments, known: HashMap::new(), weigh, types: PhantomData }
    }

    /// `level` is how many sets are around this one; together with the nesting of a fragment that was measured
    /// elsewhere it bounds both this recursion and every later one.
    fn set(
        &mut self,
        of: Option<&'s Name>,
        set: &'d SelectionSet,
        level: u64,
    ) -> Result<Measure, TooComplex> {
        if level > MAX_NESTING {
            return Err(TooComplex::Nesting);
        }
        let mut sum = Measure { nesting: 1, ..Measure::default() };
        for selection in &set.items {
            let (inner, is_field, entries) = match &selection.node {
                Selection::Field(field) if field.node.selection_set.node.items.is_empty() => {
                    (Measure::default(), true, 1)
                }
                Selection::Field(field) => {
                    let (entries, ty) = self.weigh.below(of, &field.node);
                    (self.set(ty, &field.node.selection_set.node, level + 1)?, true, entries)
                }
                Selection::InlineFragment(it) => {
                    let on = it.node.type_condition.as_ref();
                    let of = on.map_or(of, |on| self.weigh.on(&on.node.on.node));
                    (self.set(of, &it.node.selection_set.node, level + 1)?, false, 1)
                }
                Selection::FragmentSpread(it) => {
                    (self.fragment(&it.node.fragment_name.node, level + 1)?, false, 1)
                }
            };
            if level.saturating_add(inner.nesting) > MAX_NESTING {
                return Err(TooComplex::Nesting);
            }
            let own = u64::from(is_field);
            sum.selections = sum.selections.saturating_add(1).saturating_add(inner.selections);
            sum.depth = sum.depth.max(inner.depth.saturating_add(own));
            sum.nesting = sum.nesting.max(inner.nesting.saturating_add(1));
            sum.own_fields = sum.own_fields.saturating_add(if is_field { 1 } else { inner.own_fields });
            sum.cost = sum.cost.saturating_add(own).saturating_add(inner.cost.saturating_mul(entries));
        }
        Ok(sum)
    }

    /// An unknown fragment counts nothing here; validation names it.
    fn fragment(&mut self, name: &'d Name, level: u64) -> Result<Measure, TooComplex> {
        match self.known.get(name) {
            Some(Known::Measured(measure)) => return Ok(*measure),
            Some(Known::BeingMeasured) => return Err(TooComplex::FragmentCycle),
            None => {}
        }
        let Some(fragment) = self.fragments.get(name) else { return Ok(Measure::default()) };
        self.known.insert(name, Known::BeingMeasured);
        let of = self.weigh.on(&fragment.node.type_condition.node.on.node);
        let measure = self.set(of, &fragment.node.selection_set.node, level)?;
        self.known.insert(name, Known::Measured(measure));
        Ok(measure)
    }
}

#[cfg(test)]
mod tests;
