import { readdirSync, statSync } from 'node:fs'
import { readControl } from './control-file.ts'

/** The processes in a group and in those below; none when it is gone. Those of outer pid namespaces have no number. */
export function readMembers(directory: string): number[] {
  const pids = (readControl(directory, 'cgroup.procs') ?? '').split('\n').map(Number)
  const own = pids.filter((pid) => pid > 0)
  return hasGroupsBelow(directory) ? [...own, ...listGroups(directory).flatMap(readMembers)] : own
}

/** Two links and one for each directory below: cheaper than a listing of forty files. */
function hasGroupsBelow(directory: string): boolean {
  return (statSync(directory, { throwIfNoEntry: false })?.nlink ?? 2) !== 2
}

/** The groups right below one; none when it is gone. */
export function listGroups(directory: string): string[] {
  try {
    const entries = readdirSync(directory, { withFileTypes: true })
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => `${directory}/${name}`)
  } catch {
    return []
  }
}
