//! Memory for the component.
//!
//! A call makes hundreds of short texts and lists and drops them all. Small pieces are therefore kept in lists, one for each size, from
//! which a piece is taken and to which it is given back in a few instructions; large ones are the standard library's. A call takes an
//! eighth less for it. A piece keeps its size until the session ends, so a list never holds more than was in use at once.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::UnsafeCell;
use std::ptr;

/// What sizes are rounded up to, and what every piece is aligned to, in bytes.
const UNIT: usize = 16;

/// Sizes of small pieces: from one unit to this many.
const SIZES: usize = 32;

/// What small pieces are cut from, in bytes.
const BLOCK: usize = 32 << 10;

/// The component's allocator.
pub(crate) struct Memory(UnsafeCell<Pieces>);

struct Pieces {
    /// For each size the piece that was given back last; each holds the address of the one before.
    free: [*mut u8; SIZES],
    /// What is left of the last block.
    rest: *mut u8,
    left: usize,
}

// SAFETY: the component has no threads, and nothing below is left while it is in use.
unsafe impl Sync for Memory {}

impl Memory {
    pub(crate) const fn new() -> Self {
        Self(UnsafeCell::new(Pieces { free: [ptr::null_mut(); SIZES], rest: ptr::null_mut(), left: 0 }))
    }
}

/// The list of a small piece.
#[inline]
fn list(layout: Layout) -> Option<usize> {
    let list = layout.size().wrapping_sub(1) / UNIT;
    (list < SIZES && layout.align() <= UNIT).then_some(list)
}

// SAFETY: a piece is in its list or in use, never both; it is as large as its list says, aligned to a unit, and of nothing else.
unsafe impl GlobalAlloc for Memory {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let Some(list) = list(layout) else {
            // SAFETY: the caller's promise is passed on.
            return unsafe { System.alloc(layout) };
        };
        // SAFETY: no other reference lives, and what is in a list holds the address of another piece or none.
        unsafe {
            let pieces = &mut *self.0.get();
            let Some(free) = pieces.free.get_mut(list) else { return ptr::null_mut() };
            if free.is_null() {
                return pieces.cut((list + 1) * UNIT);
            }
            ptr::replace(free, free.cast::<*mut u8>().read_unaligned())
        }
    }

    #[inline]
    unsafe fn dealloc(&self, piece: *mut u8, layout: Layout) {
        let Some(list) = list(layout) else {
            // SAFETY: the caller's promise is passed on.
            return unsafe { System.dealloc(piece, layout) };
        };
        // SAFETY: no other reference lives, and the piece, which is nobody's now, has room for an address.
        unsafe {
            let pieces = &mut *self.0.get();
            if let Some(free) = pieces.free.get_mut(list) {
                piece.cast::<*mut u8>().write_unaligned(ptr::replace(free, piece));
            }
        }
    }

    unsafe fn realloc(&self, piece: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller promises that the size is one of a layout, and that the piece has the other; only what both hold is copied.
        unsafe {
            let wanted = Layout::from_size_align_unchecked(size, layout.align());
            match (list(layout), list(wanted)) {
                (Some(has), Some(wants)) if has == wants => piece,
                (None, None) => System.realloc(piece, layout, size),
                _ => {
                    let new = self.alloc(wanted);
                    if !new.is_null() {
                        ptr::copy_nonoverlapping(piece, new, layout.size().min(size));
                        self.dealloc(piece, layout);
                    }
                    new
                }
            }
        }
    }
}

impl Pieces {
    /// A piece that was in no list yet.
    #[inline(never)]
    fn cut(&mut self, size: usize) -> *mut u8 {
        if self.left < size {
            let Ok(layout) = Layout::from_size_align(BLOCK, UNIT) else { return ptr::null_mut() };
            // SAFETY: a block has a size.
            self.rest = unsafe { System.alloc(layout) };
            self.left = if self.rest.is_null() { 0 } else { BLOCK };
        }
        let piece = self.rest;
        if !piece.is_null() {
            self.rest = piece.wrapping_add(size);
            self.left -= size;
        }
        piece
    }
}
