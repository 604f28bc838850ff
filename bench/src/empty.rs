//! The floor of a process's start: a program that does nothing.

fn main() {}
