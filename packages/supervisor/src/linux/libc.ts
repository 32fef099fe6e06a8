import koffi, { type LibraryHandle } from 'koffi'

/** The C library that this process already runs with, glibc or musl. */
export const libc: LibraryHandle = koffi.load(null)
