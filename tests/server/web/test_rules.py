"""Rules on the pages: chosen when an agent is linked, changed later, and laid down by whoever proves an API key."""

from datetime import time
from html import unescape

import pytest
from tests.server.web.people import KEY, Site, answer, filled

from telnyx_remote_mcp.auth.account_rules import KIND
from telnyx_remote_mcp.auth.grant import Grant
from telnyx_remote_mcp.guardrails.rules import Rules
from telnyx_remote_mcp.surface.limits import limits
from telnyx_remote_mcp.surface.owner_rules import NO_RULES, OwnerRules, QuietHours
from telnyx_remote_mcp.surface.policy import Policy
from telnyx_remote_mcp.web.linking.choice import Choice
from telnyx_tools.tool.effect import Effect

EVERYTHING = {
    "limit_messages_day": "7",
    "limit_calls_day": "",
    "limit_purchases_day": "0",
    "limit_spend_day": "30",
    "limit_messages_hour": "3",
    "calls_at_once": "2",
    "countries": "us, ca DE",
    "quiet_begins": "21:00",
    "quiet_ends": "08:30",
    "quiet_zone": "Europe/Berlin",
    "asks_destroy": "run",
    "asks_spends": "ask",
}
MEANT = OwnerRules(
    policy=Policy(effects={Effect.DESTROY: "run", Effect.SPENDS: "ask"}),
    limits=tuple(limits(["messages=3/hour", "messages=7/day", "purchases=0/day", "spend=30/day"])),
    calls_at_once=2,
    countries=("CA", "DE", "US"),
    quiet_hours=QuietHours(begins=time(21), ends=time(8, 30), zone="Europe/Berlin"),
)


async def grant_of(site: Site, grant_id: str) -> Grant:
    grant = await site.grants.get(grant_id)
    assert grant is not None
    return grant


@pytest.mark.parametrize("by", ["key", "sign_in"])
async def test_what_is_laid_down_when_an_agent_is_linked_holds_for_that_connection(site: Site, by: str) -> None:
    person = await site.browser()
    page = await person.open((await site.answers.ask()).id)
    sent = await person.submit(page, action=by, api_key=KEY, **EVERYTHING)
    back = sent if by == "key" else await person.at_telnyx(sent)
    grant = await grant_of(site, answer(back)["code"])
    assert grant.rules == MEANT
    assert await site.services.account_rules.of(grant.account) == NO_RULES


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"limit_messages_day": "many"}, "whole numbers"),
        ({"limit_spend_day": "-1"}, "whole numbers"),
        ({"calls_at_once": "10001"}, "10,000 at most"),
        ({"countries": "US, Germany"}, "GERMANY is none"),
        ({"quiet_begins": "21:00", "quiet_ends": ""}, "when they end"),
        ({"quiet_begins": "21:00", "quiet_ends": "8:00", "quiet_zone": "Mars"}, "time zone from the list"),
        ({"asks_spends": "perhaps"}, "from the lists"),
    ],
)
async def test_what_cannot_be_meant_comes_back_as_it_was_filled_in_and_links_nothing(
    site: Site, fields: dict[str, str], problem: str
) -> None:
    pending = await site.answers.ask()
    page = await (await site.browser()).link(pending.id, **fields)
    assert problem in unescape(page.text)
    for name, value in fields.items():
        assert name.startswith("asks") or filled(page.text, "/link")[name] == value
    assert await site.answers.pending(pending.id) is not None


async def test_whoever_proves_an_api_key_lays_down_rules_for_all_of_its_account(site: Site) -> None:
    person = await site.browser()
    page = await person.enter_account()
    assert "None so far" in page.text
    chosen = {"read_only": ["storage", "nonsense"], "unusual": ["night"], "recipients": ""}
    await person.submit(page, "/account/rules", **EVERYTHING, **chosen)
    rules = await site.services.account_rules.of(site.keys.principal(KEY))
    assert rules.policy.groups == {"storage": "read_only"}
    assert (rules.policy.unusual.night, rules.policy.unusual.tainted, rules.policy.unusual.recipients) == (
        True,
        False,
        False,
    )
    assert rules.model_copy(update={"policy": MEANT.policy}) == MEANT
    shown = (await person.http.get("/account")).text
    for words in (
        "7 messages a day",
        "2 calls at once",
        "only CA, DE, US",
        "asks from 21:00 to 08:30",
        "deleting runs",
    ):
        assert words in shown
    await person.submit(await person.http.get("/account"), "/account/rules")
    assert await site.services.account_rules.of(site.keys.principal(KEY)) == rules


async def test_saving_the_form_of_an_account_without_rules_changes_nothing_that_happens(site: Site) -> None:
    person = await site.browser()
    await person.submit(await person.enter_account(), "/account/rules")
    rules = await site.services.account_rules.of(site.keys.principal(KEY))
    assert (rules.limits, rules.policy.effects, rules.policy.groups) == ((), {}, {})
    assert Rules.of([rules.policy]) == Rules()


async def test_rules_of_a_connection_are_changed_and_a_mistake_is_told_beside_it(site: Site) -> None:
    grant_id = answer(await (await site.browser()).link((await site.answers.ask()).id, **EVERYTHING))["code"]
    person = await site.browser()
    page = await person.enter_account()
    wrong = await person.submit(page, "/account/change", countries="XX", limit_messages_day="9")
    assert "XX is none" in wrong.text
    assert filled(wrong.text, "/account/change")["limit_messages_day"] == "9"
    await person.submit(page, "/account/change", countries="", limit_messages_day="9")
    rules = (await grant_of(site, grant_id)).rules
    assert (rules.countries, rules.calls_at_once) == ((), 2)
    assert "messages=9/day" in [f"{limit.what}={limit.most}/{limit.period}" for limit in rules.limits]


async def test_rules_that_cannot_be_read_are_told_and_laid_down_anew(site: Site) -> None:
    account = site.keys.principal(KEY)
    await site.services.store.put(KIND, account.replace(":", "-"), b"of a later version")
    person = await site.browser()
    page = await person.enter_account()
    assert "cannot be read any more" in page.text
    await person.submit(page, "/account/rules", countries="US")
    assert (await site.services.account_rules.of(account)).countries == ("US",)


async def test_nobody_lays_down_rules_for_an_account_that_they_did_not_prove(site: Site) -> None:
    stranger = await site.browser()
    page = await stranger.http.get("/account")
    assert (await stranger.http.post("/account/rules", data=filled(page.text))).status_code == 403
    assert await site.services.account_rules.of(site.keys.principal(KEY)) == NO_RULES


def test_a_choice_that_was_on_its_way_to_telnyx_before_there_were_rules_has_none() -> None:
    stored = {"permission": {"products": [["messaging", 3]], "rest": None}, "expires_at": None, "replaces": None}
    choice = Choice.model_validate(stored)
    assert (choice.rules, choice.telnyx_daily) == (NO_RULES, None)
    assert Choice.model_validate_json(choice.model_copy(update={"rules": MEANT}).model_dump_json()).rules == MEANT
