import { levels } from '@runtimo/capabilities'
import { expect, test } from 'vitest'
import { supervisorOptionCheck } from '../options/supervisor-options.ts'
import { loadConfig } from './load.ts'
import { type SettingKey, settingKeys, settings, type Values, variableOf } from './settings.ts'
import { toSupervisorOptions } from './supervisor-options.ts'

/** A text that is a good value of any setting of the kind, and is no preset. */
function textOf(key: SettingKey): string {
  const entry = settings[key]
  if (entry.kind === 'choice') return entry.names.findLast((name) => name !== entry.preset) ?? ''
  if (entry.kind === 'count' || entry.kind === 'amount') return String(entry.max ?? 5_000_000)
  if (entry.kind === 'flag') return String(entry.preset !== true)
  return entry.kind === 'variables' ? 'SOME_NAME' : '/some/where'
}

/** What `run` and `undo` take for themselves. */
const ofRuns = new Set(['jobs.timeout_secs', 'jobs.wait_secs'])

test.each(settingKeys.filter((key) => !ofRuns.has(key)))('%s reaches the supervisor', async (key) => {
  const { values } = await loadConfig({ env: { HOME: '' } })
  const told = await loadConfig({ env: { HOME: '', [variableOf(key)]: textOf(key) } })
  const options = toSupervisorOptions(told)
  expect(options).not.toEqual(toSupervisorOptions({ values }))
  expect(() => supervisorOptionCheck().check(options)).not.toThrow()
})

test('what is in force when nobody says is good for a supervisor', async () => {
  const options = toSupervisorOptions(await loadConfig({ env: { HOME: '' } }))
  expect(() => supervisorOptionCheck().check(options)).not.toThrow()
  expect(options).toMatchObject({
    sessionsDir: `/tmp/runtimo-${process.geteuid?.()}/sessions`,
    policy: { fallback: 'refuse' },
  })
})

test('the levels of the table are those of jobs', () => {
  const level: Values['jobs.level'] = levels[0]
  expect(settings['jobs.level']).toMatchObject({ names: [...levels] })
  expect(levels).toContain(level)
})
