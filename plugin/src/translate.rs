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

same!(String, bool, i32, u32, u64, i64);

impl Translate<String> for &'static str {
    fn translate(self) -> String {
        self.to_owned()
    }
}

impl<X: Translate<Y>, Y> Translate<Option<Y>> for Option<X> {
    fn translate(self) -> Option<Y> {
        self.map(Translate::translate)
    }
}

impl<X: Translate<Y>, Y> Translate<Vec<Y>> for Vec<X> {
    fn translate(self) -> Vec<Y> {
        self.into_iter().map(Translate::translate).collect()
    }
}

impl<X: Translate<Y>, Y, E: Translate<F>, F> Translate<Result<Y, F>> for Result<X, E> {
    fn translate(self) -> Result<Y, F> {
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
