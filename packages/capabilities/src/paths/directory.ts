import { closeSync, constants, fstatSync, openSync } from 'node:fs'
import { failWith } from '../linux/errno.ts'
import { identityOf } from './identity.ts'
import { maxPathBytes } from './name.ts'

/** One name on the way from `/`; without identity when nothing is there, or nothing that was looked at. */
export interface Step {
  readonly name: string
  readonly id?: string | undefined
}

const O_PATH = 0o10000000
export const directoryFlags: number = O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW

/** A directory held open, and the way that led there from `/`, without links. Only one descriptor, however deep. */
export class Directory implements Disposable {
  #fd: number
  #steps: readonly Step[]

  /** Takes the descriptor over. */
  constructor(fd: number, steps: readonly Step[]) {
    this.#fd = fd
    this.#steps = steps
  }

  static openRoot(): Directory {
    const fd = openSync('/', directoryFlags)
    return new Directory(fd, [{ name: '', id: identify(fd) }])
  }

  get fd(): number {
    return this.#fd
  }

  get steps(): readonly Step[] {
    return this.#steps
  }

  /** A path to a name in it, for calls that do not follow a link at the end. */
  at(name: string): string {
    return `/proc/self/fd/${this.#fd}/${name}`
  }

  clone(): Directory {
    return new Directory(openSync(this.at('.'), directoryFlags), this.#steps)
  }

  /** @throws `ENOTDIR` for a link as well, `ENOENT`, `EACCES`, `ENAMETOOLONG` */
  enter(name: string): void {
    const length = Buffer.byteLength(pathOf([...this.#steps, { name }]))
    if (length > maxPathBytes) failWith('ENAMETOOLONG', 'open')
    const fd = openSync(this.at(name), directoryFlags)
    this.#take(fd, [...this.#steps, { name, id: identify(fd) }])
  }

  /** @throws `EAGAIN` when the directory was moved since it was entered: its parent is another one now */
  leave(): void {
    const above = this.#steps.slice(0, -1)
    const parent = above.at(-1)
    if (parent === undefined) return // the root is its own parent
    const fd = openSync(this.at('..'), directoryFlags)
    if (identify(fd) === parent.id) return this.#take(fd, above)
    closeSync(fd)
    failWith('EAGAIN', 'open')
  }

  toRoot(): void {
    const fd = openSync('/', directoryFlags)
    this.#take(fd, [{ name: '', id: identify(fd) }])
  }

  [Symbol.dispose](): void {
    closeSync(this.#fd)
  }

  #take(fd: number, steps: readonly Step[]): void {
    closeSync(this.#fd)
    this.#fd = fd
    this.#steps = steps
  }
}

export function pathOf(steps: readonly Step[]): string {
  return steps.length === 1 ? '/' : steps.map(({ name }) => name).join('/')
}

function identify(fd: number): string {
  return identityOf(fstatSync(fd, { bigint: true }))
}
