import { randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { lockFile } from '../linux/flock.ts'
import { ownIdentity, ownPidNamespace, readBootId } from '../linux/identity.ts'
import { isAlive, type ProcessIdentity } from '../processes/index.ts'
import type { Inode } from './held-file.ts'

/** A file that was, or was about to be, placed. */
export interface Placed {
  readonly path: string
  /** Undefined: it was about to be made, and may have been. */
  readonly inode: Inode | undefined
}

export interface LedgerEntry {
  readonly file: string
  readonly owner: ProcessIdentity & { readonly bootId: string; readonly pidNamespace: string }
  readonly placed: readonly Placed[]
  /** When it was begun, in milliseconds since 1970. */
  readonly since: number
}

/** Who holds which placeholders, in a folder of our state: one small file for each job. */
export class PlaceholderLedger {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
    mkdirSync(folder, { recursive: true, mode: 0o700 })
  }

  /** Alone among all supervisors that share the folder. */
  async lock(): Promise<AsyncDisposable> {
    const file = await open(join(this.#folder, 'lock'), 'a', 0o600)
    const lock = await lockFile(file.fd)
    return {
      [Symbol.asyncDispose]: async () => {
        lock[Symbol.dispose]()
        await file.close()
      },
    }
  }

  /** Written before the first file is made, so that none is ever made without a trace. */
  begin(paths: readonly string[]): LedgerEntry {
    const file = join(this.#folder, `${randomBytes(8).toString('hex')}.json`)
    const owner = { ...ownIdentity(), bootId: readBootId(), pidNamespace: ownPidNamespace() }
    const entry = {
      file,
      owner,
      since: Date.now(),
      placed: paths.map((path) => ({ path, inode: undefined })),
    }
    write(entry)
    return entry
  }

  update(entry: LedgerEntry, placed: readonly Placed[]): LedgerEntry {
    const updated = { ...entry, placed }
    write(updated)
    return updated
  }

  remove({ file }: LedgerEntry): void {
    rmSync(file, { force: true })
  }

  entries(): LedgerEntry[] {
    const files = readdirSync(this.#folder).filter((name) => name.endsWith('.json'))
    return files.flatMap((name) => read(join(this.#folder, name)) ?? [])
  }
}

/** Of another pid namespace, such as a neighbour's container, we cannot say who lives: nobody there is dead. */
export function isOwnerAlive({ owner }: LedgerEntry): boolean {
  return owner.bootId === readBootId() && (owner.pidNamespace !== ownPidNamespace() || isAlive(owner))
}

function write({ file, ...content }: LedgerEntry): void {
  writeFileSync(`${file}.new`, JSON.stringify(content), { mode: 0o600 })
  renameSync(`${file}.new`, file)
}

/** Our own folder: what is not of this shape is from another version, and left alone. */
function read(file: string): LedgerEntry | undefined {
  const text = readFileSync(file, 'utf8')
  try {
    const value: unknown = JSON.parse(text)
    return isEntry(value)
      ? { ...value, file, since: Math.min(value.since, statSync(file).mtimeMs) }
      : undefined
  } catch {
    return undefined
  }
}

function isEntry(value: unknown): value is Omit<LedgerEntry, 'file'> {
  if (typeof value !== 'object' || value === null) return false
  const { owner, placed, since } = value as Partial<LedgerEntry>
  return (
    typeof owner?.pid === 'number' &&
    typeof owner.startTime === 'number' &&
    typeof owner.bootId === 'string' &&
    typeof owner.pidNamespace === 'string' &&
    typeof since === 'number' &&
    Array.isArray(placed) &&
    placed.every((one: unknown) => typeof one === 'object' && one !== null && 'path' in one)
  )
}
