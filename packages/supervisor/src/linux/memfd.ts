import { closeSync, writeSync } from 'node:fs'
import process from 'node:process'
import { getSystemErrorName } from 'node:util'
import koffi from 'koffi'
import { checked, libc } from './libc.ts'

const MFD_CLOEXEC = 1
const MFD_ALLOW_SEALING = 2
const MFD_EXEC = 0x10
const F_DUPFD_CLOEXEC = 1030
const F_ADD_SEALS = 1033
const SEAL = 1
const SHRINK = 2
const GROW = 4
const WRITE = 8
/** Above all that a child's own descriptors are copied to before it executes. */
const lowest = 64

const memfdCreate = libc.func('long syscall(long number, const char *name, uint flags)') as (
  number: number,
  name: string,
  flags: number,
) => number
const fcntl = libc.func('int fcntl(int fd, int command, ...)') as (
  fd: number,
  command: number,
  type: 'int',
  value: number,
) => number
const SYS_memfd_create = process.arch === 'arm64' ? 279 : 319

/**
 * A file in memory that nobody can change any more, not even we, open as the descriptor that is returned.
 * @throws the system call and its error, such as EACCES where `vm.memfd_noexec` forbids programs
 */
export function createSealedMemory(name: string, content: Uint8Array): number {
  const fd = raiseDescriptor(createMemory(name))
  try {
    writeAll(fd, content)
    checked('fcntl(F_ADD_SEALS)', fcntl(fd, F_ADD_SEALS, 'int', SEAL | SHRINK | GROW | WRITE))
    return fd
  } catch (error) {
    closeSync(fd)
    throw error
  }
}

/** The same open file under a number that a spawn does not overwrite; the old number is closed. */
export function raiseDescriptor(fd: number): number {
  try {
    return checked('fcntl(F_DUPFD_CLOEXEC)', fcntl(fd, F_DUPFD_CLOEXEC, 'int', lowest))
  } finally {
    closeSync(fd)
  }
}

export function writeAll(fd: number, content: Uint8Array): void {
  for (let written = 0; written < content.length;) written += writeSync(fd, content, written)
}

/** Kernels before 6.3 do not know that a program may be meant, and take each for one. */
function createMemory(name: string): number {
  const flags = MFD_CLOEXEC | MFD_ALLOW_SEALING
  const fd = memfdCreate(SYS_memfd_create, name, flags | MFD_EXEC)
  if (fd !== -1) return fd
  const isUnknown = getSystemErrorName(-koffi.errno()) === 'EINVAL'
  return checked('memfd_create', isUnknown ? memfdCreate(SYS_memfd_create, name, flags) : fd)
}
