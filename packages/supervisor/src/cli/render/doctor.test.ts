import { expect, test } from 'vitest'
import { has, lacks, type Need } from '../../doctor/check.ts'
import { toReport } from '../../doctor/report.ts'
import { renderDoctor } from './doctor.ts'

const plain = (_: string, text: string): string => text
const subject = (ability: string, neededFor: Need): { ability: string; field: string; neededFor: Need } => ({
  ability,
  field: 'level',
  neededFor,
})
const kernel = has(subject('kernel', 'sandbox'), 'Linux 6.8')

test('the table is followed by cause and cure of what is missing, and by what comes of it', () => {
  const landlock = lacks(subject('landlock', 'process'), 'ABI 0', [
    { cause: 'turned off', cure: 'turn it on' },
  ])
  expect(renderDoctor(toReport([kernel, landlock]), plain)).toBe(`ABILITY   HAVE  NEEDED FOR  FOUND
kernel    yes   sandbox     Linux 6.8
landlock  no    process     ABI 0

landlock
  cause  turned off
  cure   turn it on

✖ jobs are refused: neither level sandbox nor level process can be had
`)
})

test('a sandbox without its ceilings is told as that', () => {
  const memory = lacks(subject('memory_ceiling', 'limits'), '', [{ cause: 'none', cure: 'none' }])
  expect(renderDoctor(toReport([kernel, memory]), plain)).toMatch(
    /✖ jobs run at level sandbox, without memory_ceiling\n$/u,
  )
  expect(renderDoctor(toReport([kernel]), plain)).toMatch(/✔ jobs run at level sandbox, with everything/u)
})

test('what the machine says cannot steer the terminal', () => {
  const evil = lacks(subject('launcher', 'process'), '\u001B[2J', [
    { cause: '\u001B]0;x\u0007', cure: '\u202E' },
  ])
  const shown = renderDoctor(toReport([evil]), plain)
  for (const character of ['\u001B', '\u0007', '\u202E']) expect(shown).not.toContain(character)
})
