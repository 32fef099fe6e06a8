import { execFileSync } from 'node:child_process'
import { readdirSync, statfsSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os'
import process from 'node:process'
import { Place } from './place.ts'

/** On what, and in the midst of what, was measured. */
export interface Machine {
  readonly date: string
  /** With `+` when files differ from it. */
  readonly commit: string
  /** `sources`: types are stripped from each file at each start, which costs time and memory that users do not pay. */
  readonly code: 'sources' | 'build'
  readonly processor: string
  readonly cores: number
  readonly memoryBytes: number
  readonly kernel: string
  readonly node: string
  readonly uid: number
  readonly controlGroups: 'unified' | 'hybrid' | 'v1' | 'none'
  /** What a job really had. */
  readonly level: string
  readonly isOwnedByControlGroup: boolean
  /** Mean number of processes that ran or wanted to, over the minute before. */
  readonly load: number
  readonly processes: number
  /** Versions of what is compared with, where it is installed. */
  readonly peers: Readonly<Record<string, string>>
}

export async function describeMachine(): Promise<Machine> {
  await using place = new Place()
  const { posture } = await place.supervisor.run('ShellExec', { cmd: 'true' }, { workingDir: place.folder })
  return {
    date: new Date().toISOString(),
    commit: `${ask('git', 'rev-parse', '--short', 'HEAD')}${ask('git', 'status', '--porcelain') === '' ? '' : '+'}`,
    code: process.execArgv.includes('--conditions=runtimo-source') ? 'sources' : 'build',
    processor: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    kernel: release(),
    node: process.version,
    uid: process.getuid?.() ?? -1,
    controlGroups: controlGroups(),
    level: posture?.level ?? 'none',
    isOwnedByControlGroup: typeof posture?.cgroup === 'string',
    load: loadavg()[0] ?? Number.NaN,
    processes: readdirSync('/proc').filter((name) => /^\d+$/u.test(name)).length,
    peers: { bwrap: ask('bwrap', '--version'), unshare: ask('unshare', '--version') },
  }
}

const version2 = 0x63677270

function controlGroups(): Machine['controlGroups'] {
  const root = fileSystemAt('/sys/fs/cgroup')
  if (root === version2) return 'unified'
  if (fileSystemAt('/sys/fs/cgroup/unified') === version2) return 'hybrid'
  return root === undefined ? 'none' : 'v1'
}

function fileSystemAt(path: string): number | undefined {
  try {
    return statfsSync(path).type
  } catch {
    return undefined
  }
}

/** The first line that a tool says; empty where it is not installed. */
function ask(file: string, ...args: string[]): string {
  try {
    const said = execFileSync(file, args, { cwd: import.meta.dirname, encoding: 'utf8', stdio: 'pipe' })
    return said.trim().split('\n')[0] ?? ''
  } catch {
    return ''
  }
}
