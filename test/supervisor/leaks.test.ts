import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { expect, onTestFinished, test } from 'vitest'
import { findDeadSuites, findLeaks } from '../support/leaks.ts'
import { findProcesses, until } from '../support/processes.ts'
import { temporaryDirectory } from '../support/supervisor.ts'

test('the check after the suite finds a planted process and a planted directory', async () => {
  const env = { ...process.env, RUNTIMO_BOUNDARY: 'planted' }
  const planted = spawn('sleep', ['30'], { env, stdio: 'ignore' })
  const directory = temporaryDirectory()
  expect(findLeaks()).toEqual(expect.arrayContaining([`process ${planted.pid}`, `directory ${directory}`]))
  planted.kill('SIGKILL')
  await once(planted, 'exit')
  expect(findLeaks()).not.toContain(`process ${planted.pid}`)
})

test('it finds a daemon without environment, whose parent has ended', async () => {
  const command = `sleep 30.${process.pid}`
  const parent = spawn('sh', ['-c', `env -i setsid ${command} & exit`], { stdio: 'ignore' })
  await once(parent, 'exit')
  await until('the daemon', () => findProcesses(command).length > 0)
  const [pid = 0] = findProcesses(command)
  onTestFinished(() => void process.kill(pid, 'SIGKILL'))
  expect(findLeaks()).toContain(`process ${pid}`)
})

test('it finds what is in /dev/shm', () => {
  const planted = mkdtempSync('/dev/shm/runtimo-planted-')
  onTestFinished(() => rmSync(planted, { recursive: true }))
  expect(findLeaks()).toContain(`directory ${planted}`)
})

test("what has the pid of a living program of Node in its name is that of its owner, and of a dead one is nobody's", async () => {
  const place = temporaryDirectory()
  const dead = spawn('true')
  await once(dead, 'exit')
  for (const pid of [process.ppid, dead.pid]) {
    mkdirSync(join(place, `runtimo-test-${pid}-x`))
    mkdirSync(join(place, `runtimo-suite-${pid}-x`))
  }
  const names = findLeaks([place]).filter((leak) => leak.includes(place))
  expect(names).toEqual([`directory ${join(place, `runtimo-test-${dead.pid}-x`)}`])
  expect(findDeadSuites(place)).toEqual([join(place, `runtimo-suite-${dead.pid}-x`)])
})
