import { Module } from '@nestjs/common';
import { AccessController } from './access/access.controller.js';
import { LinksController } from './access/links.controller.js';
import { PeopleController } from './access/people.controller.js';
import { SessionController } from './access/session.controller.js';
import { ChannelsController } from './alerts/channels.controller.js';
import { DeliveriesController } from './alerts/deliveries.controller.js';
import { IncidentsController } from './alerts/incidents.controller.js';
import { MonitorsController } from './alerts/monitors.controller.js';
import { MonitorsCodeController } from './alerts/monitorsCode.controller.js';
import { BatchController } from './batch.controller.js';
import { ExportsController } from './exports/exports.controller.js';
import { KeptAnswers } from './kept.js';
import { LateController } from './late/late.controller.js';
import { ContractController } from './models/contract.controller.js';
import { ModelsController } from './models/models.controller.js';
import { RetentionController } from './models/retention.controller.js';
import { CompareController } from './questions/compare.controller.js';
import { CurvesController } from './questions/curves.controller.js';
import { ExploreController } from './questions/explore.controller.js';
import { QuestionsController } from './questions/questions.controller.js';
import { ReviewsController } from './reviews/reviews.controller.js';
import { AttributionController } from './slices/attribution.controller.js';
import { SlicesController } from './slices/slices.controller.js';
import { StreamController } from './stream.controller.js';
import { ViewsController } from './views/views.controller.js';

@Module({
  providers: [KeptAnswers],
  controllers: [
    ModelsController,
    ContractController,
    RetentionController,
    QuestionsController,
    CurvesController,
    CompareController,
    ExploreController,
    ExportsController,
    ReviewsController,
    LateController,
    MonitorsCodeController,
    MonitorsController,
    IncidentsController,
    ChannelsController,
    DeliveriesController,
    AccessController,
    PeopleController,
    SessionController,
    LinksController,
    AttributionController,
    SlicesController,
    StreamController,
    ViewsController,
    BatchController,
  ],
})
export class ApiModule {}
