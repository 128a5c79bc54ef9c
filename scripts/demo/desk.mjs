// @ts-check
/** @import { Api, Live } from './client.mjs' */
/** @import { Story } from './story.mjs' */

/** What every part of the demo works with. */
export class Desk {
  /** Whether Redis was away at any time: then live messages may be missing. */
  disturbed = false;

  /**
   * @param {object} parts
   * @param {Api} parts.api signed in as a new trader
   * @param {Api | undefined} parts.admin signed in as an admin, when a login was given
   * @param {Live} parts.live socket of the trader
   * @param {Story} parts.story
   * @param {string} parts.symbol what is traded
   */
  constructor({ api, admin, live, story, symbol }) {
    this.api = api;
    this.admin = admin;
    this.live = live;
    this.story = story;
    this.symbol = symbol;
  }

  /**
   * What needs a job to run or a live message to arrive. Both go through Redis where one is configured: while
   * it is away this part is left out, and what was asked for is done when it is back.
   * @param {string} what is waited for, for the story @param {() => Promise<unknown>} part
   */
  async withJobs(what, part) {
    if (!(await this.#redisIsAway())) {
      try {
        await part();
        return;
      } catch (error) {
        if (!(await this.#redisIsAway())) throw error;
      }
    }
    this.disturbed = true;
    this.story.tell('later', `Redis is away: ${what} follows when it is back`);
  }

  async #redisIsAway() {
    /** @type {{ info: { redis: { degraded?: boolean } } }} */
    const { info } = await this.api.get('/health/ready');
    return info.redis.degraded === true;
  }
}
