import { CustomChart } from 'echarts/charts';
import { GridComponent, TooltipComponent } from 'echarts/components';
import { connect, init, use } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';

// Only what the charts draw with; this file is its own chunk, loaded when the first chart is on screen.
use([CustomChart, GridComponent, TooltipComponent, CanvasRenderer]);

export type { ECharts } from 'echarts/core';
/** Charts over time share the time under the pointer with the others of their page. */
export const TIME = 'time';
connect(TIME);

export { init };
