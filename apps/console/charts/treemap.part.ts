import { TreemapChart } from 'echarts/charts';
import { use } from 'echarts/core';

// A chunk of its own: only pages that draw a treemap load it.
use([TreemapChart]);
