//! What can go wrong between a client and a registry, and when it does.

/// How often something goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Times {
    /// The first so many requests that fit; those after them pass.
    First(usize),
    /// Every request that fits.
    Always,
}

/// What goes wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// This status instead of an answer.
    Status(u16),
    /// 429, with so many seconds to wait.
    RateLimited(u32),
    /// The connection is reset while the client still sends.
    Reset,
    /// The answer ends in the middle of its body.
    Truncated,
    /// The answer stops in the middle of its body, and the connection stays open until the client gives up.
    Slow,
    /// A web page with status 200.
    Page,
    /// The registry's answer, under another digest in its header.
    OtherDigest,
    /// 200 with these bytes and this content type.
    Body(&'static str, Vec<u8>),
    /// A redirect to this address.
    Redirect(String),
}

/// When something goes wrong.
#[derive(Debug, Clone)]
pub struct Rule {
    method: &'static str,
    path: String,
    fault: Fault,
    times: Times,
    pub(crate) used: usize,
}

impl Rule {
    /// For requests with this method whose path contains this text.
    pub fn new(method: &'static str, path: impl Into<String>, times: Times, fault: Fault) -> Self {
        Self { method, path: path.into(), fault, times, used: 0 }
    }

    /// The fault of a request, if this rule has one for it.
    pub(crate) fn apply(&mut self, method: &str, path: &str) -> Option<Fault> {
        let fits = self.method == method && path.contains(&self.path);
        let left = match self.times {
            Times::Always => true,
            Times::First(times) => self.used < times,
        };
        if fits && left {
            self.used += 1;
            return Some(self.fault.clone());
        }
        None
    }
}
