import { flags, mode } from '../flags.ts'
import type { Tape } from '../tape.ts'

/**
 * Makes directories and files of the new root, each once. Below a mount nothing is made: it would be left on the
 * host's disk. What is missing there, the call that needs it reports.
 */
export class Paths {
  readonly #tape: Tape
  readonly #made = new Set(['/'])
  readonly #mounts: string[] = []

  constructor(tape: Tape) {
    this.#tape = tape
  }

  directory(path: string): void {
    if (this.#made.has(path) || this.#isMounted(path)) return
    this.parent(path)
    this.#made.add(path)
    this.#tape.call('mkdirat', flags('AT_FDCWD'), path, mode(0o755)).for(`make ${path}`)
  }

  parent(path: string): void {
    this.directory(path.slice(0, path.lastIndexOf('/')) || '/')
  }

  /** What something is mounted on. */
  mountPoint(path: string, type: 'directory' | 'file'): void {
    if (type === 'directory') this.directory(path)
    else if (!this.#made.has(path) && !this.#isMounted(path)) {
      this.parent(path)
      this.#made.add(path)
      this.#tape.call('mknodat', flags('AT_FDCWD'), path, mode(0o100444), 0).for(`make ${path}`)
    }
  }

  /** From now on the path is not ours. */
  mounted(path: string): void {
    this.#mounts.push(path)
  }

  #isMounted(path: string): boolean {
    return this.#mounts.some((mount) => path === mount || path.startsWith(`${mount}/`))
  }
}
