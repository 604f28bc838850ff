//! Field by field from WIT types to core types and back. The patterns name every field, so a forgotten one does not compile.

/// The same value in the other type system.
pub(crate) trait Translate<T> {
    fn translate(self) -> T;
}

macro_rules! same {
    ($($type:ty),*) => { $(impl Translate<$type> for $type {
        fn translate(self) -> $type {
            self
        }
    })* };
}

same!(String, bool, u32, u64, i64);

impl Translate<String> for &'static str {
    fn translate(self) -> String {
        self.to_owned()
    }
}

impl<A: Translate<B>, B> Translate<Option<B>> for Option<A> {
    fn translate(self) -> Option<B> {
        self.map(Translate::translate)
    }
}

impl<A: Translate<B>, B> Translate<Vec<B>> for Vec<A> {
    fn translate(self) -> Vec<B> {
        self.into_iter().map(Translate::translate).collect()
    }
}

impl<A: Translate<B>, B, E: Translate<F>, F> Translate<Result<B, F>> for Result<A, E> {
    fn translate(self) -> Result<B, F> {
        self.map(Translate::translate).map_err(Translate::translate)
    }
}

/// One direction of a record.
macro_rules! one_way {
    ($from:path => $to:path { $($field:ident),* $(,)? }) => {
        impl $crate::translate::Translate<$to> for $from {
            fn translate(self) -> $to {
                let $from { $($field),* } = self;
                $to { $($field: $crate::translate::Translate::translate($field)),* }
            }
        }
    };
}

/// Both directions of a record.
macro_rules! record {
    ($wit:path = $core:path { $($field:ident),* $(,)? }) => {
        $crate::translate::one_way!($wit => $core { $($field),* });
        $crate::translate::one_way!($core => $wit { $($field),* });
    };
}

/// One direction of an enum.
macro_rules! one_way_enum {
    ($from:path => $to:path { $($case:ident),* $(,)? }) => {
        impl $crate::translate::Translate<$to> for $from {
            fn translate(self) -> $to {
                use $from as From;
                use $to as To;
                match self { $(From::$case => To::$case),* }
            }
        }
    };
}

/// Both directions of an enum.
macro_rules! enumeration {
    ($wit:path = $core:path { $($case:ident),* $(,)? }) => {
        $crate::translate::one_way_enum!($wit => $core { $($case),* });
        $crate::translate::one_way_enum!($core => $wit { $($case),* });
    };
}

pub(crate) use {enumeration, one_way, one_way_enum, record};
