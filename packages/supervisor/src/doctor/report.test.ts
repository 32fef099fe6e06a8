import { expect, test } from 'vitest'
import { type Check, has, lacks, type Need } from './check.ts'
import { toReport } from './report.ts'

function missing(neededFor: Need): Check {
  return lacks({ ability: neededFor, field: 'level', neededFor }, '', [{ cause: 'none', cure: 'none' }])
}

const there = has({ ability: 'kernel', field: 'level', neededFor: 'sandbox' }, 'Linux 6.8')

test('a machine without namespaces has level process, if that will do', () => {
  expect(toReport([there, missing('sandbox')])).toMatchObject({
    defaultLevel: 'process',
    levels: { sandbox: { have: false, missing: ['sandbox'] }, process: { have: true, missing: [] } },
    ok: false,
  })
})

test('what level process needs, level sandbox needs, too', () => {
  expect(toReport([missing('process')])).toMatchObject({
    defaultLevel: 'refused',
    levels: { sandbox: { have: false, missing: ['process'] } },
    ok: false,
  })
})

test('without ceilings there is a sandbox that does not keep all that it promises', () => {
  expect(toReport([there, missing('limits')])).toMatchObject({ defaultLevel: 'sandbox', ok: false })
})

test('who was started is known less exactly, and nothing else is lost', () => {
  const report = toReport([there, missing('attribution'), missing('convenience')])
  expect(report).toMatchObject({ defaultLevel: 'sandbox', ok: true })
})
