import { readdirSync, statSync } from 'node:fs'
import { ProcReader } from '../processes/proc-reader.ts'
import { readControl } from './control-file.ts'

const maxBytes = 4096
const reader = new ProcReader()

/** The processes in a group and in those below; none when it is gone. Those of outer pid namespaces have no number. */
export function readMembers(directory: string): number[] {
  const pids = readList(directory).split('\n').map(Number)
  const own = pids.filter((pid) => pid > 0)
  return hasGroupsBelow(directory) ? [...own, ...listGroups(directory).flatMap(readMembers)] : own
}

/** Most lists are short; a longer one is read anew, whole. */
function readList(directory: string): string {
  const head = reader.read(`${directory}/cgroup.procs`, maxBytes) ?? ''
  return head.length < maxBytes ? head : (readControl(directory, 'cgroup.procs') ?? '')
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
