import { symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { levels } from '@runtimo/capabilities'
import { describe, expect, test } from 'vitest'
import { control, judge, siege } from '../support/attack.ts'
import { temporaryDirectory } from '../support/supervisor.ts'
import { attack, imported } from './worker.ts'

async function useLoaders(): Promise<void> {
  const loaders = imported('loaders', '', '`${result.binding} ${result.inspector}`')
  expect(await loaders.stdout).toMatch(/^object ws:\/\/127\.0\.0\.1:\d+/u)
}
const loadersGive = control('without us, who imports it gives it a debugger', useLoaders)

/** A file elsewhere, and each way to import it: by a path, by an address, and by a link in the workspace. */
function secrets(workingDir: string): readonly string[] {
  const outside = join(temporaryDirectory(), 'secret.mjs')
  writeFileSync(outside, 'export default "read"')
  symlinkSync(outside, join(workingDir, 'link.mjs'))
  return [outside, pathToFileURL(outside).href, join(workingDir, 'link.mjs')]
}

async function importAll(): Promise<void> {
  for (const url of secrets(temporaryDirectory()))
    expect(await imported('import', url, 'result').stdout).toBe('read\n')
}
const allIsImported = control('without us, it imports what it likes', importAll)

describe.each(levels)('level %s', (level) => {
  test('loaders, a debugger and flags of its own give it no more than it has (J07)', async () => {
    await loadersGive()
    const supervisor = siege()
    const result = await attack(supervisor, 'loaders', { level })
    const isRefused = /(inspector on 127\.0\.0\.1:\d+ failed: operation not permitted\s*)+/u
    await judge(supervisor, result, {
      outcome: 'completed',
      unharmed: () => {
        expect(result.output.data).toMatchObject({ inspector: 'no url' })
        expect(result.output.printed?.stderr).toMatch(isRefused)
      },
      twin: () => expect(result.output.data).toMatchObject({ execArgv: '--expose-internals' }),
    })
  })

  test('what is outside of its folder is not there to be imported (J08)', async () => {
    await allIsImported()
    const supervisor = siege()
    const workingDir = temporaryDirectory()
    const inside = join(workingDir, 'inside.mjs')
    writeFileSync(inside, 'export default "read"')
    const refused = expect.stringMatching(/^(ERR_MODULE_NOT_FOUND|EACCES)$/u)
    const options = { level, workingDir }
    const attempts = secrets(workingDir).map(async (url) => {
      const result = await attack(supervisor, 'import', options, url)
      const unharmed = (): void => expect(result.output.data).toEqual(refused)
      await judge(supervisor, result, { outcome: 'completed', unharmed })
    })
    const twin = attack(supervisor, 'import', options, inside)
    await Promise.all([...attempts, twin])
    expect((await twin).output.data).toBe('read')
    await judge(supervisor, await twin, { outcome: 'completed' })
  })
})
