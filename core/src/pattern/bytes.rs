//! Sets of bytes.

/// Bits in a part of a set; more than the component's registers hold would be slower.
const PART: u8 = 32;

/// A set of bytes: one bit for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Bytes([u32; 8]);

impl Bytes {
    /// The bytes from one to another, both included.
    pub(super) fn range(from: u8, to: u8) -> Self {
        let mut set = Self::default();
        for byte in from..=to {
            set.add(byte);
        }
        set
    }

    /// The bytes of some ranges, each written as its two ends.
    pub(super) fn ranges(ends: &[u8]) -> Self {
        let mut set = Self::default();
        for pair in ends.chunks_exact(2) {
            if let [from, to] = pair {
                set = set.or(Self::range(*from, *to));
            }
        }
        set
    }

    /// Digits, `\d`.
    pub(super) fn digits() -> Self {
        Self::range(b'0', b'9')
    }

    /// Blanks, `\s`.
    pub(super) fn blanks() -> Self {
        Self::ranges(b"\t\r  ")
    }

    /// Letters, digits and the underscore, `\w`.
    pub(super) fn words() -> Self {
        Self::ranges(b"09AZ__az")
    }

    /// Adds a byte.
    pub(super) fn add(&mut self, byte: u8) {
        if let Some(part) = self.0.get_mut(usize::from(byte / PART)) {
            *part |= 1 << (byte % PART);
        }
    }

    /// Whether a byte is in it.
    pub(super) fn has(&self, byte: u8) -> bool {
        self.0.get(usize::from(byte / PART)).is_some_and(|part| part >> (byte % PART) & 1 != 0)
    }

    /// Whether nothing is in it.
    pub(super) fn is_empty(&self) -> bool {
        self.0 == [0; 8]
    }

    /// What is in one of the two.
    pub(super) fn or(self, other: Self) -> Self {
        self.with(other, |a, b| a | b)
    }

    /// What is in both.
    pub(super) fn and(self, other: Self) -> Self {
        self.with(other, |a, b| a & b)
    }

    /// What is in one of the two only.
    pub(super) fn differ(self, other: Self) -> Self {
        self.with(other, |a, b| a ^ b)
    }

    /// What is not in it.
    pub(super) fn inverted(self) -> Self {
        self.with(self, |a, _| !a)
    }

    /// With the small and the capital form of each letter in it.
    pub(super) fn folded(mut self) -> Self {
        for small in b'a'..=b'z' {
            let capital = small.to_ascii_uppercase();
            if self.has(small) || self.has(capital) {
                self.add(small);
                self.add(capital);
            }
        }
        self
    }

    fn with(mut self, other: Self, join: impl Fn(u32, u32) -> u32) -> Self {
        for (part, other) in self.0.iter_mut().zip(other.0) {
            *part = join(*part, other);
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn members(set: Bytes) -> Vec<u8> {
        (0..=255).filter(|byte| set.has(*byte)).collect()
    }

    #[test]
    fn a_set_holds_what_was_put_in() {
        assert_eq!(members(Bytes::ranges(b"ac\x7f\x80")), [b'a', b'b', b'c', 127, 128]);
        assert_eq!(members(Bytes::range(3, 255).inverted()), [0, 1, 2]);
        assert_eq!(members(Bytes::range(1, 5).and(Bytes::range(4, 9))), [4, 5]);
        assert_eq!(members(Bytes::range(1, 5).differ(Bytes::range(2, 6))), [1, 6]);
        assert_eq!(members(Bytes::ranges(b"AAzz{{").folded()), b"AZaz{");
        assert_eq!(members(Bytes::blanks()), b"\t\n\x0b\x0c\r ");
        assert!(Bytes::default().is_empty() && !Bytes::words().is_empty());
    }
}
