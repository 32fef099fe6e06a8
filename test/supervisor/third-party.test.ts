import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryDirectory, testSupervisor } from '../support/supervisor.ts'

/** A folder with the capability `Given`, which returns a word of another file, and these permissions. */
function folderOf(permissions: string, execute = '() => word'): string {
  const folder = temporaryDirectory()
  const manifest = `{ name: 'Given', description: 'x', args: {}, permissions: ${permissions} }`
  writeFileSync(join(folder, 'part.mjs'), `export const word = 'first'`)
  writeFileSync(
    join(folder, 'index.mjs'),
    `import { writeFileSync } from 'node:fs'
     import { word } from './part.mjs'
     export default { manifest: ${manifest}, execute: ${execute} }`,
  )
  return folder
}

test('what was changed after it was registered does not run, and the error says what', async () => {
  const folder = folderOf('{}')
  const supervisor = testSupervisor()
  await supervisor.capabilities.register('Given', folder)
  expect(await supervisor.run('Given', {})).toMatchObject({ output: { data: 'first' } })

  writeFileSync(join(folder, 'part.mjs'), `export const word = 'other'`)
  await expect(supervisor.run('Given', {})).rejects.toMatchObject({
    code: 'RT_CAPABILITY_CHANGED',
    details: { path: join(folder, 'part.mjs'), change: 'changed' },
  })
  // Looked at anew it runs: this is what the registration kept away.
  expect(await supervisor.run('Given', {}, { from: folder })).toMatchObject({ output: { data: 'other' } })
})

test('what cannot be found is told before anything is started', async () => {
  const from = 'no-such-package-anywhere'
  await expect(testSupervisor().run('Given', {}, { from })).rejects.toMatchObject({ code: 'RT_LOAD_FAILED' })
})

test('a manifest that asks for more than the policy does not run, and the error names the field', async () => {
  const supervisor = testSupervisor({ policy: { limits: { processes: 100 } } })
  const workingDir = temporaryDirectory()
  for (const [permissions, field] of [
    [`{ read: ['.', '/var'] }`, 'permissions.read[1]'],
    [`{ env: ['SECRET'] }`, 'permissions.env[0]'],
    [`{ limits: { processes: 101 } }`, 'permissions.limits.processes'],
  ] as const) {
    expect(await supervisor.run('Given', {}, { from: folderOf(permissions), workingDir })).toMatchObject({
      outcome: 'failed',
      error: { code: 'RT_PERMISSION_DENIED', field },
    })
  }
})

test('a manifest that asks for less has less, the first time and later', async () => {
  const workingDir = temporaryDirectory()
  const write = `(args, { workingDir }) => { writeFileSync(workingDir + '/made', ''); return 'written' }`
  const supervisor = testSupervisor()
  const [all, none] = [folderOf('{}', write), folderOf('{ read: [], write: [] }', write)]
  // The first time its manifest is not known before it is loaded; then it is.
  for (const time of ['first', 'second']) {
    const { error } = await supervisor.run('Given', {}, { from: none, workingDir })
    expect({ time, code: error?.code }).toEqual({ time, code: 'RT_CAPABILITY_FAILED' })
  }
  expect(existsSync(join(workingDir, 'made'))).toBe(false)
  expect(await supervisor.run('Given', {}, { from: all, workingDir })).toMatchObject({
    output: { data: 'written' },
  })
  expect(existsSync(join(workingDir, 'made'))).toBe(true)
})
