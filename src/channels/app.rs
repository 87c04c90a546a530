//! The person's own page, open in a live session: delivered when the page has confirmed the frame.

use std::{
    collections::BTreeMap,
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
};

/// Calls in progress at one moment: each is a frame on an open socket.
const AT_ONCE: NonZeroU32 = NonZeroU32::new(5_000).expect("five thousand is not zero");
/// Calls that wait in one session's queue; a page that does not read them is as good as closed.
pub const RING_CAPACITY: usize = 64;

/// A call on its way to a page.
#[derive(Clone)]
pub struct Ring {
    pub call: Call,
    /// Where the page's confirmation goes.
    pub receipts: mpsc::Sender<Receipt>,
}

/// The pages that are open, by whom they belong to.
#[derive(Clone, Default)]
pub struct Pages {
    open: Arc<Mutex<Open>>,
}

#[derive(Default)]
struct Open {
    next: u64,
    pages: BTreeMap<u64, (Holder, mpsc::Sender<Ring>)>,
}

/// An open page; dropping it closes it.
pub struct Page {
    pages: Pages,
    number: u64,
}

impl Drop for Page {
    fn drop(&mut self) {
        self.pages.lock().pages.remove(&self.number);
    }
}

impl Pages {
    /// Notes that a page of `holder` is open, and where its calls go.
    pub fn open(&self, holder: Holder, rings: mpsc::Sender<Ring>) -> Page {
        let mut open = self.lock();
        open.next += 1;
        let number = open.next;
        open.pages.insert(number, (holder, rings));
        drop(open);
        Page { pages: self.clone(), number }
    }

    /// Returns the pages of `person`, and of the posts that they hold.
    fn of(&self, person: &PersonId, posts: &[PostId]) -> Vec<mpsc::Sender<Ring>> {
        let theirs = |holder: &Holder| match holder {
            Holder::Person(owner) => owner == person,
            Holder::Post(post) => posts.contains(post),
            Holder::Nobody => false,
        };
        let open = self.lock();
        open.pages.values().filter(|(h, _)| theirs(h)).map(|(_, rings)| rings.clone()).collect()
    }

    fn posts(&self) -> Vec<PostId> {
        let open = self.lock();
        let posts = open.pages.values().filter_map(|(holder, _)| match holder {
            Holder::Post(post) => Some(post.clone()),
            Holder::Person(_) | Holder::Nobody => None,
        });
        posts.collect()
    }

    fn lock(&self) -> MutexGuard<'_, Open> {
        // A panic elsewhere leaves the map whole: every change is one insert or remove.
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

    /// Returns which of the open duty handsets `person` holds now.
    async fn handsets_of(&self, person: &PersonId) -> Vec<PostId> {
        let posts = self.pages.posts();
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
        let posts = self.handsets_of(&call.person).await;
        let mut reached = false;
        for rings in self.pages.of(&call.person, &posts) {
            // A page whose queue is full does not read; the other channels go on.
            let ring = Ring { call: call.clone(), receipts: receipts.clone() };
            reached |= rings.try_send(ring).is_ok();
        }
        if reached { Ok(()) } else { Err(PlaceError::Down { reason: "not_connected".into() }) }
    }

    /// The page hears of the answer as an event; there is no line to free.
    async fn ring_off(&self, _attempt: AttemptId) {}
}
