// One line of JSON a figure, as all benches of this project print them.
export const say = (bench, value, unit, limit, better = 'lower') =>
  console.log(JSON.stringify({ bench, value: Math.round(value * 100) / 100, unit, better, limit, limit_share: Math.round((better === 'lower' ? value / limit : limit / Math.max(value, 1e-9)) * 1000) / 1000 }));

/** The value that `share` of all do not exceed. */
export const at = (values, share) => values.slice().sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))];
