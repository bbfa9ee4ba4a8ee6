"""The official client, validating every answer strictly, on requirements, reservations, emergency and bulk jobs."""

from telnyx import AsyncTelnyx
from tests.sandbox.answers import SENDER

from telnyx_sandbox.clock import Clock


async def address(telnyx: AsyncTelnyx) -> str:
    created = await telnyx.addresses.create(
        business_name="Example Ltd",
        first_name="",
        last_name="",
        street_address="311 W Superior Street",
        locality="Chicago",
        administrative_area="IL",
        postal_code="60654",
        country_code="US",
    )
    assert created.data is not None
    return created.data.id or ""


async def test_a_number_with_requirements_is_ordered_and_completed(telnyx: AsyncTelnyx, clock: Clock) -> None:
    found = (await telnyx.available_phone_numbers.list(filter={"country_code": "GB", "limit": 1})).data or []
    number = found[0].phone_number or ""
    order = (await telnyx.number_orders.create(phone_numbers=[{"phone_number": number}])).data
    assert order is not None
    assert order.requirements_met is False
    (line,) = order.phone_numbers or []
    assert line.requirements_status == "requirement-info-pending"
    asked = (await telnyx.regulatory_requirements.retrieve(filter={"phone_number": number})).data or []
    (requirement,) = asked[0].regulatory_requirements or []
    assert [each.requirement_id for each in line.regulatory_requirements or []] == [requirement.id]
    value = {"requirement_id": requirement.id or "", "field_value": await address(telnyx)}
    reviewed = (await telnyx.number_orders.update(order.id or "", regulatory_requirements=[value])).data
    assert reviewed is not None
    assert [each.requirements_status for each in reviewed.phone_numbers or []] == ["requirement-info-under-review"]
    clock.advance(2)
    done = (await telnyx.number_orders.retrieve(order.id or "")).data
    assert done is not None
    assert (done.status, done.requirements_met) == ("success", True)
    assert (await telnyx.number_orders.list(filter={"requirements_met": False})).data == []


async def test_a_requirement_group_is_approved_once_it_is_complete(telnyx: AsyncTelnyx) -> None:
    group = await telnyx.requirement_groups.create(action="ordering", country_code="GB", phone_number_type="local")
    assert group.status == "unapproved"
    (asked,) = group.regulatory_requirements or []
    value = {"requirement_id": asked.requirement_id or "", "field_value": await address(telnyx)}
    await telnyx.requirement_groups.update(group.id or "", regulatory_requirements=[value])
    assert (await telnyx.requirement_groups.retrieve(group.id or "")).status == "approved"
    assert [each.id for each in await telnyx.requirement_groups.list(filter={"status": "approved"})] == [group.id]


async def test_a_reservation_has_the_official_shape(telnyx: AsyncTelnyx) -> None:
    held = (await telnyx.number_reservations.create(phone_numbers=[{"phone_number": "+13125550100"}])).data
    assert held is not None
    extended = (await telnyx.number_reservations.actions.extend(held.id or "")).data
    assert extended is not None
    assert (await telnyx.number_reservations.retrieve(held.id or "")).data == extended
    assert (await telnyx.number_reservations.list()).data == [extended]


async def test_an_emergency_address_is_set(telnyx: AsyncTelnyx) -> None:
    number = (await telnyx.phone_numbers.list()).data[0]
    settings = (
        await telnyx.phone_numbers.actions.enable_emergency(
            number.id, emergency_address_id=await address(telnyx), emergency_enabled=True
        )
    ).data
    assert settings is not None
    assert settings.emergency is not None
    assert settings.emergency.emergency_status == "provisioning"
    assert len((await telnyx.addresses.list()).data) == 1


async def test_a_bulk_job_has_the_official_shape(telnyx: AsyncTelnyx, clock: Clock) -> None:
    owned = (await telnyx.phone_numbers.actions.verify_ownership(phone_numbers=[SENDER, "+12025550199"])).data
    assert owned is not None
    assert owned.not_found == ["+12025550199"]
    (number,) = owned.found or []
    locked = (
        await telnyx.phone_numbers.jobs.update_batch(phone_numbers=[number.id or ""], deletion_lock_enabled=True)
    ).data
    assert locked is not None
    assert locked.status == "pending"
    job = (await telnyx.phone_numbers.jobs.delete_batch(phone_numbers=[SENDER])).data
    assert job is not None
    clock.advance(1)
    done = (await telnyx.phone_numbers.jobs.retrieve(job.id or "")).data
    assert done is not None
    assert done.status == "completed"
    assert [each.phone_number for each in done.failed_operations or []] == [SENDER]
    assert len((await telnyx.phone_numbers.jobs.list()).data) == 2


async def test_coverage_has_the_official_shape(telnyx: AsyncTelnyx) -> None:
    countries = (await telnyx.country_coverage.retrieve()).data or {}
    germany = (await telnyx.country_coverage.retrieve_country("DE")).data
    assert countries["Germany"] == germany
    assert germany is not None
    assert germany.phone_number_type == ["local"]
