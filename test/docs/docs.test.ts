import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { errorsPage, errorsPagePath } from '../../tools/errors-page.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

test('docs/errors.md is what the catalogue says', () => {
  expect(readFileSync(errorsPagePath, 'utf8')).toBe(errorsPage())
})

test('every link of the documents leads to a file', () => {
  const pages = [
    'README.md',
    'CONTRIBUTING.md',
    'CHANGELOG.md',
    ...readdirSync(join(root, 'docs'), { recursive: true }).map((page) => join('docs', String(page))),
  ]
  for (const page of pages.filter((name) => name.endsWith('.md'))) {
    const links = readFileSync(join(root, page), 'utf8').matchAll(/\]\((?!https?:)([^)#]+)\)/gu)
    for (const [, link = ''] of links) {
      expect({ page, link, exists: existsSync(join(root, dirname(page), link)) }).toEqual({
        page,
        link,
        exists: true,
      })
    }
  }
})

test('every dependency has its line', () => {
  const page = readFileSync(join(root, 'docs/dependencies.md'), 'utf8')
  for (const folder of ['.', 'packages/capabilities', 'packages/worker', 'packages/supervisor']) {
    const manifest: Record<string, Record<string, string> | undefined> = JSON.parse(
      readFileSync(join(root, folder, 'package.json'), 'utf8'),
    )
    for (const kind of ['dependencies', 'devDependencies', 'optionalDependencies']) {
      for (const name of Object.keys(manifest[kind] ?? {})) {
        const isNamed = name.startsWith('@runtimo/') || name.startsWith('@types/') || page.includes(name)
        expect({ name, isNamed }).toEqual({ name, isNamed: true })
      }
    }
  }
})

test('no source file is longer than 250 lines', () => {
  const files = readdirSync(join(root, 'packages'), { recursive: true })
    .map(String)
    .filter((name) => /\/src\/.*\.ts$/u.test(name) && !name.includes('node_modules'))
  const long = files.filter(
    (name) => readFileSync(join(root, 'packages', name), 'utf8').split('\n').length > 251,
  )
  expect(files.length).toBeGreaterThan(100)
  expect(long).toEqual([])
})
