import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import type { PolicyOptions } from '@runtimo/supervisor'
import { execa } from 'execa'
import { bin } from '../support/cli.ts'
import { until } from '../support/processes.ts'
import { fixture } from '../support/supervisor.ts'

/** A machine that lacks something: how a command is started on it. */
export interface Simulation {
  readonly wrap: (command: readonly string[]) => readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Done to the first process from outside, before it goes on. */
  readonly prepare?: (pid: number) => Promise<void>
}

export interface Ran {
  readonly exitCode: number | undefined
  readonly stdout: string
  readonly stderr: string
}

/** The abilities of `runtimo doctor --json` that are not there, by name. */
export interface Told {
  readonly exitCode: number | undefined
  readonly ok: boolean
  readonly defaultLevel: string
  readonly missing: Readonly<
    Record<string, { readonly cause: string; readonly cure: string; readonly needed_for: string }>
  >
}

/** What `runtimo run --json` tells of a job. */
export interface ToldJob {
  readonly success: boolean
  readonly posture?: { readonly level: string }
  readonly output?: { readonly data?: { readonly stdout?: string } }
  readonly error?: {
    readonly code: string
    readonly missing?: readonly { field: string; cause: string; cure: string }[]
  }
  /** Names of what was in its working directory when it had ended. */
  readonly made: readonly string[]
}

const isRoot = process.getuid?.() === 0

/** Why simulations cannot be made. A normal user is no missing tool: in CI, too, they are skipped. */
export const reason: string | undefined = isRoot
  ? undefined
  : 'skipped: simulations need root, for mounts and namespaces'
if (reason !== undefined) console.warn(`doctor: ${reason}`)

function runtimoOn(simulation: Simulation, args: readonly string[]): Promise<Ran> {
  return programOn(simulation, [bin, ...args])
}

/** Runs a program of Node on it. */
async function programOn(simulation: Simulation, argv: readonly string[]): Promise<Ran> {
  const [file = '', ...rest] = simulation.wrap([process.execPath, '--conditions=runtimo-source', ...argv])
  const child = execa(file, rest, {
    env: { TMPDIR: '/tmp', ...simulation.env }, // that of this suite is not there
    stdin: 'pipe',
    reject: false,
  })
  if (child.pid !== undefined) await simulation.prepare?.(child.pid)
  child.stdin.end('\n')
  const { exitCode, stdout, stderr } = await child
  return { exitCode, stdout, stderr }
}

export async function doctorOn(simulation: Simulation): Promise<Told> {
  const { exitCode, stdout, stderr } = await runtimoOn(simulation, ['doctor', '--json'])
  if (stdout === '') throw new Error(`the doctor said nothing: ${stderr}`)
  const { checks, ok, default_level: defaultLevel } = JSON.parse(stdout)
  const missing = checks.filter(({ have }: { have: boolean }) => !have)
  return {
    exitCode,
    ok,
    defaultLevel,
    missing: Object.fromEntries(missing.map((check: { ability: string }) => [check.ability, check])),
  }
}

/** A job by the command line. */
export function jobOn(
  simulation: Simulation,
  cmd: string,
  options: readonly string[] = [],
): Promise<ToldJob> {
  return inFolder(async (folder, workingDir) => {
    const env = { ...simulation.env, RUNTIMO_WAL_PATH: join(folder, 'log', 'wal.jsonl') }
    const job = ['run', '-c', 'ShellExec', '-a', JSON.stringify({ cmd }), '--json', '--no-pressure-guard']
    const { stdout, stderr } = await runtimoOn({ ...simulation, env }, [
      ...job,
      '--cwd',
      workingDir,
      ...options,
    ])
    if (stdout === '') throw new Error(`nothing came of the job: ${stderr}`)
    return { ...JSON.parse(stdout), made: readdirSync(workingDir) }
  })
}

/** The level of a job by the library, which alone takes a policy, or the code of the error that it ended with. */
export function levelOn(simulation: Simulation, policy: PolicyOptions, level?: 'sandbox'): Promise<string> {
  return inFolder(async (folder) => {
    const options = JSON.stringify({ policy, level })
    const { stdout, stderr } = await programOn(simulation, [fixture('doctor-policy.ts'), folder, options])
    if (stdout === '') throw new Error(`nothing came of the job: ${stderr}`)
    return stdout
  })
}

/** With a folder where no simulation mounts anything, and everybody may write; a working directory is in it. */
async function inFolder<T>(use: (folder: string, workingDir: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(repository, 'node_modules', '.cache', 'runtimo-doctor-'))
  try {
    const workingDir = join(folder, 'work')
    mkdirSync(workingDir)
    for (const each of [folder, workingDir]) chmodSync(each, 0o777)
    return await use(folder, workingDir)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Of what is missing, that without which jobs have less protection. */
export function essentials({ missing }: Told): string[] {
  return Object.entries(missing)
    .filter(([, { needed_for: need }]) => need === 'sandbox' || need === 'process' || need === 'limits')
    .map(([ability]) => ability)
}

interface MachineOptions {
  /** What the command is started by, after the script. */
  readonly as?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Without it the /proc is that of another pid namespace. */
  readonly hasProc?: boolean
}

/**
 * A machine of its own as far as processes and mounts go, changed by a script. Its first process reaps, which
 * that of the real one may do late, and zombies of other tests are not in it.
 */
export function machine(script = '', options: MachineOptions = {}): Simulation {
  const { as = [], env = {}, hasProc = true } = options
  const unshare = ['unshare', '-m', '-p', '-f', ...(hasProc ? ['--mount-proc'] : [])]
  return { env, wrap: (command) => [...unshare, 'sh', '-ec', thenWait(script), 'sh', ...as, ...command] }
}

/**
 * Standard output is the command's alone, and so is /tmp, where supervisors look for what others left. Where this
 * repository itself lies there, it is put back, by a descriptor that was opened before.
 */
function thenWait(script: string): string {
  const isHidden = repository.startsWith('/tmp/')
  const open = isHidden ? `exec 9<'${repository}'` : ''
  const putBack = isHidden
    ? `/bin/mkdir -p '${repository}'; /bin/mount -c --bind /proc/self/fd/9 '${repository}'; exec 9<&-`
    : ''
  return `{\n${open}\nmount -t tmpfs tmpfs /tmp\n${script}\n${putBack}\n} >&2\n"$@" || exit $?`
}

const repository: string = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/u, '')

/** A first process that reaps nobody but its own children, as Node is in many a container. */
export const carelessFirst: Simulation = {
  wrap: (command) => [
    'unshare',
    '-m',
    '-p',
    '-f',
    '--mount-proc',
    process.execPath,
    '-e',
    waitForOne,
    ...command,
  ],
}
const waitForOne = `
const { spawnSync } = require('node:child_process')
process.exit(spawnSync(process.argv[1], process.argv.slice(2), { stdio: 'inherit' }).status ?? 1)`

export function filtered(mode: 'no-namespaces' | 'no-landlock', as: readonly string[] = []): Simulation {
  return machine('', { as: [...as, process.execPath, fixture('doctor-filtered.ts'), mode] })
}

/** Docker's default: its filter, and few capabilities. */
export const docker: Simulation = filtered('no-namespaces', [
  'setpriv',
  '--inh-caps=-all',
  '--bounding-set=-all,+chown,+dac_override,+fowner,+fsetid,+kill,+setgid,+setuid',
])

export const asUser: readonly string[] = ['setpriv', '--reuid', '1000', '--regid', '1000', '--clear-groups']

export function normalUser(script = ''): Simulation {
  return machine(script, { as: asUser })
}

const unshareUser = ['unshare', '-U', '-m', '-p', '-f', '--mount-proc', 'sh', '-c', 'read _; exec "$@"', 'sh']

/** A normal user where the script has set the limits on namespaces: they hold in this namespace only. */
export function namespaceLimits(script: string): Simulation {
  return {
    // Only a program that is started after the maps were written has the rights of root there.
    wrap: (command) => [...unshareUser, 'sh', '-ec', thenWait(script), 'sh', ...asUser, ...command],
    prepare: async (pid) => {
      const ours = readlinkSync('/proc/self/ns/user')
      await until('it has a user namespace', () => readlinkSync(`/proc/${pid}/ns/user`) !== ours)
      for (const file of ['uid_map', 'gid_map']) writeFileSync(`/proc/${pid}/${file}`, '0 0 65536')
    },
  }
}

export const noPrograms = 'for d in /tmp /var/tmp /dev/shm; do mount -t tmpfs -o noexec tmpfs $d; done'
export const readOnlyGroups =
  'for m in $(cut -d" " -f5 /proc/self/mountinfo | grep ^/sys/fs/cgroup); do mount -o remount,bind,ro "$m"; done'
export const maskedProc = 'mount --bind /dev/null /proc/kallsyms; mount -t tmpfs -o ro tmpfs /proc/irq'
export const hiddenProc = 'mount -o remount,hidepid=2 /proc'
export const noUserNamespaces = 'echo 0 >/proc/sys/user/max_user_namespaces'
/** So that programs can be looked for in the folders above only. */
export const inFolders: Readonly<Record<string, string>> = { HOME: '/tmp', XDG_RUNTIME_DIR: '' }
