import type { FileAccess } from '../capability.ts'
import { RuntimoError } from '../errors/runtimo-error.ts'
import { findCritical, type Purpose } from './critical.ts'
import { pathOf, type Step } from './directory.ts'
import { toFileError } from './file-error.ts'
import { identityAt } from './identity.ts'
import { namesOf } from './name.ts'
import { type Barrier, barrierOf, isBehind } from './spot.ts'

/** What of the access decides on a path. */
export type Bounds = Pick<FileAccess, 'roots' | 'deny' | 'state'>

/** A way that was walked, and those ways by the names of links that it was walked through. */
export interface Way {
  readonly steps: readonly Step[]
  readonly aliases: readonly (readonly Step[])[]
}

/** Says of one path whether it may be touched. Roots are what their paths lead to when it is made. */
export class Judge {
  /** As the access names them. */
  readonly roots: readonly string[]
  readonly #given: string
  readonly #purpose: Purpose
  readonly #identities: ReadonlySet<string>
  readonly #state: readonly Barrier[]
  readonly #deny: readonly Barrier[]

  /** `given` is the path as it was given, absolute: what messages call it. */
  constructor(given: string, bounds: Bounds, purpose: Purpose) {
    this.#given = given
    this.#purpose = purpose
    this.roots = bounds.roots
    this.#identities = new Set(bounds.roots.map((root) => identityAt(root) ?? 'absent'))
    this.#state = bounds.state.map(barrierOf)
    this.#deny = bounds.deny.map(barrierOf)
  }

  /** @throws RT_FILE_OUTSIDE, RT_FILE_CRITICAL */
  demand(way: Way): void {
    const refusal = this.#refuse(way)
    if (refusal !== undefined) throw refusal
  }

  isRoot(step: Step | undefined): boolean {
    return step?.id !== undefined && this.#identities.has(step.id)
  }

  /** What to throw for what the system answered on the way: of what may not be touched nothing is told. */
  failure(error: unknown, way: Way): RuntimoError {
    if (error instanceof RuntimoError) return error
    const isLost = !this.#isInside(way.steps) && this.#isNamedInside(way.steps)
    return (isLost ? undefined : this.#refuse(way)) ?? toFileError(error, this.#given)
  }

  #refuse({ steps, aliases }: Way): RuntimoError | undefined {
    if (!this.#isInside(steps)) return this.#outside(steps)
    for (const way of [steps, ...aliases]) {
      if (this.#state.some((barrier) => isBehind(barrier, way)))
        return this.#critical('state of Runtimo', way)
      const denied = this.#deny.find((barrier) => isBehind(barrier, way))
      if (denied !== undefined) return this.#denied(denied.path)
      const rule = findCritical(pathOf(way), this.#purpose)
      if (rule !== undefined) return this.#critical(rule, way)
    }
    return undefined
  }

  /** The last name is what is in question: it may be a root, but is not in one by that. */
  #isInside(steps: readonly Step[]): boolean {
    return steps.slice(0, -1).some((step) => this.isRoot(step))
  }

  /** For a root that is not there, or cannot be reached: nothing is known of it but its name. */
  #isNamedInside(steps: readonly Step[]): boolean {
    return this.roots.some((root) => namesOf(root).every((name, i) => steps[i + 1]?.name === name))
  }

  #outside(steps: readonly Step[]): RuntimoError {
    const roots = [...this.roots]
    const real = pathOf(steps)
    const leads = real === this.#given ? 'is' : `leads to ${real},`
    const message = `${this.#given} ${leads} outside of the directories that may be touched: ${roots.join(', ')}`
    return new RuntimoError('RT_FILE_OUTSIDE', message, { path: this.#given, roots })
  }

  #denied(denied: string): RuntimoError {
    const message = `${this.#given} is within ${denied}, which the configuration denies`
    return new RuntimoError('RT_FILE_OUTSIDE', message, {
      path: this.#given,
      roots: [...this.roots],
      denied,
    })
  }

  #critical(rule: string, way: readonly Step[]): RuntimoError {
    const verb = this.#purpose === 'read' ? 'read' : 'written'
    const message = `${this.#given} is not ${verb}: ${pathOf(way)} falls under the rule "${rule}"`
    return new RuntimoError('RT_FILE_CRITICAL', message, { path: this.#given, rule })
  }
}
