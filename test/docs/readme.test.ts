import { expect, test } from 'vitest'
import { policySchema } from '../../packages/supervisor/src/options/policy-options.ts'
import { program } from '../../packages/supervisor/src/cli/program.ts'
import { temporaryDirectory, testSupervisor } from '../support/supervisor.ts'
import { read } from './pages.ts'

const readme = read('README.md')

test('every command and every option that the README names is one', () => {
  const { commands } = program()
  const known = new Set(commands.flatMap(({ options }) => options.flatMap(({ long }) => long ?? [])))
  known.add('--help').add('--test')
  const named = [...readme.matchAll(/(?<![\w-])--[a-z][a-z-]*/gu)].map(([option]) => option)
  expect(named.length).toBeGreaterThan(10)
  expect(named.filter((option) => !known.has(option))).toEqual([])
  for (const command of commands) expect(readme).toContain(`\`${command.name()}`)
})

test('the fields of a posture, of usage and of a policy are those that the README lists', async () => {
  const workingDir = temporaryDirectory()
  const { posture, usage } = await testSupervisor().run('ShellExec', { cmd: 'true' }, { workingDir })
  expect(listed(/^- `posture`.*?;$/msu)).toEqual(Object.keys(posture ?? {}).toSorted())
  expect(listed(/^- `usage`.*?;$/msu)).toEqual(Object.keys(usage).toSorted())
  const { properties } = policySchema as { readonly properties: object }
  expect(listed(/^`policy`.*?: (.*?)\./msu)).toEqual(Object.keys(properties).toSorted())
})

/** The words in backquotes of a part of the README, without its first when that names the whole. */
function listed(part: RegExp): string[] {
  const [whole = '', inner = whole] = part.exec(readme) ?? []
  const words = [...inner.matchAll(/`([a-zA-Z]+)`/gu)].map(([, word = '']) => word)
  return (inner === whole ? words.slice(1) : words).toSorted()
}
