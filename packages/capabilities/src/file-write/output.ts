import { basename } from 'node:path'
import type { Output } from '../capability.ts'
import type { Args } from './args.ts'
import { type Before, hashOf } from './wanted.ts'

interface Written {
  readonly path: string
  readonly before: Before
  readonly bytes: number
  readonly size: number
  readonly sha256: string
  /** Undefined when only the kernel will say. */
  readonly mode: number | undefined
  readonly createdDirectories: readonly string[]
}

/** What was written or, of a dry run, would be. */
export function toOutput(args: Args, written: Written, isDone: boolean): Output {
  const { path, before, bytes, size, sha256, mode, createdDirectories } = written
  const created = before.kind === 'absent'
  const appended = !created && args.append === true
  const data = {
    path,
    created,
    appended,
    bytes_written: bytes,
    size,
    sha256,
    before_sha256: hashOf(before),
    mode: mode === undefined ? null : mode.toString(8).padStart(4, '0'),
    created_directories: createdDirectories,
  }
  const done = appended
    ? `${bytes} bytes appended to`
    : `${bytes} bytes written to ${created ? 'the new' : ''}`
  const text = `${done.trimEnd()} ${basename(path)}`
  return { success: true, data, message: isDone ? text : `Dry run, nothing was changed: ${text}` }
}
