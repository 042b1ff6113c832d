//! The places of entries in order: a list of short lists, so that one more has few to move, in a partition of any size.

use super::slots::Place;

/// Most entries of a run.
const RUN_MAX: usize = 64;

/// Entries by the hash of their partition and then by their key, which is looked at only where hashes are equal.
#[derive(Clone, Debug, Default)]
pub(super) struct Order {
    /// None is empty.
    runs: Vec<Run>,
}

#[derive(Clone, Debug)]
struct Run {
    /// The first of the members, here too so that the search for a run looks into none.
    first: Member,
    members: Vec<Member>,
}

/// An entry.
#[derive(Clone, Copy, Debug)]
struct Member {
    /// Of its partition.
    hash: u32,
    place: Place,
}

/// A position between two members.
#[derive(Clone, Copy, Debug)]
pub(super) struct Position {
    run: usize,
    offset: usize,
}

/// What a key is compared with.
#[derive(Clone, Copy)]
pub(super) struct Sought<F> {
    /// Of the key's partition.
    pub(super) hash: u32,
    /// Whether the key of the entry in a place, which has this hash too, is before what is sought.
    pub(super) is_before: F,
}

impl<F: Fn(Place) -> bool> Sought<F> {
    fn is_behind(&self, member: Member) -> bool {
        member.hash < self.hash || member.hash == self.hash && (self.is_before)(member.place)
    }

    /// How many of the members are before it.
    fn offset_in(&self, members: &[Member]) -> usize {
        let first = members.partition_point(|member| member.hash < self.hash);
        let n_equal = members[first..].partition_point(|member| member.hash == self.hash);
        let equal = &members[first..first + n_equal];
        let is_behind = |member: &Member| (self.is_before)(member.place);
        // Mostly a partition is read from its beginning to its end, and then one look each is enough.
        match equal {
            [] => first,
            [one, ..] if !is_behind(one) => first,
            [.., last] if is_behind(last) => first + n_equal,
            _ => first + equal.partition_point(is_behind),
        }
    }
}

impl Order {
    /// Adds an entry where it [belongs](Self::find).
    pub(super) fn insert(&mut self, position: Position, hash: u32, place: Place) {
        let member = Member { hash, place };
        let Some(run) = self.runs.get_mut(position.run) else {
            self.runs.push(Run::of(vec![member]));
            return;
        };
        run.members.insert(position.offset, member);
        run.first = run.members[0];
        if run.members.len() > RUN_MAX {
            let upper = run.members.split_off(RUN_MAX / 2);
            self.runs.insert(position.run + 1, Run::of(upper));
        }
    }

    /// Removes the entry behind a position.
    pub(super) fn remove(&mut self, mut position: Position) {
        if self.runs.get(position.run).is_some_and(|run| position.offset == run.members.len()) {
            position = Position { run: position.run + 1, offset: 0 };
        }
        let Some(run) = self.runs.get_mut(position.run) else { return };
        run.members.remove(position.offset);
        match run.members.first() {
            Some(first) => run.first = *first,
            None => drop(self.runs.remove(position.run)),
        }
        self.join(position.run);
    }

    /// Makes one run of two that have become short.
    fn join(&mut self, at: usize) {
        let Some([run, next]) = self.runs.get_mut(at..at + 2) else { return };
        if run.members.len() + next.members.len() <= RUN_MAX / 2 {
            run.members.append(&mut next.members);
            self.runs.remove(at + 1);
        }
    }

    /// Follows entries that have moved, by their old places.
    pub(super) fn follow(&mut self, moved: &[Place]) {
        let to = |place: &mut Place| {
            let at = usize::try_from(*place).expect("it was the index of a slot");
            *place = moved[at];
        };
        for run in &mut self.runs {
            run.members.iter_mut().for_each(|member| to(&mut member.place));
            to(&mut run.first.place);
        }
    }

    /// The places of the entries between two positions, in order; without one from the beginning, and to the end. The
    /// second must not be before the first.
    pub(super) fn between(
        &self,
        from: Option<Position>,
        to: Option<Position>,
    ) -> impl DoubleEndedIterator<Item = Place> {
        let from = from.unwrap_or(Position { run: 0, offset: 0 });
        let to = to.unwrap_or(Position { run: self.runs.len(), offset: 0 });
        let end = self.runs.len().min(to.run + 1);
        self.runs[from.run..end].iter().enumerate().flat_map(move |(at, run)| {
            let start = if at == 0 { from.offset } else { 0 };
            let end = if from.run + at == to.run { to.offset } else { run.members.len() };
            run.members[start..end].iter().map(|member| member.place)
        })
    }

    /// Behind the last entry that is before what is sought.
    pub(super) fn find<F: Fn(Place) -> bool>(&self, sought: &Sought<F>) -> Position {
        let n_before = self.runs.partition_point(|run| sought.is_behind(run.first));
        let Some(at) = n_before.checked_sub(1) else { return Position { run: 0, offset: 0 } };
        Position { run: at, offset: sought.offset_in(&self.runs[at].members) }
    }
}

impl Run {
    fn of(members: Vec<Member>) -> Self {
        Self { first: members[0], members }
    }
}
