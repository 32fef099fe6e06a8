import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { expect, onTestFinished, test } from 'vitest'
import { isLocked, LifeLock, ownersOf, removeStaleLocks } from './life-lock.ts'

function logPath(): string {
  const made = mkdtempSync(join(tmpdir(), 'runtimo-life-'))
  onTestFinished(() => rmSync(made, { recursive: true, force: true }))
  return join(made, 'wal.jsonl')
}

test('who lives holds a lock that others see, and leaves none behind', async () => {
  const path = logPath()
  {
    using life = await LifeLock.take(path)
    expect(isLocked(path, life.name)).toBe(true)
    removeStaleLocks(path)
    expect(isLocked(path, life.name)).toBe(true)
  }
  expect(readdirSync(ownersOf(path))).toEqual([])
})

test('the kernel takes the lock from one that is killed, and what it leaves is removed', async () => {
  const path = logPath()
  const program = `
    const { LifeLock } = await import(${JSON.stringify(join(import.meta.dirname, 'life-lock.ts'))})
    const life = await LifeLock.take(${JSON.stringify(path)})
    process.stdout.write(life.name)
    setInterval(() => {}, 1e6)`
  const flags = ['--conditions=runtimo-source', '--input-type=module', '-e', program]
  const child = execFile(process.execPath, flags)
  onTestFinished(() => void child.kill('SIGKILL'))
  const name = await new Promise<string>((resolve) => child.stdout?.once('data', resolve))
  expect(isLocked(path, name)).toBe(true)
  child.kill('SIGKILL')
  await new Promise((resolve) => child.once('exit', resolve))
  expect(isLocked(path, name)).toBe(false)
  removeStaleLocks(path)
  expect(readdirSync(ownersOf(path))).toEqual([])
})

test('of a name that no lock can have nothing is known: its owner may live', () => {
  expect(isLocked(logPath(), '../../etc/passwd')).toBe(true)
})
