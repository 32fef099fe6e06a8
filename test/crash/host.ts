import { globSync, readFileSync } from 'node:fs'
import process from 'node:process'
import { readStat } from '../../packages/supervisor/src/processes/index.ts'
import { Unconfined } from '../support/attack.ts'
import { descendants, findProcesses, isOver, launchersOf, until } from '../support/processes.ts'
import { fixture, temporaryDirectory, testSupervisor } from '../support/supervisor.ts'

export type HostLevel = 'sandbox' | 'process'

let made = 0

/** A job that leaves every kind of process: its own, a child, daemons, one without environment, one that ignores signals. */
function persistent(sleep: string): string {
  return [
    `setsid sh -c '(${sleep} &)' </dev/null >/dev/null 2>&1`,
    `env -i setsid sh -c '${sleep} & ${sleep}' &`,
    `sh -c 'trap "" TERM HUP INT; ${sleep} & wait' &`,
    `echo up; ${sleep}`,
  ].join('\n')
}

/**
 * A program that runs one job by our library, with somebody above it to whom its orphans come: the machine's
 * process 1 need not reap them.
 */
export class Host {
  readonly pid: number
  /** Of its log. */
  readonly directory: string
  readonly workspace: string
  /** To whom its orphans come. */
  readonly #above: number
  readonly #sleep: string

  private constructor(pid: number, directory: string, workspace: string, sleep: string) {
    this.pid = pid
    this.#above = readStat(pid)?.ppid ?? Number.NaN
    this.directory = directory
    this.workspace = workspace
    this.#sleep = sleep
  }

  /** Resolves when it is about to run its job. */
  static async start(level: HostLevel, script: (sleep: string) => string = persistent): Promise<Host> {
    const [directory, workspace] = [temporaryDirectory(), temporaryDirectory()]
    const sleep = `sleep ${330_000 + ++made}.${process.pid}`
    const options = JSON.stringify({ level, workingDir: workspace })
    const program = [process.execPath, '--conditions=runtimo-source', fixture('attack-kill-host.ts')] as const
    const control = new Unconfined([...program, directory, options, script(sleep)])
    const pid = Number((await control.line(/^begun (?<pid>\d+)$/mu))?.['pid'])
    return new Host(pid, directory, workspace, sleep)
  }

  /** Everybody whom the job started. */
  get members(): number[] {
    return findProcesses(this.#sleep)
  }

  /** The launchers that are its children. */
  get launchers(): number[] {
    return launchersOf(this.pid)
  }

  /** Whoever it started, or started that, and lives; by control group, too. */
  get survivors(): number[] {
    const groups = globSync(`/sys/fs/cgroup/**/runtimo-${this.pid}-*/cgroup.procs`)
    const inside = groups.flatMap((path) => read(path).split('\n').filter(Boolean).map(Number))
    const found = new Set([...inside, ...this.members, ...descendants(this.#above)])
    return [...found].filter((pid) => pid !== this.pid && !isOver(pid))
  }

  /** Resolves when so many of the job are there. */
  async isUp(count = 5): Promise<void> {
    await until('the job', () => this.members.length >= count)
  }

  kill(): void {
    process.kill(this.pid, 'SIGKILL')
  }

  /** Resolves when it has ended and nobody is left. */
  async isGone(): Promise<void> {
    await until('the end of the host', () => isOver(this.pid))
    await until('the end of everybody', () => this.survivors.length === 0)
  }
}

/** Another supervisor of the same user begins, and so removes what dead ones left. */
export async function nextStart(): Promise<void> {
  const supervisor = testSupervisor({ maxPrewarmed: 0 })
  await supervisor.run('ShellExec', { cmd: 'true' }, { workingDir: temporaryDirectory() })
  await supervisor.close()
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
