"""What is amiss in a form, in a real browser: where the focus is, where the links lead."""

import pytest
from chromium import TIMEOUT
from playwright.sync_api import Browser


@pytest.mark.parametrize("scripted", [True, False], ids=["with script", "without script"])
def test_the_focus_is_on_the_summary_and_a_link_leads_to_the_field(
    browser: Browser, site: str, *, scripted: bool
) -> None:
    context = browser.new_context(java_script_enabled=scripted, locale="fr-FR")
    context.set_default_timeout(TIMEOUT)
    page = context.new_page()
    if scripted:  # where a code is typed, the device itself holds up what cannot be right
        field = "field-happening"
        page.goto(f"{site}/fr/commencer/")
        page.evaluate("document.querySelector('form[data-step]').submit()")
    else:
        field = "number"
        page.goto(f"{site}/fr/revenir/")
        for box in ("#number", "#words"):
            page.fill(box, "x")
        page.get_by_role("button", name="Ouvrir").click()
    summary = page.get_by_role("alert")
    summary.wait_for()
    assert page.title().startswith("Erreur\u00a0: ")
    assert summary.evaluate("node => node === document.activeElement")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.url.endswith(f"#{field}") is not scripted
    if scripted:
        assert page.evaluate("document.activeElement.id") == field
        assert page.locator(f"#{field}").evaluate("node => node.getBoundingClientRect().top >= 0")
    else:
        # The browser goes there by itself: the next Tab is on what stands there.
        assert page.locator(f"#{field}").evaluate("node => node.matches(':target')")
    context.close()
