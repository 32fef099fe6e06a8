import { limitKeys } from '@runtimo/capabilities'
import type { SupervisorOptions } from '../options/supervisor-options.ts'
import type { Config } from './load.ts'
import { limitSettingKey } from './limit-settings.ts'

/** The configuration as the options of a supervisor. */
export function toSupervisorOptions({ values }: Pick<Config, 'values'>): SupervisorOptions {
  const limits = limitKeys.flatMap((key) => {
    const value = values[limitSettingKey(key)]
    return value === undefined ? [] : [[key, value] as const]
  })
  return {
    walPath: values['wal.path'],
    wal: {
      segmentBytes: values['wal.segment_bytes'],
      ...defined({ maxBytes: values['wal.max_bytes'], keepDays: values['wal.keep_days'] }),
      reserveBytes: values['wal.reserve_bytes'],
      exclusive: values['wal.exclusive'],
    },
    backups: {
      dir: values['backups.dir'],
      keepDays: values['backups.keep_days'],
      maxBytes: values['backups.max_bytes'],
    },
    sessionsDir: values['sessions.dir'],
    files: defined({ roots: values['files.roots'], deny: values['files.deny'] }),
    guards: {
      pressure: values['guards.pressure'],
      cpuPercent: values['guards.cpu_percent'],
      memoryPercent: values['guards.memory_percent'],
      maxZombies: values['guards.max_zombies'],
    },
    maxConcurrentJobs: values['jobs.max_concurrent'],
    policy: defined({
      level: values['jobs.level'],
      fallback: values['policy.fallback'],
      read: values['policy.read'],
      write: values['policy.write'],
      env: values['policy.env'],
      user: values['policy.user'],
      limits: limits.length === 0 ? undefined : Object.fromEntries(limits),
    }),
    tenant: values.tenant,
    attribution: values.attribution,
  }
}

/** Without members that are undefined: the schema of options knows none. */
function defined<Members extends object>(members: Members): Members {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Members
}
