import { spawnSync } from 'node:child_process'
import { closeSync, openSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { findProcesses } from '../support/processes.ts'
import { fixture, temporaryDirectory } from '../support/supervisor.ts'

const bin = fileURLToPath(new URL('../../packages/supervisor/bin/runtimo.js', import.meta.url))
const list = 'ls -l /proc/self/fd'

/** Runs a Node program that was itself given a secret file as its descriptor 30. */
function withSecret(args: readonly string[]): string {
  const secret = join(temporaryDirectory(), 'secret')
  writeFileSync(secret, 'x')
  const descriptor = openSync(secret, 'r')
  onTestFinished(() => closeSync(descriptor))
  const stdio = [
    'ignore',
    'pipe',
    'inherit',
    ...Array.from({ length: 27 }, () => 'ignore' as const),
    descriptor,
  ] as const
  const env = { ...process.env, RUNTIMO_WAL_PATH: join(temporaryDirectory(), 'wal.jsonl') }
  return String(
    spawnSync(process.execPath, ['--conditions=runtimo-source', ...args], { stdio: [...stdio], env }).stdout,
  )
}

test('without us, a descriptor that Node was given reaches the children of Node', () => {
  expect(withSecret(['-e', `process.stdout.write(require('child_process').execSync('${list}'))`])).toContain(
    'secret',
  )
})

test('a job inherits no descriptor but its own three', () => {
  const args = ['run', '-c', 'ShellExec', '-q', '--no-pressure-guard', '-a', JSON.stringify({ cmd: list })]
  const listed = withSecret([bin, ...args])
  expect(listed).not.toContain('secret')
  expect(listed).toMatch(/ 0 -> \/dev\/null/u)
  expect(listed.match(/ -> /gu)).toHaveLength(4) // the fourth is the directory that ls reads
})

test('a host that exits without closing leaves no job behind', () => {
  const { stdout } = spawnSync(process.execPath, ['--conditions=runtimo-source', fixture('careless-host.ts')])
  expect(String(stdout)).toMatch(/^\d+\n$/u)
  expect(findProcesses('sleep 65')).toEqual([])
})
