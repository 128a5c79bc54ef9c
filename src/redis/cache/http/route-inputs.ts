import type { Type } from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/internal';

interface SchemaResult {
  readonly issues?: readonly unknown[] | undefined;
  readonly value?: unknown;
}

/** The part of Standard Schema that is needed here. */
interface Schema {
  readonly '~standard': {
    validate(value: unknown): SchemaResult | Promise<SchemaResult>;
  };
}

/** One decorated parameter of a handler, as Nest writes it down. */
interface RouteArgument {
  readonly index: number;
  readonly data?: unknown;
  readonly schema?: Schema;
}

/** What a handler takes from the address of a request. */
export interface RouteInput {
  readonly from: 'params' | 'query';
  /** The one that is taken; undefined: all of them. */
  readonly name: string | undefined;
  readonly schema: Schema | undefined;
}

/** What is needed of a request. */
export interface AddressedRequest {
  readonly params: unknown;
  readonly query: unknown;
}

type Values = Readonly<Record<string, unknown>>;

/**
 * What a handler takes in, from its decorated parameters: an answer can be named by that, and by nothing else.
 * @param mayKnowCaller whether it may take what a decorator of one's own gives it, such as the caller
 * @throws Error that says which parameter an answer could depend on without its name telling
 */
export function routeInputsOf(
  controller: Type,
  method: string,
  mayKnowCaller: boolean,
): readonly RouteInput[] {
  const declared = (Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, method) ?? {}) as Readonly<
    Record<string, RouteArgument>
  >;
  return Object.entries(declared)
    .sort(([, one], [, other]) => one.index - other.index)
    .flatMap(([kind, argument]) => inputOf(kind, argument, mayKnowCaller));
}

function inputOf(
  kind: string,
  { index, data, schema }: RouteArgument,
  mayKnowCaller: boolean,
): RouteInput[] {
  const type: RouteParamtypes = Number(kind.split(':', 1)[0]);
  const name = typeof data === 'string' ? data : undefined;
  if (type === RouteParamtypes.PARAM) return [{ from: 'params', name, schema }];
  if (type === RouteParamtypes.QUERY) {
    if (name !== undefined || schema !== undefined) return [{ from: 'query', name, schema }];
    throw new Error(`parameter ${index} takes any query: give it a schema or a name`);
  }
  if (Number.isNaN(type) && mayKnowCaller) return [];
  throw new Error(`parameter ${index} takes what the key does not tell apart`);
}

/**
 * The values as the handler will see them: checked by its schemas, with their defaults. What no schema asks for is not
 * among them, so that nobody can fill a cache with answers to `?x=1`, `?x=2`.
 * @returns a group per input; undefined when a schema refuses: the handler's own check will say so.
 */
export async function readInputs(
  inputs: readonly RouteInput[],
  request: AddressedRequest,
): Promise<readonly Values[] | undefined> {
  const groups: Values[] = [];
  for (const { from, name, schema } of inputs) {
    const all = (request[from] ?? {}) as Values;
    const raw = name === undefined ? all : all[name];
    const result = schema ? await schema['~standard'].validate(raw) : { value: raw };
    if (result.issues) return undefined;
    groups.push(groupOf(name, result.value));
  }
  return groups;
}

function groupOf(name: string | undefined, value: unknown): Values {
  if (name !== undefined) return { [name]: value };
  const isRecord = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isRecord ? (value as Values) : { value };
}
