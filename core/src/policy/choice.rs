//! Words that a policy chooses from.

/// A setting whose values are a few words. The decoder, its messages and the schema read the same table.
pub trait Choice: Copy + PartialEq + 'static {
    /// Every word with what it stands for, in the order of the documentation.
    const ALL: &'static [(&'static str, Self)];

    /// The word for a value.
    fn word(self) -> &'static str {
        Self::ALL.iter().find(|(_, value)| *value == self).map_or("", |(word, _)| word)
    }

    /// What a word stands for.
    fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(own, _)| *own == word).map(|(_, value)| *value)
    }

    /// Every word.
    fn words() -> Vec<&'static str> {
        Self::ALL.iter().map(|(word, _)| *word).collect()
    }
}
