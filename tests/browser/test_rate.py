"""The learning rate page in a real browser: a click on a curve chooses optimizer and rate, and the map follows."""

import pytest

from tests.browser.test_player import until

pytestmark = pytest.mark.browser
AT = """([curve, point]) => {
  const chart = document.querySelector(".js-plotly-plot"), layout = chart._fullLayout, line = chart._fullData[curve];
  const box = chart.getBoundingClientRect(), x = layout.xaxis, y = line.yaxis === "y2" ? layout.yaxis2 : layout.yaxis;
  return [box.left + x._offset + x.d2p(line.x[point]), box.top + y._offset + y.d2p(line.y[point])];
}"""


@pytest.mark.parametrize(("curve", "point", "name"), [(3, 120, "Adam"), (4, 20, "SGD"), (6, 1, "Momentum")],
                         ids=["curve", "diverged", "star"])  # fmt: skip
def test_a_click_chooses_optimizer_and_rate(new_page, url, curve, point, name):
    """A point of a curve, of the strip of diverged rates, a star: each shows that optimizer at about that rate."""
    page = new_page(1280, 1000, reduced_motion="reduce")
    page.goto(f"{url}/rate?lang=en")
    page.locator(".js-plotly-plot .main-svg").first.wait_for()
    page.locator("[data-test-script-state=notRunning]").wait_for()
    page.wait_for_timeout(500)
    rate = page.evaluate(f"document.querySelector('.js-plotly-plot')._fullData[{curve}].x[{point}]")
    x, y = page.evaluate(AT, [curve, point])
    page.mouse.move(x, y)
    page.wait_for_timeout(300)
    page.mouse.click(x, y)
    slider = page.get_by_role("slider", name=f"{name} · lr")
    until(page, lambda: slider.count() and abs(float(slider.get_attribute("aria-valuetext")) / rate - 1) < 0.15)
