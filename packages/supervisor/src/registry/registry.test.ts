import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { folderOf } from './folder-fixture.ts'

const module = fileURLToPath(new URL('registry.ts', import.meta.url))
const program = `import { CapabilityRegistry } from ${JSON.stringify(module)}
const { source } = await new CapabilityRegistry().open('Greet', process.argv[1])
console.log(source.path)`

function openIn(cwd: string, from: string): string {
  const args = ['--conditions=runtimo-source', '--input-type=module', '--eval', program, from]
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd, encoding: 'utf8' })
  return stdout.trim() + stderr
}

test('a package and a file are found from the directory of who calls, not from where we are', () => {
  const base = folderOf({
    'node_modules/greeter/package.json': '{"main":"main.mjs"}',
    'node_modules/greeter/main.mjs': '',
    'below/greet.mjs': '',
  })
  const below = join(base, 'below')
  expect(openIn(below, 'greeter')).toBe(join(base, 'node_modules/greeter/main.mjs'))
  expect(openIn(below, 'greet.mjs')).toBe(join(below, 'greet.mjs'))
  expect(openIn(base, 'vitest')).toContain('RT_LOAD_FAILED')
})
