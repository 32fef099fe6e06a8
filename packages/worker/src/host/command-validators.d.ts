import type { ValidateFunction } from 'ajv'

export declare const ShellExec: ValidateFunction
