import type { Hierarchy } from './hierarchy.ts'
import { findHome } from './home.ts'
import { type Refusal, refusals } from './missing.ts'
import { isRefusal } from './plan.ts'
import { type Feature, type Place, probe } from './probe.ts'
import type { Surroundings } from './surroundings.ts'
import type { TreeWriter } from './writer/tree-writer.ts'

/** What came of looking at one hierarchy for these features. */
export interface Finding {
  readonly hierarchy: Hierarchy
  readonly features: readonly Feature[]
  readonly place: Place | Refusal
}

/** What a controller of version 1 is good for. */
const featuresOf: ReadonlyMap<string, Feature> = new Map([
  ['memory', 'memory'],
  ['pids', 'pids'],
  ['cpu', 'cpu'],
  ['cpuacct', 'cpuTime'],
  ['freezer', 'freeze'],
])

/** Tries version 2 first; of version 1 only what is lacking then, for every hierarchy costs each job a little. */
export async function findPlaces(
  hierarchies: readonly Hierarchy[],
  surroundings: Surroundings,
  writer: TreeWriter,
): Promise<Finding[]> {
  const findings: Finding[] = []
  const found = new Set<Feature>()
  for (const hierarchy of hierarchies) {
    const features = listFeatures(hierarchy).filter((feature) => !found.has(feature))
    if (features.length === 0) continue
    const place = await look(hierarchy, features, surroundings, writer)
    findings.push({ hierarchy, features, place })
    if (isRefusal(place)) continue
    for (const feature of place.able) found.add(feature)
    if (found.has('kill')) found.add('freeze') // not needed any more
  }
  return findings
}

function listFeatures({ version, controllers }: Hierarchy): Feature[] {
  if (version === 2) return ['memory', 'pids', 'cpu', 'cpuTime', 'io', 'kill', 'freeze']
  return controllers.flatMap((controller) => featuresOf.get(controller) ?? [])
}

async function look(
  hierarchy: Hierarchy,
  features: readonly Feature[],
  surroundings: Surroundings,
  writer: TreeWriter,
): Promise<Place | Refusal> {
  const { own, mount, version } = hierarchy
  if (own === undefined) return refusals.invisible(mount)
  if (version === 2) return findHome({ own, mount }, features, surroundings, writer)
  return probe({ version, parent: own }, features, surroundings.owner, writer)
}
