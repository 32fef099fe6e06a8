import { createHash } from 'node:crypto'
import { join, relative } from 'node:path'
import { RuntimoError } from '@runtimo/capabilities'
import { digestFile, type FileDigest, stampOf } from './file-digest.ts'
import { type CodeEntry, listCode } from './list-code.ts'
import { loadFailure } from './load-failure.ts'
import type { Location } from './locate.ts'

/** A capability takes no more. */
const maxBytes = 268_435_456
/** As many as the pool of threads can look at, with some waiting. */
const batchSize = 16

interface HeldFile extends CodeEntry {
  digest: FileDigest
}

/**
 * The files of a capability as they were when it was registered. `verify` finds what became different. A file
 * whose identity, size and change time are the same is not read again: whoever can set the clock, write to the
 * device, or keep the file mapped for writing, can deceive that.
 */
export class HeldCode {
  readonly location: Location
  /** SHA-256 over names and contents of all files, and which of them is loaded. */
  readonly integrity: string
  readonly #files: ReadonlyMap<string, HeldFile>

  private constructor(location: Location, files: readonly HeldFile[]) {
    this.location = location
    this.integrity = integrityOf(location, files)
    this.#files = new Map(files.map((file) => [file.path, file]))
  }

  /** @throws RT_LOAD_FAILED: more than 20,000 files or 256 MiB, or not to be read */
  static async take(location: Location): Promise<HeldCode> {
    const { entry, folder } = location
    const files: HeldFile[] = []
    let bytes = 0
    for (const batch of inBatches(await listCode(location))) {
      files.push(...(await Promise.all(batch.map((found) => hold(folder, found, maxBytes - bytes)))))
      bytes = files.reduce((sum, { digest }) => sum + digest.bytes, 0)
      if (bytes > maxBytes) throw loadFailure(folder, `expected at most ${maxBytes} bytes, got more`)
    }
    const held = new HeldCode(location, files)
    if (!held.#files.has(relative(folder, entry))) throw loadFailure(entry, 'it went away while it was read')
    return held
  }

  /** The files and links, absolute. */
  get paths(): readonly string[] {
    return [...this.#files.keys()].map((path) => join(this.location.folder, path))
  }

  /** @throws RT_CAPABILITY_CHANGED naming the first file that was changed, added or removed */
  async verify(): Promise<void> {
    const found = new Map((await listCode(this.location)).map((entry) => [entry.path, entry]))
    for (const batch of inBatches([...new Set([...this.#files.keys(), ...found.keys()])].toSorted())) {
      const changes = await Promise.all(batch.map((path) => this.#compare(path, found.get(path))))
      const first = changes.findIndex((change) => change !== undefined)
      if (first !== -1) throw changed(join(this.location.folder, batch[first] ?? ''), changes[first] ?? '')
    }
  }

  async #compare(path: string, found: CodeEntry | undefined): Promise<string | undefined> {
    const held = this.#files.get(path)
    if (held === undefined) return 'added'
    if (found === undefined) return 'removed'
    if (found.kind !== held.kind) return 'changed'
    const file = join(this.location.folder, path)
    const { digest } = held
    if (digest.isSettled && (await stampOf(file)) === digest.stamp) return undefined
    const now = await digestFile(file, held.kind, digest.bytes)
    if (now === undefined) return 'removed'
    if (now.sha256 !== digest.sha256) return 'changed'
    held.digest = now
    return undefined
  }
}

async function hold(folder: string, entry: CodeEntry, most: number): Promise<HeldFile> {
  const path = join(folder, entry.path)
  const digest = await digestFile(path, entry.kind, most)
  if (digest === undefined) throw loadFailure(path, 'it went away while it was read')
  return { ...entry, digest }
}

function integrityOf({ entry, folder }: Location, files: readonly HeldFile[]): string {
  const hash = createHash('sha256').update(`${relative(folder, entry)}\0`)
  for (const { path, kind, digest } of files) hash.update(`${kind}\0${path}\0${digest.sha256}\0`)
  return `sha256:${hash.digest('hex')}`
}

function* inBatches<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let at = 0; at < items.length; at += batchSize) yield items.slice(at, at + batchSize)
}

function changed(path: string, change: string): RuntimoError {
  const message = `${path} was ${change} since the capability was registered`
  return new RuntimoError('RT_CAPABILITY_CHANGED', message, { path, change })
}
