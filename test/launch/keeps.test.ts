import { chmodSync, chownSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Posture } from '@runtimo/supervisor'
import { describe, expect, test } from 'vitest'
import { checkConfinement } from '../../packages/supervisor/src/isolation/posture.ts'
import type { LaunchPolicy, Tape } from '../../packages/worker/src/launch/index.ts'
import { readChildren } from '../support/processes.ts'
import { remove } from './edit.ts'
import { Launched, type Options, type Outcome, type Workplace, workplace } from './launched.ts'
import { isRoot } from './policies.ts'

if (!isRoot) console.warn('keeps: only root has capabilities to keep')

const kept = '000000000000000b'
const none = '0'.repeat(16)
const owner = 1000
const root = { uid: 0, gid: 0, isDropped: false }
const keeps = ['CAP_CHOWN', 'CAP_DAC_OVERRIDE', 'CAP_FOWNER'] as const

const posture: Posture = {
  level: 'process',
  pidNamespace: false,
  network: 'host',
  seccomp: true,
  landlock: false,
  memory: null,
  pids: null,
  cpu: null,
  uid: 0,
  cgroup: null,
}

type Changes = Pick<Options, 'edit'> & {
  readonly hasFilter?: boolean
  readonly keeps?: LaunchPolicy['keeps']
}

function optionsOf({ hasFilter = true, edit, ...changes }: Changes): Options {
  return {
    level: 'process',
    policy: { user: root, keeps: changes.keeps ?? keeps },
    job: { hasFilter, landlock: undefined, cwd: '/' },
    ...(edit === undefined ? {} : { edit }),
  }
}

/** As functions of ours that root runs are started, unless it is changed. */
function asOurs(script: string, changes: Changes = {}, place?: Workplace): Promise<Outcome> {
  return new Launched(['/usr/bin/python3', '-c', script], optionsOf(changes), place).outcome
}

/** A file of somebody else's, in a directory that is closed to all others. */
function foreignFile(): { readonly place: Workplace; readonly path: string } {
  const place = workplace('process')
  const home = join(place.directory, 'home')
  mkdirSync(home)
  const path = join(home, 'file')
  writeFileSync(path, 'text')
  for (const made of [path, home]) chownSync(made, owner, owner)
  chmodSync(path, 0o640)
  chmodSync(home, 0o700)
  return { place, path }
}

const sets = `[l.split()[1] for l in open("/proc/self/status") if l.startswith("Cap")]`
const printSets = `print(*${sets})`
const inChild = `import subprocess,sys; subprocess.run([sys.executable, "-c", ${JSON.stringify(printSets)}])`

type Edit = NonNullable<Options['edit']>

const withoutNoNewPrivileges: Edit = (_, job) => {
  remove(job, /NO_NEW_PRIVS/u)
  // The filter demands no_new_privs of whoever may not administer.
  remove(job, /system call filter/u)
}
const withFullBoundingSet = (base: Tape): void => remove(base, /CAPBSET_DROP/u)
const withEverything: Changes = {
  hasFilter: false,
  edit: (base, job) => {
    withFullBoundingSet(base)
    remove(job, /^capset|NO_NEW_PRIVS/u)
  },
}
const mounting =
  '(lambda at: l.mount(b"x",at,b"tmpfs",0,0) == 0 and l.umount(at) == 0)(os.path.dirname(path).encode())'

/** The effective set of a program that is started so. */
async function effective(edit: Edit): Promise<string | undefined> {
  return (await asOurs(printSets, { edit })).out.split(/\s/u)[2]
}

describe.skipIf(!isRoot)('what root keeps for a function of ours', () => {
  test.each([
    ['the program', printSets],
    ['what it starts', inChild],
  ])('is three capabilities, and the bounding set is no more: of %s', async (_title, script) => {
    // Inheritable, permitted, effective, bounding, ambient.
    expect((await asOurs(script)).out.split(/\s/u)).toEqual([kept, kept, kept, kept, none, ''])
    expect((await asOurs(script, { keeps: [] })).out.split(/\s/u)).toEqual([none, none, none, none, none, ''])
  })

  test('is bound twice: without no_new_privs or with a full bounding set it is the same, without both it is all', async () => {
    expect(await effective(withoutNoNewPrivileges)).toBe(kept)
    expect(await effective(withFullBoundingSet)).toBe(kept)
    const all = await effective((base, job) => {
      withoutNoNewPrivileges(base, job)
      withFullBoundingSet(base)
    })
    expect(Number.parseInt(all ?? '', 16)).toBeGreaterThan(0xb)
  })

  test('opens a file of somebody else and gives one away, which without it is refused', async () => {
    const { place, path } = foreignFile()
    const file = JSON.stringify(path)
    const script = `import os; open(${file},"a").write("more"); os.chown(${file},1001,1001); os.chmod(${file},0o600)`
    expect(await asOurs(script, { keeps: [] }, place)).toMatchObject({ code: 1, failed: undefined })
    expect(await asOurs(script, {}, place)).toMatchObject({ code: 0, err: '' })
    expect(statSync(path)).toMatchObject({ uid: 1001, gid: 1001, size: 8 })
  })

  test.each<[name: string, script: string, held: Changes, open: Changes]>([
    ['a mount', mounting, { hasFilter: false }, withEverything],
    ['another user', 'os.setresuid(1000,1000,1000) is None', { hasFilter: false }, withEverything],
    ['a device', 'os.mknod(path+"-device",0o20600,259) is None', { hasFilter: false }, withEverything],
    ['a set-id bit, by the filter', 'os.chmod(path,0o4755) is None', {}, { hasFilter: false }],
  ])('does not allow %s', async (_title, script, held, open) => {
    const { place, path } = foreignFile()
    const tried = `import ctypes,os
path=${JSON.stringify(path)}
l=ctypes.CDLL(None)
try: raise SystemExit(0 if ${script} else 9)
except PermissionError: raise SystemExit(9)`
    expect(await asOurs(tried, held, place)).toMatchObject({ code: 9, failed: undefined })
    expect(await asOurs(tried, open, place)).toMatchObject({ code: 0, failed: undefined })
  })

  test('is looked at from outside: neither more nor less than was planned passes', async () => {
    const job = new Launched(['/bin/true'], { ...optionsOf({}), isGone: false })
    await job.held
    const [pid = 0] = readChildren(job.pid)
    const look = (planned: LaunchPolicy['keeps']): void => checkConfinement(pid, posture, new Set(), planned)
    look(keeps)
    for (const planned of [undefined, [], keeps.slice(1)] as const)
      expect(() => look(planned)).toThrow(/capabilities.*CapInh b,CapPrm b,CapEff b/u)
    job.go()
    expect(await job.outcome).toMatchObject({ code: 0 })
    const bare = new Launched(['/bin/true'], { ...optionsOf({ keeps: [] }), isGone: false })
    await bare.held
    const [without = 0] = readChildren(bare.pid)
    expect(() => checkConfinement(without, posture, new Set(), keeps)).toThrow(/capabilities.*none/u)
  })
})
