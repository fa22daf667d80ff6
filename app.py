"""Every Lambda function of the system by name. One code base has two faces; the setting MINGXIN_FACE says which this is."""

from __future__ import annotations

import gc
from typing import Any

from chalice.app import BaseLambdaEvent, Blueprint, Chalice, CloudWatchEvent, Cron, Rate, SQSEvent

from chalicelib import settings, watching
from chalicelib.web import headers


def create_app(face: str) -> Chalice:
    """The app of a face, with only that face's routes. ValueError for a face that is neither `public` nor `members`."""
    window = Chalice(app_name="mingxin", configure_logs=False)  # Lambda writes logs as JSON
    window.register_middleware(watching.requests(face), "http")
    window.register_middleware(headers.finish(face), "http")
    for blueprint in _blueprints(face):
        window.register_blueprint(blueprint)
    return window


def _blueprints(face: str) -> tuple[Blueprint, ...]:
    # Imported by face: the cold start of one face pays nothing for the other.
    if face == "public":
        from chalicelib.web.api import api
        from chalicelib.web.catalogue import catalogue
        from chalicelib.web.guide import guide
        from chalicelib.web.measures import measures
        from chalicelib.web.public import public
        from chalicelib.web.publicity import publicity
        from chalicelib.web.trail import trail
        from chalicelib.web.verify import verify

        blueprints = public, publicity, catalogue, measures, trail, guide, verify, api
        return tuple(routes.blueprint() for routes in blueprints)
    if face == "members":
        from chalicelib.web.authorised import authorised
        from chalicelib.web.batches import batches
        from chalicelib.web.bulletin import bulletin
        from chalicelib.web.business import business
        from chalicelib.web.consents import consents
        from chalicelib.web.contacts import contacts
        from chalicelib.web.counter import counter
        from chalicelib.web.declared import declared
        from chalicelib.web.delegations import delegations
        from chalicelib.web.desk import desk
        from chalicelib.web.desk_complaints import desk_complaints
        from chalicelib.web.desk_jobs import desk_jobs
        from chalicelib.web.desk_notices import desk_notices
        from chalicelib.web.desk_objections import desk_objections
        from chalicelib.web.desk_records import desk_records
        from chalicelib.web.desk_repairs import desk_repairs
        from chalicelib.web.files import files
        from chalicelib.web.lists import lists
        from chalicelib.web.local_outbox import local_outbox
        from chalicelib.web.mandates import mandates
        from chalicelib.web.me import me
        from chalicelib.web.measures_asked import measures_asked
        from chalicelib.web.measures_decided import measures_decided
        from chalicelib.web.members import members
        from chalicelib.web.my_lists import my_lists
        from chalicelib.web.my_queries import my_queries
        from chalicelib.web.my_repairs import my_repairs
        from chalicelib.web.my_reports import my_reports
        from chalicelib.web.notices import notices as my_notices
        from chalicelib.web.objections import objections
        from chalicelib.web.receipts import receipts
        from chalicelib.web.records import records
        from chalicelib.web.shared import shared
        from chalicelib.web.sign_in import sign_in
        from chalicelib.web.special_needs import special_needs
        from chalicelib.web.submissions import submissions
        from chalicelib.web.verifications import verifications
        from chalicelib.web.written_consents import written_consents

        parts = (
            *(members, files, local_outbox, receipts),
            *(records, shared, measures_asked),
            *(sign_in, me, my_lists, my_reports, my_queries, my_repairs, my_notices, delegations, contacts, consents, objections),
            *(business, authorised),
            *(desk, counter, mandates, written_consents, special_needs, desk_jobs, desk_notices, desk_objections, desk_complaints),
            *(lists, measures_decided, desk_repairs, desk_records),
            *(submissions, batches, declared, verifications, bulletin),
        )
        return tuple(part.blueprint() for part in parts)
    raise ValueError(f"MINGXIN_FACE is {face!r}: it must be public or members")


app = create_app(settings.face())

# Schedules stand here and not in a blueprint: Lambda calls them by their name in this module.
if settings.face() == "public":

    @app.schedule(Rate(5, unit=Rate.MINUTES))
    def canary(event: CloudWatchEvent) -> dict[str, int]:
        """Every five minutes: look up the city's example organisation as a visitor does."""
        from chalicelib import jobs

        return jobs.canary()


if settings.face() == "members":
    from chalicelib import jobs

    def _seconds(event: BaseLambdaEvent) -> float:
        """How long this call may still take."""
        context: Any = event.context
        return float(context.get_remaining_time_in_millis()) / 1000

    @app.schedule(Rate(5, unit=Rate.MINUTES))
    def publish(event: CloudWatchEvent) -> dict[str, int]:
        """Every five minutes: publish what is behind."""
        return jobs.publish()

    @app.schedule(Cron(5, "*", "*", "*", "?", "*"))
    def expire(event: CloudWatchEvent) -> dict[str, int]:
        """Five minutes after every full hour, so at 16:05 UTC, which is 00:05 in Shanghai: end what has ended, let repairs take effect."""
        return jobs.expire(_seconds(event))

    @app.schedule(Rate(5, unit=Rate.MINUTES))
    def follow(event: CloudWatchEvent) -> dict[str, int]:
        """Every five minutes: propose measures for what came in, put it before recognisers, end measures whose term is over."""
        return jobs.follow()

    @app.schedule(Cron(10, 17, "*", "*", "?", "*"))
    def forget(event: CloudWatchEvent) -> dict[str, int]:
        """At 17:10 UTC, which is 01:10 in Shanghai: delete what was kept long enough."""
        return jobs.forget(_seconds(event))

    @app.schedule(Cron(20, "*", "*", "*", "?", "*"))
    def root(event: CloudWatchEvent) -> dict[str, int]:
        """Twenty minutes after every full hour, so also at 16:20 UTC, which is 00:20 in Shanghai: sign the roots of the trail."""
        return jobs.root()

    @app.on_sqs_message(queue_arn="the template says which", batch_size=1, name="more")
    def more(event: SQSEvent) -> dict[str, int]:
        """When a job had no time for all: go on where it was."""
        return jobs.more([record.body for record in event], _seconds(event))

    @app.schedule(Rate(1, unit=Rate.HOURS))
    def count(event: CloudWatchEvent) -> dict[str, int]:
        """Every hour: count what publicity holds."""
        return jobs.count()

    @app.on_sqs_message(queue_arn="the template says which", batch_size=1, name="reports")
    def reports(event: SQSEvent) -> dict[str, int]:
        """When a report was asked for: make its PDF and sign it."""
        return jobs.reports([record.body for record in event])

    @app.schedule(Rate(5, unit=Rate.MINUTES))
    def overdue(event: CloudWatchEvent) -> dict[str, int]:
        """Every five minutes: make the reports of which no message came."""
        return jobs.overdue()

    @app.on_sqs_message(queue_arn="the template says which", batch_size=1, name="notices")
    def notices(event: SQSEvent) -> dict[str, int]:
        """When somebody is to be told of something: send it."""
        return jobs.notices([record.body for record in event])

    @app.schedule(Cron(30, 0, "*", "*", "?", "*"))
    def remind(event: CloudWatchEvent) -> dict[str, int]:
        """At 00:30 UTC, which is 08:30 in Shanghai: tell everybody what is due for them."""
        return jobs.remind()

    @app.schedule(Rate(5, unit=Rate.MINUTES))
    def deliver(event: CloudWatchEvent) -> dict[str, int]:
        """Every five minutes: send what no message of the queue told of."""
        return jobs.deliver()

    @app.schedule(Rate(5, unit=Rate.MINUTES))
    def recall(event: CloudWatchEvent) -> dict[str, int]:
        """Every five minutes: go on with the batches that are taken back."""
        return jobs.recall(_seconds(event))

    @app.schedule(Cron(0, 17, "*", "*", "?", "*"))
    def bulletin(event: CloudWatchEvent) -> dict[str, int]:
        """At 17:00 UTC, which is 01:00 in Shanghai: count what was used, and make the bulletin that is due."""
        return jobs.bulletin()


# What is imported by now stays as long as the function: the collector never looks at it again, and at what a request makes only when
# it is much. A page of twenty records took a tenth longer without this.
gc.freeze()
gc.set_threshold(50_000, 20, 100)
