import { lstatSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import type { PolicyOptions } from '@runtimo/supervisor'
import { expect, test } from 'vitest'
import { temporaryDirectory, testSupervisor } from '../support/supervisor.ts'

const isRoot = process.getuid?.() === 0
const whoRuns: readonly (readonly [NonNullable<PolicyOptions['user']>, 'sandbox' | 'process', string])[] = [
  ['mapped', 'sandbox', isRoot ? '65534' : String(process.getuid?.())],
  ['mapped', 'process', isRoot ? '65534' : String(process.getuid?.())],
  ['handed_over', 'sandbox', isRoot ? '65534' : String(process.getuid?.())],
  ['handed_over', 'process', isRoot ? '65534' : String(process.getuid?.())],
  ['caller', 'process', String(process.getuid?.())],
]

test.each(whoRuns)(
  'user %s at level %s: runs as %s, and what it makes is the caller’s',
  async (user, level, uid) => {
    const workingDir = temporaryDirectory()
    writeFileSync(join(workingDir, 'given'), 'given\n', { mode: 0o600 })
    const supervisor = testSupervisor({ policy: { user } })
    const cmd = 'id -u; cat given; echo made > made; echo changed >> given'
    const result = await supervisor.run('ShellExec', { cmd }, { workingDir, level })
    expect(result.output.data).toMatchObject({ stdout: `${uid}\ngiven\n`, stderr: '' })
    expect(result.posture).toMatchObject({ level, uid: Number(uid) })
    const owners = ['given', 'made', '.'].map((name) => lstatSync(join(workingDir, name)).uid)
    expect(owners).toEqual([process.getuid?.(), process.getuid?.(), process.getuid?.()])
  },
)

test('a sandbox never has the caller’s root, whatever the policy says', async ({ skip }) => {
  skip(!isRoot, 'only root has root to give')
  const supervisor = testSupervisor({ policy: { user: 'caller' } })
  const result = await supervisor.run('ShellExec', { cmd: 'id -u' })
  expect(result).toMatchObject({ outcome: 'completed', output: { data: { stdout: '65534\n' } } })
})

test('a policy that says so falls back to process, and the result says which it was', async () => {
  const workingDir = temporaryDirectory()
  const policy: PolicyOptions = { fallback: 'process' }
  const result = await testSupervisor({ policy }).run('ShellExec', { cmd: 'true' }, { workingDir })
  expect(result.posture?.level).toBe('sandbox') // it can be had here: test/doctor shows where it cannot
})
