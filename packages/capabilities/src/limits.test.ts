import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { limitCatalogue, limitsSchema } from './limits.ts'

test('docs/capabilities.md says of each limit what the catalogue says', () => {
  const page = readFileSync(new URL('../../../docs/capabilities.md', import.meta.url), 'utf8')
  const rows = page.split('\n').map((line) => line.replaceAll(/ +/gu, ' ').trim())
  const expected = Object.entries(limitCatalogue).map(
    ([key, { name, unit, minimum, description }]) =>
      `| \`${key}\` | \`${name}\` | ${unit} | ${minimum} | ${description} |`,
  )
  expect(rows.filter((row) => expected.includes(row))).toEqual(expected)
})

test('each limit has its place in the schema, and nothing else has', () => {
  expect(limitsSchema).toMatchObject({
    additionalProperties: false,
    properties: {
      cpuShare: { type: 'number', minimum: 0.01 },
      processes: { type: 'integer', minimum: 1 },
      timeoutMs: { type: 'integer', minimum: 1, maximum: 86_400_000 },
    },
  })
  expect(Object.keys(Object(limitsSchema['properties']))).toEqual(Object.keys(limitCatalogue))
})
