/** What stands at a path: a text, a directory, or nothing. */
export type Stand = string | undefined

export interface ModelChange {
  readonly path: string
  readonly before: Stand
  readonly after: Stand
}

interface ModelJob {
  readonly session: string | undefined
  readonly changes: readonly ModelChange[]
}

export const directory = '<directory>'
const parentOf: Readonly<Record<string, string>> = { 'd/f': 'd' }

/** What Undo promises, in a few lines that know nothing of files. */
export class Model {
  readonly state: Map<string, string> = new Map()
  readonly jobs: ModelJob[] = []

  write(path: string, content: string, session: string): void {
    const parent = parentOf[path]
    const changes: ModelChange[] = []
    if (parent !== undefined && this.state.get(parent) === undefined) {
      changes.push({ path: parent, before: undefined, after: directory })
    }
    changes.push({ path, before: this.state.get(path), after: content })
    this.#apply(changes)
    this.jobs.push({ session, changes })
  }

  /** By somebody who keeps nothing. */
  set(path: string, content: Stand): void {
    const parent = parentOf[path]
    if (parent !== undefined && content !== undefined) this.state.set(parent, directory)
    this.#apply([{ path, before: undefined, after: content }])
    if (path === 'd' && content === undefined) this.state.delete('d/f')
  }

  undo(jobs: readonly ModelJob[], isForced: boolean): 'nothing' | 'conflict' | 'already' | 'done' {
    const changes = jobs.flatMap((job) => job.changes)
    if (changes.length === 0) return 'nothing'
    const targets = new Map<string, Stand>()
    const parents = new Set<string>()
    for (const [path, ofPath] of Map.groupBy(changes, (change) => change.path)) {
      const parent = parentOf[path]
      const isGone = parent !== undefined && this.state.get(parent) === undefined
      if (!isGone && !isForced && !this.#isWhole(path, ofPath)) return 'conflict'
      targets.set(path, ofPath[0]?.before)
      if (isGone && ofPath[0]?.before !== undefined) parents.add(parent)
    }
    for (const parent of parents) targets.set(parent, directory)
    const made = this.#become(targets)
    const done = made.filter(({ path }) => this.state.get(path) === targets.get(path))
    if (made.length > 0) this.jobs.push({ session: undefined, changes: made })
    return done.length === 0 ? 'already' : 'done'
  }

  #isWhole(path: string, changes: readonly ModelChange[]): boolean {
    let at = this.state.get(path)
    let isWhole = true
    for (const { before, after } of changes.toReversed()) {
      if (at === after) at = before
      else if (at !== before) isWhole = false
    }
    return isWhole || at === changes[0]?.before
  }

  /** Directories go last, and stay when something is in them. */
  #become(targets: ReadonlyMap<string, Stand>): ModelChange[] {
    const made = [...targets].flatMap(([path, after]) => {
      const before = this.state.get(path)
      return before === after ? [] : [{ path, before, after }]
    })
    this.#apply(made.filter(({ before }) => before !== directory))
    const isEmpty = this.state.get('d/f') === undefined
    if (isEmpty) this.#apply(made.filter(({ before }) => before === directory))
    return made
  }

  #apply(changes: readonly ModelChange[]): void {
    for (const { path, after } of changes) {
      if (after === undefined) this.state.delete(path)
      else this.state.set(path, after)
    }
  }
}
