import { closeSync, constants, mkdtempSync, openSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { onTestFinished } from 'vitest'
import type { Place } from '../paths/place.ts'

const O_PATH = 0o10000000

export const isRoot: boolean = process.geteuid?.() === 0

/** A directory of the test's own, gone after it. */
export function givenDirectory(): string {
  const path = mkdtempSync(join(tmpdir(), 'runtimo-files-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

/** A place in a directory, without any of the resolver's rules. */
export function givenPlace(directory: string, name = 'file'): Place {
  const fd = openSync(directory, O_PATH | constants.O_DIRECTORY)
  onTestFinished(() => closeSync(fd))
  return {
    path: join(directory, name),
    directory: fd,
    name,
    at: `/proc/self/fd/${fd}/${name}`,
    created: [],
    [Symbol.dispose]: () => {},
  }
}
