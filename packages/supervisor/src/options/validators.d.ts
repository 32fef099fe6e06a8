import type { ValidateFunction } from 'ajv'

export declare const runOptions: ValidateFunction
export declare const supervisorOptions: ValidateFunction
