//! How many connections there may be. One more than that takes the place of one on which nothing is being answered, so
//! that idle connections lock out no one.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::ConnectionSettings;
use super::pace::Pace;

/// The connections of one listener.
pub(super) struct Crowd {
    settings: ConnectionSettings,
    members: Mutex<Members>,
}

#[derive(Default)]
struct Members {
    next: u64,
    all: HashMap<u64, Member>,
    told_at: Option<Instant>,
}

struct Member {
    network: Network,
    room: Room,
    pace: Arc<Pace>,
}

/// What is asked for on a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Room {
    /// Anything.
    Anything,
    /// Probes and nothing else: every other place is taken by requests that are being answered.
    Probes,
}

/// The place of one connection, until it is dropped.
pub(super) struct Place {
    pub(super) pace: Arc<Pace>,
    pub(super) room: Room,
    crowd: Arc<Crowd>,
    id: u64,
}

/// What one customer of a provider has: the bits, and whether they are of IPv6.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Network(u64, bool);

/// Places beside those that are counted, for probes: so many at most, and one for each eight of the others.
const FOR_PROBES: usize = 16;
/// How often it is said at most that there are too many.
const TOLD_EVERY: Duration = Duration::from_secs(60);

impl Network {
    /// An IPv4 address, or 64 bits of an IPv6 address.
    fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self(u64::from(address.to_bits()), false),
            IpAddr::V6(address) => Self((address.to_bits() >> 64) as u64, true),
        }
    }
}

impl Crowd {
    pub(super) fn new(settings: ConnectionSettings) -> Arc<Self> {
        Arc::new(Self { settings, members: Mutex::default() })
    }

    /// A place for a connection from there; `None` where even those for probes are taken.
    pub(super) fn admit(self: &Arc<Self>, address: IpAddr) -> Option<Place> {
        let network = Network::of(address);
        let mut members = self.members();
        let room = members.room(network, &self.settings)?;
        let pace = Arc::new(Pace::new(self.settings));
        let id = members.next;
        members.next += 1;
        members.all.insert(id, Member { network, room, pace: Arc::clone(&pace) });
        Some(Place { pace, room, crowd: Arc::clone(self), id })
    }

    /// Closes a connection on which nothing is being answered, if there is one.
    pub(super) fn make_room(&self) {
        self.members().evict(|_| true);
    }

    fn members(&self) -> MutexGuard<'_, Members> {
        // Nothing panics while it is held.
        self.members.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Members {
    fn room(&mut self, network: Network, settings: &ConnectionSettings) -> Option<Room> {
        let ordinary = |member: &Member| member.room == Room::Anything;
        let theirs = |member: &Member| ordinary(member) && member.network == network;
        let most = settings.most_per_address.unwrap_or(usize::MAX);
        if (self.count(theirs) < most || self.evict(theirs))
            && (self.count(ordinary) < settings.most || self.evict(ordinary))
        {
            return Some(Room::Anything);
        }
        self.tell();
        let probes = |member: &Member| member.room == Room::Probes;
        (self.count(probes) < (settings.most / 8).clamp(2, FOR_PROBES) || self.evict(probes))
            .then_some(Room::Probes)
    }

    fn count(&self, which: impl Fn(&Member) -> bool) -> usize {
        self.all.values().filter(|member| which(member)).count()
    }

    /// Closes the connection of these that has been unused for longest, and says whether there was one.
    fn evict(&mut self, which: impl Fn(&Member) -> bool) -> bool {
        loop {
            let unused = self.all.iter().filter(|(_, member)| which(member));
            let unused = unused.filter_map(|(id, member)| Some((member.pace.unused_since()?, *id)));
            let Some((_, id)) = unused.min() else { return false };
            // A request may have come in this instant: then it is another's turn.
            if self.all.get(&id).is_some_and(|member| member.pace.evict()) {
                self.all.remove(&id);
                return true;
            }
        }
    }

    fn tell(&mut self) {
        let now = Instant::now();
        if self.told_at.is_none_or(|at| now - at >= TOLD_EVERY) {
            self.told_at = Some(now);
            tracing::warn!(
                "there are as many connections as may be, and requests on all of them: others are refused"
            );
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.crowd.members().all.remove(&self.id);
    }
}
