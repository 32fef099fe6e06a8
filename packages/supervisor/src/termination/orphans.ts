import process from 'node:process'
import { reapAdopted } from '../linux/subreaper.ts'
import { nameOf, type ProcessStat, readChildren, readStat } from '../processes/index.ts'
import { hasEndedChild } from '../linux/ended-child.ts'

/**
 * Reaps the dead that became our children when their parents died. Never a child that Node started, for Node
 * waits for that itself: such a child is in our session, or leads one of its own. So whoever is in another
 * session without leading it was adopted; a leader only counts when it is known as a member of a job.
 */
export function reapOrphans(members: ReadonlySet<string>): void {
  if (!hasEndedChild()) return // the children need not be read one by one
  const ourSession = readStat(process.pid)?.session
  for (const pid of readChildren(process.pid)) {
    const stat = readStat(pid)
    if (stat?.state !== 'Z' || stat.ppid !== process.pid) continue
    if (isAdopted(stat, ourSession) || members.has(nameOf(stat))) reapAdopted(pid)
  }
}

function isAdopted({ pid, session }: ProcessStat, ourSession: number | undefined): boolean {
  return session > 0 && session !== ourSession && session !== pid
}
