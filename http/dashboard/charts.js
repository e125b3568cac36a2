/** Lines over the last minutes, as SVG. The number that a line ends at always stands beside it as text. */
import { make, makeSvg, setAttribute, setText } from './dom.js';
import { clock } from './format.js';

const gap = 3500; // Milliseconds without a sample, over which no line is drawn.

/** The value at the top: 1, 2 or 5 with zeros, so that a line doesn't jump with every new value. */
export function topOf(values, { least = 0, unit = 1 } = {}) {
  const most = Math.max(least, ...values) / unit;
  if (most <= 0) return unit;
  const power = 10 ** Math.floor(Math.log10(most));
  return unit * [1, 2, 5, 10].map((step) => step * power).find((top) => top >= most);
}

/** How long a time a chart shows, in milliseconds: less at first, so that there is something to see. */
function spanOf(series, seconds) {
  const age = series.times.at(-1) - series.times[0];
  return Math.min(1000 * seconds, Math.max(200 * seconds, age));
}

/** Where the points of a series are in a picture of `width` × `height`; the newest is at the right. */
function pointsOf(series, { width, height, span, top }) {
  const newest = series.times.at(-1);
  return series.times.map((at, index) => ({
    at, x: width * (1 - (newest - at) / span), y: height - 1 - (height - 2) * (series.values[index] / top),
  }));
}

function linesOf(points) {
  const runs = [];
  for (const point of points) {
    const last = runs.at(-1)?.at(-1);
    if (last && point.at - last.at <= gap) runs.at(-1).push(point);
    else runs.push([point]);
  }
  return runs.filter((run) => run.length > 1);
}

const at = ({ x, y }) => `${x.toFixed(1)} ${y.toFixed(1)}`;
const lineOf = (run) => `M${run.map(at).join('L')}`;
const areaOf = (run, height) =>
  `${lineOf(run)}L${run.at(-1).x.toFixed(1)} ${height}L${run[0].x.toFixed(1)} ${height}Z`;

/**
 * @param {object} how `seconds` at most; `least` that the top stands for; `unit` that it is a round number of
 * @returns `element`, and `draw(series)`
 */
export function makeSparkline({ width = 96, height = 22, seconds = 120, ...scale } = {}) {
  const area = makeSvg('path', { class: 'chart-area' });
  const line = makeSvg('path', { class: 'chart-line' });
  const element = makeSvg('svg', {
    class: 'sparkline', viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: 'none', 'aria-hidden': 'true',
  }, area, line);
  return {
    element,
    draw(series) {
      if (!series || series.times.length === 0) return;
      const top = topOf(series.values, scale);
      const runs = linesOf(pointsOf(series, { width, height, span: spanOf(series, seconds), top }));
      setAttribute(line, 'd', runs.map(lineOf).join(''));
      setAttribute(area, 'd', runs.map((run) => areaOf(run, height)).join(''));
    },
  };
}

/** The index of the point that is nearest to a place between the left end, 0, and the right, 1. */
function nearest(series, place, span) {
  const wanted = series.times.at(-1) - (1 - place) * span;
  let best = 0;
  series.times.forEach((time, index) => {
    if (Math.abs(time - wanted) < Math.abs(series.times[best] - wanted)) best = index;
  });
  return best;
}

/**
 * A larger chart that tells the value under the pointer.
 * @param {function} format makes a text of a value
 * @param {function} describe the text below while nothing is pointed at, of the series and its seconds
 */
export function makeChart({ format, describe, seconds = 300, ...scale }) {
  const spark = makeSparkline({ width: 300, height: 56, seconds, ...scale });
  const mark = make('div', { class: 'chart-mark', hidden: true });
  const top = make('div', { class: 'chart-top', 'aria-hidden': 'true' });
  const foot = make('div', { class: 'chart-foot' });
  const plot = make('div', { class: 'chart-plot' }, spark.element, mark);
  let shown = null;
  let place = null;

  function tell() {
    if (!shown || shown.times.length === 0) return;
    mark.hidden = place === null;
    const span = spanOf(shown, seconds);
    if (place === null) return setText(foot, describe(shown, span / 1000));
    const found = nearest(shown, place, span);
    const left = 1 - (shown.times.at(-1) - shown.times[found]) / span;
    mark.style.left = `${(100 * left).toFixed(2)}%`;
    setText(foot, `${clock(new Date(shown.times[found]))}  ${format(shown.values[found])}`);
  }

  plot.addEventListener('pointermove', (event) => {
    const box = plot.getBoundingClientRect();
    place = (event.clientX - box.left) / box.width;
    tell();
  });
  plot.addEventListener('pointerleave', () => {
    place = null;
    tell();
  });
  return {
    element: make('div', { class: 'chart' }, top, plot, foot),
    draw(series) {
      if (!series || series.times.length === 0) return;
      shown = series;
      setText(top, format(topOf(series.values, scale)).replace(/[.]0+(?=[^0-9]|$)/, ''));
      spark.draw(series);
      tell();
    },
  };
}

export const stageNames = ['parse', 'queue', 'logic', 'database', 'upstream', 'serialise'];

/**
 * The time of a route's stages, in microseconds of its average request: a stage that not every request
 * has counts for as much as it adds to the average.
 */
export function stagesOf(route) {
  return stageNames.map((name) => {
    const stage = route.stages?.[name];
    const time = stage && route.count > 0 ? (stage.mean_us * stage.count) / route.count : 0;
    return { name, time: Number.isFinite(time) ? time : 0 };
  });
}

/** @returns `element`, `draw(route, describe)`; `describe` makes the text for who can't see the bar */
export function makeStageBar() {
  const parts = stageNames.map((name) => make('span', { class: `stage stage-${name}` }));
  const element = make('div', { class: 'stage-bar', role: 'img' }, parts);
  return {
    element,
    draw(route, describe) {
      const stages = stagesOf(route);
      const all = stages.reduce((sum, { time }) => sum + time, 0);
      stages.forEach(({ time }, index) => { parts[index].style.flexGrow = all > 0 ? ((1000 * time) / all).toFixed(1) : '0'; });
      setAttribute(element, 'aria-label', describe(stages));
      setAttribute(element, 'title', describe(stages));
    },
  };
}

/** A share of something, 0 to 100, as a bar; its number stands beside it. */
export function makeMeter() {
  const inside = make('span', { class: 'meter-fill' });
  return {
    element: make('div', { class: 'meter', 'aria-hidden': 'true' }, inside),
    draw(value) {
      inside.style.width = `${Math.max(0, Math.min(100, value)).toFixed(1)}%`;
      inside.classList.toggle('is-high', value >= 90);
    },
  };
}
