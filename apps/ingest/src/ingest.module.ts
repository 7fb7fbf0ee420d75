import { Module } from '@nestjs/common';
import { EventsController } from './events.controller.js';
import { INGEST, OpenIngest } from './open-ingest.js';

@Module({ controllers: [EventsController], providers: [{ provide: INGEST, useClass: OpenIngest }] })
export class IngestModule {}
