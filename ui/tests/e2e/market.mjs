// A whole market on loopback for the tests: `bourse up` in a folder of its own, ended by its process id.
import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from './harness.mjs';

const ROOT = new URL('../../../', import.meta.url).pathname;
const START_LIMIT_MS = 180_000;

export class Market {
  /** `extra`: further arguments of `bourse up`. */
  constructor(program, extra = []) {
    this.program = program;
    this.extra = extra;
    this.home = mkdtempSync(join(tmpdir(), 'bourse-ui-'));
  }

  get environment() {
    return { ...process.env, BOURSE_HOME: this.home, HOME: this.home, BOURSE_UP_SAMPLES: join(ROOT, 'samples'), BOURSE_MARKET_UI_DIR: process.env.BOURSE_UI_DIST ?? join(ROOT, 'build/ui') };
  }

  async start() {
    rmSync(join(this.home, 'up.json'), { force: true });
    const log = openSync(join(this.home, 'up.log'), 'a');
    this.up = spawn(this.program, ['up', '--ports', 'auto', ...this.extra], { env: this.environment, cwd: this.home, stdio: ['ignore', log, log] });
    await until(() => {
      if (this.up.exitCode !== null) throw new Error(`bourse up ended: ${readFileSync(join(this.home, 'up.log'), 'utf8').slice(-1500)}`);
      return existsSync(join(this.home, 'up.json'));
    }, 'up.json', START_LIMIT_MS);
    return this;
  }

  get facts() {
    return JSON.parse(readFileSync(join(this.home, 'up.json'), 'utf8'));
  }

  get url() {
    return this.facts.market_url;
  }

  account(name) {
    return this.facts.accounts.find((each) => each.name === name);
  }

  key(name) {
    return readFileSync(this.account(name).key_file, 'utf8').trim();
  }

  role(name) {
    return this.facts.roles.find((role) => role.name === name);
  }

  /** kill -9 of a role; returns once its successor runs. */
  async killRole(name) {
    const { pid } = this.role(name);
    process.kill(pid, 'SIGKILL');
    await until(() => this.role(name).pid !== pid && this.role(name).pid > 0, `a new ${name}`);
  }

  /** Runs a verb in another folder than the market's own. */
  verbIn(folder, ...parts) {
    return new Promise((resolve, reject) => {
      execFile(this.program, parts, { env: this.environment, cwd: folder, timeout: 120_000 }, (error, out, err) => (error ? reject(new Error(`bourse ${parts.join(' ')}: ${(err || out).slice(-500)}`)) : resolve(out)));
    });
  }

  verb(...parts) {
    return new Promise((resolve, reject) => {
      execFile(this.program, [...parts, '--json'], { env: this.environment, cwd: this.home, timeout: 120_000 }, (error, out, err) => {
        const line = (out || err).trim().split('\n').pop() ?? '';
        if (error) reject(new Error(`bourse ${parts.join(' ')}: ${line.slice(0, 500)}`));
        else resolve(JSON.parse(line));
      });
    });
  }

  async get(path) {
    const answer = await fetch(this.url + path);
    return answer.json();
  }

  /** An open order of a pool: one that was drained a moment ago offers again a moment later. */
  offer() {
    return until(async () => (await this.get('/v1/workerpoolorders?limit=1&app=any&dataset=any&requester=any')).items[0], 'an offer of a pool');
  }

  /** A task that came to its end: any, or one that is bought now. No test needs the deals of another. */
  async completedTask() {
    const find = async () => (await this.get('/v1/tasks?status=COMPLETE&limit=1')).items[0];
    const known = await find();
    if (known) return known;
    await this.offer();
    await this.verb('run', 'hello', '--wallet', 'requester', '--watch');
    return until(find, 'a completed task');
  }

  async stop() {
    if (this.up && this.up.exitCode === null) {
      const ended = new Promise((resolve) => this.up.on('exit', resolve));
      this.up.kill('SIGTERM');
      const timer = setTimeout(() => this.up.kill('SIGKILL'), 30_000);
      await ended;
      clearTimeout(timer);
    }
    rmSync(this.home, { recursive: true, force: true });
  }
}
