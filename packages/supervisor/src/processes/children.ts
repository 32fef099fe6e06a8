import fs from 'node:fs'
import { procPath } from './proc-reader.ts'

/**
 * The pids of all children that any thread of a process has started; none when it is gone. The kernel may leave
 * some out while children end: only of a stopped process is the list sure to be whole.
 */
export function readChildren(pid: number, root: string = '/'): number[] {
  const tasks = `${procPath(root, pid)}/task`
  return list(tasks).flatMap((thread) => {
    try {
      return (fs.readFileSync(`${tasks}/${thread}/children`, 'utf8').match(/\d+/g) ?? []).map(Number)
    } catch {
      return [] // this thread has ended
    }
  })
}

function list(directory: string): string[] {
  try {
    return fs.readdirSync(directory)
  } catch {
    return []
  }
}
