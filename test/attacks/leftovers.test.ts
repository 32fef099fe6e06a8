import { spawn, spawnSync } from 'node:child_process'
import {
  closeSync,
  existsSync,
  globSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { expect, onTestFinished, test } from 'vitest'
import { arena, isRoot, judge } from '../support/attack.ts'
import { findLeaks, findOwnLeftovers } from '../support/leaks.ts'
import { temporaryDirectory } from '../support/supervisor.ts'
import { Host, nextStart } from '../crash/host.ts'

test('the check after the suite finds a planted process, launcher, temporary folder, socket and placeholder', async () => {
  const place = temporaryDirectory()
  const env = { ...process.env, RUNTIMO_BOUNDARY: 'planted' }
  const marked = spawn('sleep', ['30'], { env, stdio: 'ignore' })
  const launcher = spawn('sleep', ['30'], { argv0: 'runtimo-launcher', stdio: 'ignore' })
  const server = createServer().listen(`\0runtimo-planted-${process.pid}`)
  onTestFinished(async () => {
    marked.kill('SIGKILL')
    launcher.kill('SIGKILL')
    await Promise.all([once(marked, 'exit'), once(launcher, 'exit')])
    await new Promise((resolve) => server.close(resolve))
  })
  await once(server, 'listening')
  mkdirSync(join(place, 'runtimo-planted'))
  mkdirSync(join(place, 'job-runtimo-1-2-abcdef01-3-4'))
  writeFileSync(join(place, '.envrc'), '', { mode: 0o444 })
  const socket = `import os,socket,sys; socket.socket(1).bind(sys.argv[1]); os.chmod(sys.argv[1], 0o444)`
  spawnSync('/usr/bin/python3', ['-c', socket, join(place, '.idea')])
  expect(findLeaks([place])).toEqual(
    expect.arrayContaining([
      `process ${marked.pid}`,
      `process ${launcher.pid}`,
      `socket @runtimo-planted-${process.pid}`,
      `directory ${place}/runtimo-planted`,
      `directory ${place}/job-runtimo-1-2-abcdef01-3-4`,
      `placeholder ${place}/.envrc`,
      `placeholder ${place}/.idea`,
    ]),
  )
})

test('it finds a planted ledger entry and those of a process: a descriptor and a child', async () => {
  const entry = `/tmp/runtimo-${process.geteuid?.()}/placeholders/planted.json`
  await nextStart() // which makes the folder
  writeFileSync(entry, JSON.stringify({ owner: { pid: process.pid } }))
  onTestFinished(() => rmSync(entry))
  expect(findLeaks([])).toContain(`ledger entry ${entry}`)
  const before = findOwnLeftovers()
  const file = join(temporaryDirectory(), 'open')
  const descriptor = openSync(file, 'w')
  const child = spawn('sleep', ['30'], { stdio: 'ignore' })
  const added = findOwnLeftovers().filter((name) => !before.includes(name))
  closeSync(descriptor)
  child.kill('SIGKILL')
  await once(child, 'exit')
  expect(added).toEqual(expect.arrayContaining([`descriptor ${file} 0`, `child ${child.pid}`]))
})

test('it finds a planted control group and a planted mount', ({ skip }) => {
  skip(!isRoot, 'only root mounts, and makes control groups')
  const [parent = ''] = globSync('/sys/fs/cgroup/{pids,unified,}/')
  const group = join(parent, `runtimo-${process.pid}-1-abcdef01-1-1`)
  const point = temporaryDirectory()
  mkdirSync(group)
  onTestFinished(() => rmdirSync(group))
  expect(spawnSync('mount', ['-t', 'tmpfs', 'planted', point]).status).toBe(0)
  onTestFinished(() => void spawnSync('umount', [point]))
  expect(findLeaks([])).toEqual(expect.arrayContaining([`control group ${group}`, `mount tmpfs ${point}`]))
})

const alone = (sleep: string): string => `exec ${sleep}`

/** What a killed supervisor leaves on the disk and in the control groups. */
function traces({ pid, workspace }: Host): string[] {
  return [
    ...globSync(`/sys/fs/cgroup/**/runtimo-${pid}-*`),
    ...readdirSync(workspace).filter((name) => name.startsWith('.')),
    ...globSync(`${tmpdir()}/job-runtimo-${pid}-*`),
  ]
}

test.each(['sandbox', 'process'] as const)(
  'what a supervisor that was killed left at level %s is removed by the next start; a living neighbour’s is not',
  async (level) => {
    // At level process, daemons end with the supervisor only where there is a control group: none here.
    const [dead, neighbour] = await Promise.all([Host.start(level, alone), Host.start(level, alone)])
    await Promise.all([dead.isUp(1), neighbour.isUp(1)])
    const kept = traces(neighbour)
    dead.kill()
    await dead.isGone()
    // Another start on this machine may have been quicker.
    expect(kept.length).toBeGreaterThan(0)
    await nextStart()
    expect(traces(dead)).toEqual([])
    expect(traces(neighbour)).toEqual(kept)
    expect(neighbour.members).toHaveLength(1)
    neighbour.kill()
    await neighbour.isGone()
    await nextStart()
  },
)

test(
  'jobs in one workspace at the same time do not miss what protects the others',
  { timeout: 60_000 },
  async () => {
    const supervisor = arena()
    const workingDir = temporaryDirectory()
    mkdirSync(join(workingDir, '.git'))
    const attack = 'echo x >.envrc; mkdir .vscode; echo x >.git/hooks; echo ran'
    const jobs = Array.from({ length: 4 }, async () => {
      for (let i = 0; i < 4; i++) {
        const result = await supervisor.run('ShellExec', { cmd: attack }, { workingDir })
        expect(result.output.data).toMatchObject({ stdout: 'ran\n' })
        await judge(supervisor, result, { outcome: 'completed' })
      }
    })
    await Promise.all(jobs)
    expect(readdirSync(workingDir)).toEqual(['.git'])
    expect(existsSync(join(workingDir, '.git/hooks'))).toBe(false)
  },
)
