import fs, { realpathSync, writeFileSync } from 'node:fs'
import { createRequire, syncBuiltinESMExports } from 'node:module'
import { dirname, join } from 'node:path'
import type { JobResult, RunOptions } from '@runtimo/supervisor'
import { describe, expect, onTestFinished, test } from 'vitest'
import { fixture, temporaryDirectory, testSupervisor } from '../support/supervisor.ts'

/** Runs the capability `Given`, of a module that does this. */
async function runModule(execute: string, options: RunOptions): Promise<JobResult> {
  const from = join(temporaryDirectory(), 'module.mjs')
  const manifest = `{ name: 'Given', description: 'For a test', args: { type: 'object' } }`
  writeFileSync(
    from,
    `import fs from 'node:fs'\nexport default { manifest: ${manifest}, execute: ${execute} }`,
  )
  return await testSupervisor().run('Given', {}, { from, ...options })
}

/** Opens all descriptors that it may, and stays there for a while. */
const openAll = (then: string): string => `async () => {
  try { for (;;) fs.openSync('/dev/null') } catch (error) {
    await new Promise((resolve) => setTimeout(resolve, 500))
    ${then}
  }
}`

describe.each(['sandbox', 'process'] as const)(
  'a function at its ceiling of descriptors, level %s',
  (level) => {
    const options = { level, limits: { descriptors: 256 } }

    test('that did what it wanted is a success', async () => {
      const result = await runModule(openAll('return error.code'), options)
      expect(result.error).toBeUndefined()
      expect(result).toMatchObject({ outcome: 'completed', output: { data: 'EMFILE' } })
    })

    test.each([
      ['throws', 'throw error'],
      ['says that it failed', 'return { success: false, data: null }'],
    ])('and %s ran out of them', async (_, then) => {
      expect(await runModule(openAll(then), options)).toMatchObject({
        outcome: 'limit_exceeded',
        error: { code: 'RT_LIMIT_EXCEEDED', limit: 'descriptors' },
      })
    })
  },
)

test('a ceiling on written bytes is refused where the kernel does not count them', async () => {
  const limits = { writtenBytes: 1_000_000 }
  const run = (): Promise<JobResult> => testSupervisor().run('ShellExec', { cmd: 'true' }, { limits })
  expect(await run()).toMatchObject({ outcome: 'completed' })
  const { existsSync } = fs
  fs.existsSync = (path) => path !== '/proc/self/io' && existsSync(path)
  syncBuiltinESMExports()
  onTestFinished(() => {
    fs.existsSync = existsSync
    syncBuiltinESMExports()
  })
  await expect(run()).rejects.toMatchObject({
    code: 'RT_POSTURE_UNAVAILABLE',
    details: { missing: [{ field: 'limits.writtenBytes' }] },
  })
})

test('a folder that the worker needs as well may be named to be read', async () => {
  const { resolve } = createRequire(fixture('../../packages/capabilities/package.json'))
  const folder = dirname(dirname(realpathSync(resolve('ajv/package.json'))))
  const execute = `() => fs.existsSync(${JSON.stringify(join(folder, 'ajv/package.json'))})`
  for (const level of ['process', 'sandbox'] as const) {
    const result = await runModule(execute, { level, read: [folder] })
    expect(result).toMatchObject({ outcome: 'completed', output: { data: true } })
  }
})
