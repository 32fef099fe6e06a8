import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { closeSync, constants, fchmodSync, openSync, unlinkSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { createSealedMemory, raiseDescriptor, writeAll } from './memfd.ts'

/** An executable of ours that no job can change: open, and in no folder where that can be had. */
export interface SealedFile extends Disposable {
  /** What to execute. Seen from the process that is about to: it has our descriptors until then. */
  readonly path: string
  /** An unlinked file has no name in its folder any more. */
  readonly kind: 'memory' | 'unlinked file' | 'file'
  readonly folder: string | undefined
  /** Why each better place was not taken. */
  readonly refused: readonly string[]
}

export interface SealedFileOptions {
  /** Folders to try in this order where memory will not do. */
  readonly folders?: readonly string[]
  readonly createMemory?: typeof createSealedMemory
}

type Made = Omit<SealedFile, 'refused'>

/**
 * Each place is tried by running the executable there, without arguments and descriptors: it must end at once.
 * @throws naming every place that was tried, and why it would not do
 */
export function sealFile(name: string, content: Uint8Array, options: SealedFileOptions = {}): SealedFile {
  const { folders = defaultFolders(), createMemory = createSealedMemory } = options
  const attempts: readonly (readonly [string, () => Made])[] = [
    ['memory', () => inMemory(createMemory(name, content))],
    ...folders.map((folder) => [folder, () => inFolder(folder, name, content)] as const),
  ]
  const refused: string[] = []
  for (const [place, attempt] of attempts) {
    try {
      return { ...attempt(), refused }
    } catch (error) {
      refused.push(`${place}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  throw new Error(`no place to run ${name} from: ${refused.join('; ')}`)
}

function inMemory(fd: number): Made {
  using release = new DisposableStack()
  release.adopt(fd, closeSync)
  const path = descriptorPath(fd)
  tryToRun(path)
  return { path, kind: 'memory', folder: undefined, ...keep(release) }
}

function inFolder(folder: string, name: string, content: Uint8Array): Made {
  using release = new DisposableStack()
  using named = new DisposableStack()
  const path = join(folder, `.${name}-${randomBytes(8).toString('hex')}`)
  create(path, content)
  named.defer(() => unlinkSync(path))
  tryToRun(path)
  // Opened for reading only: the kernel executes nothing that somebody may still write.
  const fd = raiseDescriptor(openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW))
  release.adopt(fd, closeSync)
  if (canRun(descriptorPath(fd))) {
    return { path: descriptorPath(fd), kind: 'unlinked file', folder, ...keep(release) }
  }
  release.use(named.move())
  return { path, kind: 'file', folder, ...keep(release) }
}

function create(path: string, content: Uint8Array): void {
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants
  const fd = openSync(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o700)
  try {
    writeAll(fd, content)
    fchmodSync(fd, 0o500)
  } catch (error) {
    unlinkSync(path)
    throw error
  } finally {
    closeSync(fd)
  }
}

/** A stack calls what it holds once, however often it is disposed. */
function keep(release: DisposableStack): Disposable {
  const kept = release.move()
  return { [Symbol.dispose]: () => kept.dispose() }
}

function descriptorPath(fd: number): string {
  return `/proc/self/fd/${fd}`
}

/** @throws EACCES on a file system mounted noexec */
function tryToRun(path: string): void {
  const { error } = spawnSync(path, [], { stdio: 'ignore', env: {}, timeout: 5000, killSignal: 'SIGKILL' })
  if (error !== undefined) throw error
}

function canRun(path: string): boolean {
  try {
    tryToRun(path)
    return true
  } catch {
    return false
  }
}

/** Private ones first. */
function defaultFolders(): string[] {
  const { XDG_RUNTIME_DIR: runtime } = process.env
  const given = runtime === undefined || runtime === '' ? [] : [runtime]
  return [...given, tmpdir(), '/var/tmp', join(homedir(), '.cache'), '/dev/shm']
}
