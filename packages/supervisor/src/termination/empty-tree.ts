import type { Membership } from '../attribution/membership.ts'
import { TreeMembership } from '../attribution/tree-membership.ts'
import type { ProcessIdentity } from '../processes/index.ts'
import { empty } from './empty.ts'

/**
 * Kills everybody below a launcher to which all orphans come back, but not the launcher, and returns who could
 * not be killed. A membership that was looked at before also knows those whom a killed launcher lost.
 */
export function emptyTree(
  launcher: ProcessIdentity,
  membership: Membership = new TreeMembership(launcher),
): Promise<readonly ProcessIdentity[]> {
  return empty({
    root: launcher,
    isExact: () => membership.method === 'sampled',
    living: (seize) => membership.living(seize),
  })
}
