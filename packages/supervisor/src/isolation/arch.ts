import process from 'node:process'
import type { Arch } from '@runtimo/worker'
import { refusal } from './requirement.ts'

/** @throws RT_POSTURE_UNAVAILABLE */
export function arch(): Arch {
  const { arch: found } = process
  if (found === 'x64' || found === 'arm64') return found
  const cause = `the processor is ${found}, and there is a launcher for x64 and arm64`
  throw refusal([{ field: 'level', wanted: 'sandbox', cause, cure: 'use one of these' }])
}
