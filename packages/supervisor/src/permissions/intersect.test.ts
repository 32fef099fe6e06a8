import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { realpath } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type Manifest, type Permissions } from '@runtimo/capabilities'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadsCode } from './code-loading-names.ts'
import { intersect } from './intersect.ts'
import type { EffectivePermissions, HostPolicy } from './policy.ts'

let root = ''
beforeAll(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'runtimo-test-permissions-')))
  for (const folder of ['work/src', 'work/src-2', 'work/secret/deep', 'shared', 'outside']) {
    mkdirSync(join(root, folder), { recursive: true })
  }
  symlinkSync('../outside', join(root, 'work/link-out'))
  symlinkSync('src', join(root, 'work/link-in'))
  symlinkSync('work', join(root, 'alias'))
})
afterAll(() => rmSync(root, { recursive: true }))

const policy: HostPolicy = {
  read: ['.', '../shared'],
  write: ['src'],
  deny: ['secret', 'not-there-yet'],
  env: ['TOKEN', 'LANG', 'LD_PRELOAD'],
  network: 'host',
  limits: { memoryBytes: 1000, cpuShare: 0.5 },
  level: 'process',
}

async function granted(
  permissions?: Permissions,
  level?: Manifest['level'],
  host: Partial<HostPolicy> = {},
): Promise<EffectivePermissions> {
  const manifest = { ...(permissions && { permissions }), ...(level && { level }) }
  return await intersect(manifest, { ...policy, ...host }, { base: join(root, 'work'), realpath })
}

test('a manifest that asks for nothing gets what the policy has', async () => {
  expect(await granted()).toEqual({
    read: [join(root, 'work'), join(root, 'shared')],
    write: [join(root, 'work/src')],
    deny: [join(root, 'work/secret'), join(root, 'work/not-there-yet')],
    env: ['TOKEN', 'LANG'],
    network: 'host',
    limits: { memoryBytes: 1000, cpuShare: 0.5 },
    level: 'process',
  })
})

test('a manifest that asks for less gets less', async () => {
  const asked: Permissions = {
    read: ['src-2', 'link-in'],
    env: ['LANG'],
    network: 'none',
    limits: { memoryBytes: 999, processes: 4 },
  }
  expect(await granted(asked, 'thread')).toMatchObject({
    read: [join(root, 'work/src-2'), join(root, 'work/src')],
    write: [],
    env: ['LANG'],
    network: 'none',
    limits: { memoryBytes: 999, processes: 4, cpuShare: 0.5 },
    level: 'process',
  })
})

test('what may be written may be read', async () => {
  const host = { read: [], write: ['../shared'] }
  expect(await granted({ read: ['../shared'] }, undefined, host)).toMatchObject({
    read: [join(root, 'shared')],
    write: [],
  })
})

test('a policy with links grants where they lead', async () => {
  const host = { read: [join(root, 'alias')], write: [] }
  expect(await granted({ read: ['src'] }, undefined, host)).toMatchObject({ read: [join(root, 'work/src')] })
})

test.each<[string, Permissions, string]>([
  ['an absolute path outside', { read: ['src', '/etc/passwd'] }, 'permissions.read[1]'],
  ['the parent of what is granted', { read: ['..'] }, 'permissions.read[0]'],
  ['the root', { read: ['/'] }, 'permissions.read[0]'],
  ['a way out by dots', { read: ['src/../../outside'] }, 'permissions.read[0]'],
  ['a way out by a link', { read: ['link-out'] }, 'permissions.read[0]'],
  ['a neighbour whose name only begins alike', { write: ['src-2'] }, 'permissions.write[0]'],
  ['to write what may only be read', { write: ['src', '.'] }, 'permissions.write[1]'],
  ['what is denied', { read: ['secret'] }, 'permissions.read[0]'],
  ['what is below that', { read: ['src', 'secret/deep'] }, 'permissions.read[1]'],
  ['a path that is not there', { write: ['src/new'] }, 'permissions.write[0]'],
  ['a variable that is not granted', { env: ['LANG', 'HOME'] }, 'permissions.env[1]'],
  ['one that loads code, though it is granted', { env: ['LD_PRELOAD'] }, 'permissions.env[0]'],
  ['more memory', { limits: { memoryBytes: 1001 } }, 'permissions.limits.memoryBytes'],
  ['a larger share', { limits: { processes: 1, cpuShare: 0.51 } }, 'permissions.limits.cpuShare'],
])('to ask for %s is refused by its field', async (_name, permissions, field) => {
  await expect(granted(permissions)).rejects.toMatchObject({
    code: 'RT_PERMISSION_DENIED',
    message: expect.stringContaining(`${field}: asks for`),
    details: { field, wanted: expect.anything(), granted: expect.anything() },
  })
})

test('the refused paths exist, and would be granted if names were only compared', async () => {
  // Each is inside by its text, or is there to be reached: what refuses it is the rule.
  expect(resolve(root, 'work/link-out').startsWith(`${root}/work/`)).toBe(true)
  expect(realpathSync(join(root, 'work/link-out'))).toBe(join(root, 'outside'))
  expect(join(root, 'work/src-2').startsWith(join(root, 'work/src'))).toBe(true)
  expect(await granted({ read: ['secret'] }, undefined, { deny: [] })).toMatchObject({
    read: [join(root, 'work/secret')],
  })
})

test('a level stronger than the policy has is refused', async () => {
  await expect(granted({}, 'process', { level: 'thread' })).rejects.toMatchObject({
    code: 'RT_PERMISSION_DENIED',
    details: { field: 'level', wanted: 'process', granted: 'thread' },
  })
})

test('a policy that grants what is not there is the fault of the policy', async () => {
  await expect(granted({}, undefined, { read: ['.', 'nowhere'] })).rejects.toMatchObject({
    code: 'RT_INVALID_OPTION',
    details: { option: 'policy.read[1]' },
  })
})

test.each([
  'LD_PRELOAD LD_LIBRARY_PATH LD_AUDIT NODE_OPTIONS NODE_PATH NODE_V8_COVERAGE BASH_ENV ENV PROMPT_COMMAND IFS',
  'PYTHONSTARTUP PYTHONPATH PERL5OPT PERL5LIB RUBYOPT JAVA_TOOL_OPTIONS GIT_SSH_COMMAND RUNTIMO_BOUNDARY',
])('names that load code are known: %s', (names) => {
  expect(names.split(' ').filter((name) => !loadsCode(name))).toEqual([])
})

test('ordinary names are no such', () => {
  expect(
    ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TZ', 'NODE_ENV', 'API_TOKEN', 'ENVIRONMENT'].filter(loadsCode),
  ).toEqual([])
})
