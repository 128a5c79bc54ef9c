// @ts-check
/** The least that Nest can be on the same adapter: one module, one route. */
import 'reflect-metadata';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';

class HelloController {
  hello() {
    return { hello: 'world' };
  }
}
const hello = Object.getOwnPropertyDescriptor(HelloController.prototype, 'hello');
if (hello === undefined) throw new TypeError('no such method');
Get()(HelloController.prototype, 'hello', hello);
Controller()(HelloController);

class HelloModule {}
Module({ controllers: [HelloController] })(HelloModule);

const app = await NestFactory.create(HelloModule, new FastifyAdapter(), { logger: false });
await app.listen(Number(process.env['PORT']), process.env['HOST'] ?? '127.0.0.1');
