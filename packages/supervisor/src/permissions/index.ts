export { intersect } from './intersect.ts'
export type { EffectivePermissions, HostPolicy } from './policy.ts'
