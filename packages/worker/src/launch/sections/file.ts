import { flags } from '../flags.ts'
import type { Tape } from '../tape.ts'
import type { Word } from '../word.ts'

/** Writes to a file that exists. */
export function writeFile(tape: Tape, path: string, content: string, purpose: string): void {
  const fd = openFile(tape, path, purpose)
  writeAndClose(tape, fd, content, purpose)
}

export function openFile(tape: Tape, path: string, purpose: string): Word {
  const fd = tape.variable(path)
  tape.call('openat', flags('AT_FDCWD'), path, flags('O_WRONLY', 'O_CLOEXEC')).into(fd).for(purpose)
  return fd
}

/**
 * A counter that not every kernel has. Without it the word holds the error, which is no descriptor: calls that
 * take it fail, and must be .orNot().
 */
export function openIfThere(tape: Tape, name: string, path: string, purpose: string): Word {
  const fd = tape.variable(name)
  tape
    .call('openat', flags('AT_FDCWD'), path, flags('O_RDONLY', 'O_CLOEXEC'))
    .into(fd)
    .for(purpose)
    .when('ENOENT')
  return fd
}

export function writeAndClose(tape: Tape, fd: Word, content: string, purpose: string): void {
  const length = Buffer.byteLength(content)
  tape.call('write', fd, content, length).for(purpose).must(length)
  tape.call('close', fd)
}
