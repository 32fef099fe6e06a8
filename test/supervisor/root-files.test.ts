import { chmodSync, chownSync, mkdirSync, readFileSync, readlinkSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import type { RunOptions, SupervisorOptions } from '@runtimo/supervisor'
import { execa } from 'execa'
import { describe, expect, test } from 'vitest'
import { bin } from '../support/cli.ts'
import { descendants } from '../support/processes.ts'
import { temporaryDirectory, testSupervisor } from '../support/supervisor.ts'

const isRoot = process.getuid?.() === 0
if (!isRoot) console.warn('root-files: files of somebody else are tried by root only, who may make them')

const owner = 1000
const kept = '000000000000000b'
const none = '0'.repeat(16)

/** A directory of somebody else's that is closed to all others, and a file in it. */
function foreignFile(): { readonly workingDir: string; readonly path: string } {
  const workingDir = join(temporaryDirectory(), 'home')
  mkdirSync(workingDir)
  const path = join(workingDir, 'notes.txt')
  writeFileSync(path, 'old\n')
  chmodSync(path, 0o640)
  for (const made of [path, workingDir]) chownSync(made, owner, owner)
  chmodSync(workingDir, 0o700)
  return { workingDir, path }
}

function look(path: string): object {
  const { uid, gid, mode } = statSync(path)
  return { uid, gid, mode: mode & 0o7777, content: readFileSync(path, 'utf8') }
}

/** Inheritable, permitted, effective, ambient. */
function capabilitiesIn(status: string): (string | undefined)[] {
  return ['Inh', 'Prm', 'Eff', 'Amb'].map(
    (set) => new RegExp(`^Cap${set}:\\s*(\\w+)$`, 'mu').exec(status)?.[1],
  )
}

/** Our processes of Node: workers. */
function workers(): number[] {
  return descendants(process.pid).filter((pid) => readlinkSync(`/proc/${pid}/exe`) === process.execPath)
}

describe.skipIf(!isRoot)('to functions of ours that root runs', () => {
  test('a file of somebody else is read, replaced and put back, and stays of its owner and mode', async () => {
    const { workingDir, path } = foreignFile()
    const supervisor = testSupervisor()
    const old = { uid: owner, gid: owner, mode: 0o640, content: 'old\n' }
    const read = await supervisor.run('FileRead', { path: 'notes.txt' }, { workingDir })
    expect(read).toMatchObject({ success: true, posture: { level: 'process', uid: 0, landlock: false } })
    expect(JSON.stringify(read.output)).toContain('old\\n')
    const job = await supervisor.run('FileWrite', { path: 'notes.txt', content: 'new\n' }, { workingDir })
    expect(job).toMatchObject({ success: true })
    expect(look(path)).toEqual({ ...old, content: 'new\n' })
    expect(await supervisor.undo(job.jobId)).toMatchObject({ success: true })
    expect(look(path)).toEqual(old)
  })

  test('no more is left than root has, which in a container is less', async () => {
    const { path } = foreignFile()
    const own = temporaryDirectory()
    const argv = [process.execPath, '--conditions=runtimo-source', bin, 'run', '-c', 'FileRead', '--json']
    const { stdout } = await execa(
      'setpriv',
      ['--bounding-set=-chown', ...argv, '-a', JSON.stringify({ path })],
      { env: { RUNTIMO_WAL_PATH: join(own, 'wal.jsonl'), XDG_CONFIG_HOME: own }, reject: false },
    )
    expect(JSON.parse(stdout)).toMatchObject({ success: true, posture: { level: 'process', uid: 0 } })
  })

  test('three capabilities are left, and no other', async () => {
    const before = new Set(workers())
    const { workingDir } = foreignFile()
    const supervisor = testSupervisor({ maxPrewarmed: 0 })
    await supervisor.run('FileRead', { path: 'notes.txt' }, { workingDir })
    const waiting = workers().filter((pid) => !before.has(pid))
    expect(waiting).toHaveLength(1)
    const status = readFileSync(`/proc/${waiting[0]}/status`, 'utf8')
    expect(capabilitiesIn(status)).toEqual([kept, kept, kept, none])
    expect(status).toMatch(/^NoNewPrivs:\t1$/mu)
    expect(status).toMatch(/^Seccomp:\t2$/mu)
  })
})

const module = `import { readFileSync } from 'node:fs'
export default {
  manifest: { name: 'Given', description: 'For a test', args: { type: 'object' } },
  execute: () => readFileSync('/proc/self/status', 'utf8'),
}`

describe.skipIf(!isRoot).each<[string, SupervisorOptions]>([
  ['of a user of their own', {}],
  ["with root's uid", { policy: { user: 'caller' } }],
])('no capability is left to jobs %s:', (_title, options) => {
  test('a command, and a module that is not ours', async () => {
    const workingDir = temporaryDirectory()
    chmodSync(workingDir, 0o755)
    const from = join(workingDir, 'module.mjs')
    writeFileSync(from, module)
    const supervisor = testSupervisor(options)
    const at: RunOptions = { level: 'process', workingDir }
    const command = await supervisor.run('ShellExec', { cmd: 'cat /proc/self/status' }, at)
    const foreign = await supervisor.run('Given', {}, { ...at, from })
    for (const { output } of [command, foreign]) {
      const status = JSON.stringify(output).replaceAll('\\n', '\n').replaceAll('\\t', '\t')
      expect(capabilitiesIn(status)).toEqual([none, none, none, none])
    }
  })
})
