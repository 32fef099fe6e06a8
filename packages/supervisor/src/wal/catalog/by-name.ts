import type { Addition, NameKind } from './known.ts'

/** What is added of one job or session at a time. */
export interface Named {
  readonly kind: NameKind
  readonly name: string
  readonly places: Addition[]
  state: number
  outcome: string | undefined
}

/** Most jobs begin and end within one batch: each is looked for once. In the order in which the names appear. */
export function byName(additions: readonly Addition[]): Iterable<Named> {
  const named = new Map<string, Named>()
  for (const addition of additions) {
    const { kind, name, state, outcome } = addition
    const key = `${kind} ${name}`
    const known = named.get(key)
    if (known === undefined) named.set(key, { kind, name, places: [addition], state, outcome })
    else {
      known.places.push(addition)
      known.state |= state
      known.outcome ??= outcome
    }
  }
  return named.values()
}
