import { refusal } from '../isolation/requirement.ts'
import type { Abilities, Ability, ControlGroups, Kind } from './control-groups.ts'
import type { Finding } from './find-places.ts'
import type { Hierarchy } from './hierarchy.ts'
import type { LeafOwner } from './leaf-name.ts'
import { filesOf, KernelLeaf, type Leaf, type LeafFiles } from './leaf.ts'
import { makeGroups } from './make-groups.ts'
import { type Missing, refusals, toRefusal } from './missing.ts'
import { isRefusal, makePlan, type Plan } from './plan.ts'
import type { Feature } from './probe.ts'
import { removeStale } from './remove-stale.ts'
import type { TreeWriter } from './writer/tree-writer.ts'

const abilities: readonly Ability[] = ['memory', 'pids', 'cpu', 'kill', 'io']

export interface Opened {
  readonly hierarchies: readonly Hierarchy[]
  readonly findings: readonly Finding[]
  readonly owner: LeafOwner
  readonly writer: TreeWriter
}

export class KernelControlGroups implements ControlGroups {
  readonly kind: Kind
  readonly abilities: Abilities
  readonly missing: readonly Missing[]
  readonly #hierarchies: readonly Hierarchy[]
  readonly #plan: Plan
  readonly #owner: LeafOwner
  readonly #writer: TreeWriter

  constructor({ hierarchies, findings, owner, writer }: Opened) {
    const plan = makePlan(findings.flatMap(({ place }) => (isRefusal(place) ? [] : [place])))
    this.#hierarchies = hierarchies
    this.#plan = plan
    this.#owner = owner
    this.#writer = writer
    this.kind = toKind(plan)
    this.abilities = toAbilities(plan)
    this.missing = abilities
      .filter((ability) => !this.abilities[ability])
      .map((ability) => explain(ability, findings))
  }

  async create(): Promise<Leaf | undefined> {
    if (this.kind === 'none') return undefined
    try {
      const name = await makeGroups(this.#plan.parents, this.#owner, this.#writer)
      return new KernelLeaf(this.#plan, name, this.#writer)
    } catch (error) {
      const reason = toRefusal(this.#plan.parents.join(', '), error)
      throw refusal([{ field: 'cgroup', wanted: 'a control group', ...reason }])
    }
  }

  filesOf(name: string): LeafFiles | undefined {
    return this.kind === 'none' ? undefined : filesOf(this.#plan, name)
  }

  removeStale(): Promise<number> {
    return removeStale(this.#hierarchies, this.#owner, this.#writer)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writer[Symbol.asyncDispose]()
  }
}

function toKind({ parents, second, controllers }: Plan): Kind {
  if (parents.length === 0) return 'none'
  if (second === undefined) return 'v1'
  return parents.length === 1 && controllers.size > 0 ? 'unified' : 'hybrid'
}

/** With the fork ceiling at 0, one can be killed after the other. */
function toAbilities({ controllers, killSwitch, freezer }: Plan): Abilities {
  return {
    memory: controllers.has('memory'),
    pids: controllers.has('pids'),
    cpu: controllers.has('cpu'),
    io: controllers.has('io'),
    kill: killSwitch !== undefined || freezer !== undefined || controllers.has('pids'),
  }
}

/** The reason of the last hierarchy that could have had it. */
function explain(ability: Ability, findings: readonly Finding[]): Missing {
  const features: readonly Feature[] = ability === 'kill' ? ['kill', 'freeze'] : [ability]
  const reasons = findings.flatMap(({ place, features: asked }) => {
    if (!asked.some((feature) => features.includes(feature))) return []
    return isRefusal(place) ? place : features.flatMap((feature) => place.refused.get(feature) ?? [])
  })
  if (ability === 'io' && findings.some(({ hierarchy }) => hierarchy.version === 1))
    return { ability, ...refusals.uncounted() }
  return { ability, ...(reasons.at(-1) ?? refusals.absent(ability)) }
}
