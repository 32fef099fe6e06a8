import type { Json } from '@runtimo/capabilities'
import { checkArguments } from '../guards/arguments.ts'
import type { Job } from './job.ts'

/**
 * Step 4: the arguments as plain data of our own, which the caller cannot change any more.
 * @throws RT_ARGS_TOO_LARGE, RT_ARGS_NOT_JSON
 */
export function guardArguments(job: Job): Json {
  return JSON.parse(checkArguments(job.args))
}
