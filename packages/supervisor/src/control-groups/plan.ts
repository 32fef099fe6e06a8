import type { ControllerName, Version } from './controllers/index.ts'
import type { Refusal } from './missing.ts'
import type { Feature, Place } from './probe.ts'

/** Which directories make up a leaf, and which of them does what. */
export interface Plan {
  /** Version 2 first: who is in any of them is in that. */
  readonly parents: readonly string[]
  /** The parent of version 2. */
  readonly second: string | undefined
  readonly controllers: ReadonlyMap<ControllerName, Source>
  /** Where writing to cgroup.kill kills all members. */
  readonly killSwitch: string | undefined
  /** Where all members can be stopped at once. */
  readonly freezer: Source | undefined
}

export interface Source {
  readonly version: Version
  readonly parent: string
}

/** Takes each feature from the first place that has it. */
export function makePlan(places: readonly Place[]): Plan {
  const sources = new Map<Feature, Source>()
  for (const { version, parent, able } of places)
    for (const feature of able) if (!sources.has(feature)) sources.set(feature, { version, parent })
  const killSwitch = sources.get('kill')?.parent
  const freezer = killSwitch === undefined ? sources.get('freeze') : undefined
  const second = places.find(({ version }) => version === 2)?.parent
  const controllers = new Map<ControllerName, Source>()
  for (const [feature, source] of sources)
    if (feature !== 'kill' && feature !== 'freeze') controllers.set(feature, source)
  const parents = [second, freezer?.parent, ...[...controllers.values()].map(({ parent }) => parent)]
  return {
    parents: [...new Set(parents)].filter((parent) => parent !== undefined),
    second,
    controllers,
    killSwitch,
    freezer,
  }
}

export function isRefusal(place: Place | Refusal): place is Refusal {
  return 'cause' in place
}
