// Going about with nothing but Tab: where the focus is, that it can be seen, and that it is on the screen.
import { expect } from '@playwright/test';

const TABS_MAX = 90;

/** Presses Tab until the focus is on what is named so, or on what fits the selector, and looks at the focus on the way. */
export async function tabTo(page, wanted, { css = false } = {}) {
  for (let i = 0; i < TABS_MAX; i++) {
    await page.keyboard.press('Tab');
    const at = await page.evaluate((selector) => {
      const it = document.activeElement;
      if (!it || it === document.body) return null;
      const label = it.labels && it.labels[0];
      // A choice is drawn by its box, or by the label beside it.
      const drawn = [it, ...(it.type === 'radio' || it.type === 'checkbox' ? [label] : [])].filter((one) => one.getBoundingClientRect().width > 8);
      const outlined = (one) => {
        const style = getComputedStyle(one);
        return (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== 'none';
      };
      const inSight = ({ width, height, top, bottom, left, right }) => width > 0 && height > 0 && bottom > 0 && top < innerHeight && right > 0 && left < innerWidth;
      return {
        name: (it.getAttribute('aria-label') || (label && label.textContent) || it.textContent || it.value || '').trim(),
        hit: Boolean(selector) && it.matches(selector),
        visible: drawn.some(outlined),
        onScreen: drawn.some((one) => outlined(one) && inSight(one.getBoundingClientRect())),
      };
    }, css ? wanted : null);
    if (!at) continue;
    expect(at.visible, `the focus on “${at.name}” can be seen`).toBe(true);
    expect(at.onScreen, `“${at.name}” is on the screen while it has the focus`).toBe(true);
    if (css ? at.hit : wanted instanceof RegExp ? wanted.test(at.name) : at.name === wanted) return;
  }
  throw new Error(`${TABS_MAX} tabs and no “${wanted}” on ${page.url()}`);
}
