//! The person's own page, open in a live session: delivered when the page has confirmed the frame.
//!
//! Each node rings the pages that are open on it, whichever node makes the call: all follow the same journal.

use std::{
    collections::{BTreeMap, BTreeSet},
    num::NonZeroU32,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use tokio::sync::mpsc;

use super::{Call, Capacity, Gateway, PlaceError, Receipt};
use crate::{
    access::Holder,
    dispatcher::Handle,
    domain::{
        ids::{AttemptId, PersonId, PostId},
        person::Channel,
    },
    nodes::{Alone, Nodes},
};

/// Calls in progress at one moment: each is a frame on an open socket.
const AT_ONCE: NonZeroU32 = NonZeroU32::new(5_000).expect("five thousand is not zero");
/// Calls that wait in one session's queue; a page that does not read them is as good as closed.
pub const RING_CAPACITY: usize = 64;

/// Why a call reaches no page.
pub(super) const NOT_CONNECTED: &str = "not_connected";

/// A call on its way to a page.
#[derive(Debug, Clone)]
pub struct Ring {
    pub call: Call,
    /// Where the page's confirmation goes.
    pub receipts: mpsc::Sender<Receipt>,
}

/// Where calls for one open page go.
pub trait Bell: Send + Sync {
    /// Puts a call on the page; tells whether the page takes it.
    fn ring(&self, ring: Ring) -> bool;
}

/// The pages that are open, by whom they belong to.
#[derive(Clone)]
pub struct Pages {
    open: Arc<Mutex<Open>>,
    nodes: Arc<dyn Nodes>,
}

#[derive(Default)]
struct Open {
    next: u64,
    people: BTreeMap<PersonId, Bells>,
    posts: BTreeMap<PostId, Bells>,
}

type Bells = BTreeMap<u64, Arc<dyn Bell>>;

/// An open page; dropping it closes it.
pub struct Page {
    pages: Pages,
    holder: Holder,
    number: u64,
}

impl Drop for Page {
    fn drop(&mut self) {
        let mut open = self.pages.lock();
        let was_last = match &self.holder {
            Holder::Person(person) => remove(&mut open.people, person, self.number),
            Holder::Post(post) => remove(&mut open.posts, post, self.number),
            Holder::Nobody => false,
        };
        if was_last {
            self.pages.nodes.page_closed(&self.holder);
        }
    }
}

/// Removes a page; tells whether it was the last one of its holder.
fn remove<K: Ord>(pages: &mut BTreeMap<K, Bells>, of: &K, number: u64) -> bool {
    let Some(bells) = pages.get_mut(of) else { return false };
    bells.remove(&number);
    if bells.is_empty() {
        pages.remove(of);
        return true;
    }
    false
}

/// Of one node by itself.
impl Default for Pages {
    fn default() -> Self {
        Self::among(Arc::new(Alone))
    }
}

impl Pages {
    /// Of a node among others, who are told whose pages are open here.
    pub fn among(nodes: Arc<dyn Nodes>) -> Self {
        Self { open: Arc::default(), nodes }
    }

    /// Notes that a page of `holder` is open, and where its calls go. Nobody's page is never called.
    pub fn open(&self, holder: Holder, bell: Arc<dyn Bell>) -> Page {
        let mut open = self.lock();
        open.next += 1;
        let number = open.next;
        let bells = match &holder {
            Holder::Person(person) => Some(open.people.entry(person.clone()).or_default()),
            Holder::Post(post) => Some(open.posts.entry(post.clone()).or_default()),
            Holder::Nobody => None,
        };
        if let Some(bells) = bells {
            if bells.is_empty() {
                self.nodes.page_opened(&holder);
            }
            bells.insert(number, bell);
        }
        drop(open);
        Page { pages: self.clone(), holder, number }
    }

    /// Returns the pages of `person`, and of the posts that they hold.
    fn of(&self, person: &PersonId, posts: &[PostId]) -> Vec<Arc<dyn Bell>> {
        let open = self.lock();
        let own = open.people.get(person).into_iter();
        let held = posts.iter().filter_map(|post| open.posts.get(post));
        own.chain(held).flat_map(Bells::values).cloned().collect()
    }

    fn posts(&self) -> Vec<PostId> {
        self.lock().posts.keys().cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, Open> {
        // A panic elsewhere leaves the maps whole: every change is one insert or remove.
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Rings people on their pages.
pub struct AppGateway {
    pages: Pages,
    board: Handle,
}

impl AppGateway {
    pub fn new(pages: Pages, board: Handle) -> Self {
        Self { pages, board }
    }

    /// Returns which of `posts`, whose handsets are open somewhere, `person` holds now.
    async fn held_by(&self, person: &PersonId, posts: Vec<PostId>) -> Vec<PostId> {
        if posts.is_empty() {
            return posts;
        }
        let (person, now) = (person.clone(), self.board.now());
        let held = self.board.read(move |board| {
            let holds = |post: &PostId| {
                let staffing = board.roster.get(post);
                staffing.is_some_and(|s| board.on_duty(s, now).people.contains(&&person))
            };
            posts.into_iter().filter(holds).collect()
        });
        held.await.unwrap_or_default()
    }

    /// Tells whether another node has a page of `person`, and so rings it.
    async fn is_rung_elsewhere(&self, person: &PersonId) -> bool {
        if self.pages.nodes.is_alone() {
            return false;
        }
        let elsewhere = match self.pages.nodes.elsewhere().await {
            Ok(elsewhere) => elsewhere,
            Err(error) => {
                // Whether somebody is connected is then told by the confirmation, or by its absence.
                tracing::debug!(%error, "whose pages are open elsewhere is unknown");
                return true;
            }
        };
        elsewhere.contains(&Holder::Person(person.clone()))
            || !self.held_by(person, posts(&elsewhere)).await.is_empty()
    }
}

fn posts(holders: &BTreeSet<Holder>) -> Vec<PostId> {
    let post = |holder: &Holder| match holder {
        Holder::Post(post) => Some(post.clone()),
        Holder::Person(_) | Holder::Nobody => None,
    };
    holders.iter().filter_map(post).collect()
}

#[async_trait]
impl Gateway for AppGateway {
    fn channel(&self) -> Channel {
        Channel::App
    }

    fn name(&self) -> &'static str {
        "手机页面"
    }

    fn is_simulated(&self) -> bool {
        false
    }

    fn capacity(&self) -> Capacity {
        Capacity { at_once: Some(AT_ONCE), per_second: None }
    }

    async fn place(&self, call: Call, receipts: mpsc::Sender<Receipt>) -> Result<(), PlaceError> {
        let posts = self.held_by(&call.person, self.pages.posts()).await;
        let mut reached = false;
        for bell in self.pages.of(&call.person, &posts) {
            // A page that takes no more does not read; the other channels go on.
            reached |= bell.ring(Ring { call: call.clone(), receipts: receipts.clone() });
        }
        if reached || self.is_rung_elsewhere(&call.person).await {
            return Ok(());
        }
        Err(PlaceError::Down { reason: NOT_CONNECTED.into() })
    }

    /// The page hears of the answer as an event; there is no line to free.
    async fn ring_off(&self, _attempt: AttemptId) {}
}
