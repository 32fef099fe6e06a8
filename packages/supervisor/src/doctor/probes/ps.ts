import { execFile } from 'node:child_process'
import process from 'node:process'
import { promisify } from 'node:util'
import { hasCode } from '../../linux/errno.ts'
import { type Check, has, lacks } from '../check.ts'

const subject = { ability: 'ps', field: 'kill', neededFor: 'convenience' } as const
const execute = promisify(execFile)

/** The last resort, where neither namespace nor control group owns a job, asks `ps` for its tree. */
export async function probePs(): Promise<Check> {
  const parent = String(process.ppid)
  const args = ['-o', 'pid', '--no-headers', '--ppid', parent]
  const detail = `ps ${args.join(' ')}`
  try {
    const { stdout } = await execute('ps', args, { timeout: 5000 })
    const pids = stdout.split('\n').map(Number)
    if (parent === '0' || pids.includes(process.pid)) return has(subject, 'lists the children of a process')
    return lacks(subject, detail, [{ cause: 'ps does not list this process among its siblings', cure }])
  } catch (error) {
    return lacks(subject, detail, [{ cause: causeOf(error), cure }])
  }
}

const cure = '`apt-get install procps` (BusyBox has another ps); nothing else needs it'

function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (hasCode(error, 'ENOENT')) return `no ps in PATH (${process.env['PATH'] ?? ''})`
  return error.message.trim().replaceAll('\n', ': ')
}
