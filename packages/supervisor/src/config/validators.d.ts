import type { ValidateFunction } from 'ajv'

/** Of settings by their keys. */
export declare const settings: ValidateFunction
