import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { findCritical } from '../../packages/capabilities/src/paths/critical.ts'
import { credentials, isEnvFile } from '../../packages/supervisor/src/view/credentials.ts'
import {
  forbiddenInGit,
  makeableInGit,
  trustedInGit,
  trustedInHome,
  trustedInWorkspace,
} from '../../packages/supervisor/src/view/trusted-files.ts'
import { arena } from '../support/attack.ts'
import { temporaryDirectory } from '../support/supervisor.ts'

const levels = ['thread', 'process', 'sandbox'] as const

/** What FileRead is asked for, and what it must answer. */
const attempts = {
  'link-to-etc/passwd': 'RT_FILE_OUTSIDE',
  '../../../../../../etc/passwd': 'RT_FILE_OUTSIDE',
  '/proc/self/environ': 'RT_FILE_OUTSIDE',
  '/proc/self/root/etc/passwd': 'RT_FILE_OUTSIDE',
  'link-to-root/etc/passwd': 'RT_FILE_OUTSIDE',
  loop: 'RT_FILE_IO',
  '.ssh/id_ed25519': 'RT_FILE_CRITICAL',
  key: 'RT_FILE_CRITICAL',
  missing: 'RT_FILE_NOT_FOUND',
}

function plant(): string {
  const directory = temporaryDirectory()
  for (const name of ['dir', '.ssh']) mkdirSync(join(directory, name))
  writeFileSync(join(directory, 'dir/file'), 'mine')
  writeFileSync(join(directory, '.ssh/id_ed25519'), 'secret')
  const links = {
    'link-to-passwd': '/etc/passwd',
    'link-to-etc': '/etc',
    'link-to-root': '/proc/self/root',
    loop: 'loop',
    key: '.ssh/id_ed25519',
    inside: join(directory, 'dir'),
  }
  for (const [name, target] of Object.entries(links)) symlinkSync(target, join(directory, name))
  return directory
}

test('simply opened, the links lead to what they name', () => {
  const directory = plant()
  for (const path of ['link-to-passwd', 'link-to-etc/passwd', 'link-to-root/etc/passwd']) {
    expect(readFileSync(join(directory, path), 'utf8')).toContain('root:')
  }
  expect(readFileSync(join(directory, 'key'), 'utf8')).toBe('secret')
})

test.each(levels)(
  'at level %s FileRead is led out by no path, and says why (F01, F07, F23)',
  async (level) => {
    const supervisor = arena()
    const workingDir = plant()
    const answers = await Promise.all(
      Object.keys(attempts).map(async (path) => {
        const result = await supervisor.run('FileRead', { path }, { level, workingDir })
        return [path, result.error?.code]
      }),
    )
    expect(Object.fromEntries(answers)).toEqual(attempts)
    const twin = await supervisor.run('FileRead', { path: 'inside/../dir/./file' }, { level, workingDir })
    expect(twin).toMatchObject({ outcome: 'completed', output: { data: { content: 'mine' } } })
  },
)

test('what a sandbox hides or freezes, the file capabilities refuse by name', () => {
  const secrets = [...credentials, '.env', '.env.local', '.env.production'].map((name) => `/home/x/${name}`)
  expect(secrets.filter((path) => findCritical(path, 'read') === undefined)).toEqual([])
  expect(['.env.example', '.env.schema'].filter(isEnvFile)).toEqual([])
  const trusted = [
    ...trustedInHome,
    ...trustedInWorkspace.filter((name) => name !== '.claude'),
    '.claude/settings.json',
    '.claude/hooks/x',
    ...[...trustedInGit, ...makeableInGit, ...forbiddenInGit].map((name) => `.git/${name}`),
  ].map((name) => `/home/x/${name}`)
  expect([...secrets, ...trusted].filter((path) => findCritical(path, 'write') === undefined)).toEqual([])
})
