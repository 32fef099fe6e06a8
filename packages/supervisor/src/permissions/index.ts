export { loadsCode } from './code-loading-names.ts'
export { intersect } from './intersect.ts'
export type { EffectivePermissions, HostPolicy } from './policy.ts'
