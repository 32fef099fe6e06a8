import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  asUser,
  docker,
  filtered,
  inFolders,
  machine as machineWith,
  maskedProc,
  namespaceLimits,
  noPrograms,
  normalUser,
  noUserNamespaces,
  readOnlyGroups,
  reason,
  runtimoOn,
  type Simulation,
} from './simulate.ts'

interface Result {
  readonly success: boolean
  readonly posture?: { readonly level: string }
  readonly error?: {
    readonly code: string
    readonly missing?: readonly { field: string; cause: string; cure: string }[]
  }
}

/** Where no simulation mounts anything, and everybody may write. */
let folder = ''

async function runOn(simulation: Simulation, options: readonly string[] = []): Promise<Result> {
  const place = mkdtempSync(join(folder, 'job-'))
  const workingDir = join(place, 'work')
  mkdirSync(workingDir)
  for (const each of [place, workingDir]) chmodSync(each, 0o777)
  const env = { ...simulation.env, RUNTIMO_WAL_PATH: join(place, 'log', 'wal.jsonl') }
  const job = [
    'run',
    '-c',
    'ShellExec',
    '-a',
    '{"cmd":"id"}',
    '--json',
    '--no-pressure-guard',
    '--cwd',
    workingDir,
  ]
  const { stdout, stderr } = await runtimoOn({ ...simulation, env }, [...job, ...options])
  if (stdout === '') throw new Error(`nothing came of the job: ${stderr}`)
  return JSON.parse(stdout)
}

const isolated: readonly { readonly name: string; readonly machine: Simulation }[] = [
  {
    name: 'control groups that are read only',
    machine: machineWith(readOnlyGroups),
  },
  { name: 'temporary folders without programs', machine: machineWith(noPrograms, { env: inFolders }) },
  { name: 'a PATH without ps', machine: machineWith('PATH=/nowhere') },
  { name: 'a normal user', machine: normalUser() },
]

const refused: readonly {
  readonly name: string
  readonly machine: Simulation
  readonly field: string
  readonly cause: RegExp
}[] = [
  {
    name: 'user namespaces that are off',
    machine: namespaceLimits(noUserNamespaces),
    field: 'level',
    cause: /user\.max_user_namespaces is 0/u,
  },
  {
    name: "a filter that answers EPERM as Docker's does",
    machine: filtered('no-namespaces'),
    field: '',
    cause: /seccomp filter/u,
  },
  { name: "Docker's default", machine: docker, field: '', cause: /CAP_SYS_ADMIN|seccomp filter/u },
  {
    name: 'a masked /proc',
    machine: machineWith(maskedProc),
    field: 'level',
    cause: /covered \(\/proc\/kallsyms, \/proc\/irq\)/u,
  },
  {
    name: 'a kernel without Landlock',
    machine: filtered('no-landlock'),
    field: 'landlock',
    cause: /landlock_create_ruleset answers ENOSYS/u,
  },
]

describe.skipIf(reason !== undefined)('a real job', { timeout: 30_000 }, () => {
  beforeAll(() => {
    folder = mkdtempSync(join(process.cwd(), 'node_modules', '.cache', 'runtimo-doctor-'))
    chmodSync(folder, 0o777)
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  test.concurrent.for(isolated)('is isolated on $name', async ({ machine }) => {
    const { posture, error } = await runOn(machine)
    expect({ error, level: posture?.level }).toEqual({ error: undefined, level: 'sandbox' })
  })

  test.concurrent.for(refused)(
    'is refused on $name, naming what is missing',
    async ({ machine, field, cause }) => {
      const { success, error } = await runOn(machine)
      expect({ success, code: error?.code }).toEqual({ success: false, code: 'RT_POSTURE_UNAVAILABLE' })
      const named = error?.missing?.find((missing) => field === '' || missing.field === field)
      expect(named?.cause).toMatch(cause)
      expect(named?.cure).not.toBe('')
    },
  )

  test.concurrent.for([
    { name: "Docker's filter is on a normal user", machine: filtered('no-namespaces', asUser) },
    { name: '/proc is masked', machine: machineWith(maskedProc) },
    { name: 'user namespaces are off', machine: namespaceLimits(noUserNamespaces) },
  ])('runs at level process where that was asked for and $name', async ({ machine }) => {
    const { posture, error } = await runOn(machine, ['--level', 'process'])
    expect({ error, level: posture?.level }).toEqual({ error: undefined, level: 'process' })
  })
})
