import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bundle, loaded, packageOf } from '../../tools/bundle.ts'
import { fixture, temporaryDirectory } from '../support/supervisor.ts'

// Where the user of a job may look: the suite's own folder for such things is closed.
const root = mkdtempSync('/var/tmp/runtimo-test-')
const modules = join(root, 'node_modules')
const supervisor = join(modules, '@runtimo/supervisor')

// The packages as they are published, in a folder that has nothing else but what they say that they load.
beforeAll(async () => {
  chmodSync(root, 0o755)
  for (const name of ['capabilities', 'worker', 'supervisor'] as const) {
    const target = join(modules, '@runtimo', name)
    mkdirSync(target, { recursive: true })
    const text = readFileSync(join(packageOf(name), 'package.json'), 'utf8')
    const { publishConfig, ...manifest } = JSON.parse(text)
    writeFileSync(join(target, 'package.json'), JSON.stringify({ ...manifest, ...publishConfig }))
  }
  cpSync(join(packageOf('supervisor'), 'bin'), join(supervisor, 'bin'), { recursive: true })
  for (const name of loaded) {
    mkdirSync(dirname(join(modules, name)), { recursive: true })
    symlinkSync(join(packageOf('supervisor'), 'node_modules', name), join(modules, name))
  }
  await bundle((name) => join(modules, '@runtimo', name, 'dist'))
})

afterAll(() => rmSync(root, { recursive: true, force: true }))

function runtimo(...args: readonly string[]): { status: number | null; stdout: string; stderr: string } {
  const state = temporaryDirectory()
  const cwd = temporaryDirectory()
  writeFileSync(join(cwd, 'file'), 'text')
  return spawnSync(process.execPath, [join(supervisor, 'bin/runtimo.js'), ...args], {
    env: {
      PATH: process.env['PATH'],
      RUNTIMO_WAL_PATH: join(state, 'wal.jsonl'),
      RUNTIMO_GUARDS_MAX_ZOMBIES: '1000000',
      XDG_CONFIG_HOME: state,
      XDG_CACHE_HOME: state,
    },
    cwd,
    encoding: 'utf8',
  })
}

test.for([
  ['ShellExec', '{"cmd":"echo built"}', ['--level', 'sandbox'], { stdout: 'built\n' }],
  ['FileRead', '{"path":"file"}', [], { content: 'text' }],
  ['Misbehave', '{"how":"ok"}', ['--from', fixture('misbehave.mjs'), '--level', 'sandbox'], { answer: 42 }],
  ['Misbehave', '{"how":"ok"}', ['--from', fixture('misbehave.mjs'), '--level', 'thread'], { answer: 42 }],
] as const)('what is published runs %s %s %o', ([capability, args, flags, data]) => {
  const { stdout, stderr } = runtimo(
    'run',
    '-c',
    capability,
    '-a',
    args,
    ...flags,
    '--no-pressure-guard',
    '--json',
  )
  expect(stderr).toBe('')
  const { error, output }: Readonly<Record<string, unknown>> = JSON.parse(stdout)
  expect(error).toBeUndefined()
  expect(output).toMatchObject({ success: true, data })
})

test.for([
  ['--help'],
  ['list'],
  ['doctor', '--json'],
  ['config', 'show'],
  ['explain', '-c', 'ShellExec', '-a', '{"cmd":"true"}', '--tape'],
])('what is published knows: %o', (args) => {
  const { status, stdout, stderr } = runtimo(...args)
  expect(stderr).toBe('')
  expect(stdout).not.toBe('')
  expect([0, 1]).toContain(status)
})
