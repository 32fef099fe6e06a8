import { expect, test } from 'vitest'
import { arena, judge, Unconfined } from '../support/attack.ts'
import { findOwnLeftovers } from '../support/leaks.ts'
for (const i of [1,2,3]) test('x'+i, async () => {
  console.log(findOwnLeftovers())
  const c = Unconfined.shell('id; (sleep 100 &) ; exit 3', {isJobUser:true})
  console.log(await c.ended)
  const s = arena()
  const r = await s.run('ShellExec', {cmd:'id'})
  await judge(s, r, {outcome:'completed', spawned:['sh','id']})
})
test('y', () => console.log(findOwnLeftovers()))
