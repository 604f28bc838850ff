//! Sets of bytes.

/// A set of bytes: one bit for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Bytes([u128; 2]);

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
        let [low, high] = &mut self.0;
        *(if byte < 128 { low } else { high }) |= 1 << (byte & 127);
    }

    /// Whether a byte is in it.
    pub(super) fn has(&self, byte: u8) -> bool {
        let [low, high] = self.0;
        (if byte < 128 { low } else { high }) >> (byte & 127) & 1 != 0
    }

    /// Whether nothing is in it.
    pub(super) fn is_empty(&self) -> bool {
        self.0 == [0; 2]
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
    pub(super) fn folded(self) -> Self {
        let [low, high] = self.0;
        let letters = (1_u128 << 26) - 1;
        let (capital, small) = (low >> b'A' & letters, low >> b'a' & letters);
        Self([low | small << b'A' | capital << b'a', high])
    }

    fn with(self, other: Self, join: impl Fn(u128, u128) -> u128) -> Self {
        let ([a, b], [c, d]) = (self.0, other.0);
        Self([join(a, c), join(b, d)])
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
